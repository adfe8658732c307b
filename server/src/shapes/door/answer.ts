/** Answers: what one request for a shape is told, once and for all whom a cache serves with it. */

import { isBehind, type Offset, SNAPSHOT_END } from '../shape/offset.ts';
import type { Shape } from '../shape/shape.ts';
import type { Shapes } from '../shapes.ts';
import type { Subset } from '../subset/read-subset.ts';
import type { Asked } from './ask.ts';
import type { Permitted } from './asker.ts';
import { definitionOf, type ShapeAsker } from './asker.ts';
import { POLL_MS } from './headers.ts';
import { type Answer, headersOf, outOfBounds, shapeHeaders, Told, upToDate } from './told.ts';

/** What is parsed at a time at the other end. */
export const PIECE_BYTES = 1_000_000;

const MUST_REFETCH = '[{"headers":{"control":"must-refetch"}}]';

/**
 * Behind the handle of a shape: subsets are answered under it, and no stream goes on from it. Told to who asks for a
 * subset where its shape is over: the stock client takes the handle and keeps its place, asks for the subset again, and
 * would then go on from a place that this shape never gave, without what changed between.
 */
const MOVED = '~';

export class ShapeAnswers {
  readonly #shapes: Shapes;
  readonly #pollMs: number;

  constructor(shapes: Shapes, pollMs = POLL_MS) {
    this.#shapes = shapes;
    this.#pollMs = pollMs;
  }

  /**
   * @param gone aborted where nobody waits for the answer any more
   * @throws Problem
   */
  async answer(
    asked: Asked,
    asker: ShapeAsker,
    ifNoneMatch: string | undefined,
    gone: AbortSignal,
  ): Promise<Answer> {
    const definition = definitionOf(asked, asker);
    if (asked.subset !== undefined) return this.#subset(asked, asked.subset, definition, asker);
    const shape = await this.shapeOf(asked, definition, asker);
    if (shape === undefined || isFromAnother(asked, shape)) return this.refetch(asked, definition, asker);
    const told = new Told(asked, definition.isForAll, shape);
    // What is there now is soon old, whatever else begins a shape.
    if (asked.from === 'now')
      return told.of('read', `[${upToDate(this.#shapes.seenLsn)}]`, shape.log.last, true);
    const from = asked.from === 'start' ? { lsn: 0n, op: -1 } : asked.from;
    if (from.lsn === 0n && from.op !== Number.POSITIVE_INFINITY) {
      if (shape.snapshot === undefined) return told.of('start', '[]', SNAPSHOT_END, false);
      const chunk = await shape.snapshot.chunk(from.op + 1).catch(() => undefined);
      if (shape.isEnded) return this.refetch(asked, definition, asker);
      if (chunk === undefined) return outOfBounds();
      const to = chunk.isLast ? SNAPSHOT_END : { lsn: 0n, op: from.op + 1 };
      return told.unlessKnown(ifNoneMatch, told.of('start', chunk, to, false));
    }
    if (!(await this.#isThere(shape, from, gone))) return outOfBounds();
    const answer = await this.#changes(told, shape, from, asked.mode === 'live' ? this.#pollMs : 0, gone);
    if (answer === undefined) return this.refetch(asked, definition, asker);
    return asked.mode === 'read' ? told.unlessKnown(ifNoneMatch, answer) : answer;
  }

  /** Where its reader is already, it goes on: what changed meanwhile and is in the rows, it can tell. */
  async #subset(asked: Asked, subset: Subset, definition: Permitted, asker: ShapeAsker): Promise<Answer> {
    const isMoved = typeof asked.from !== 'string' && asked.handle?.endsWith(MOVED) === true;
    const shape = await this.shapeOf(isMoved ? { ...asked, from: 'now' } : asked, definition, asker);
    if (shape === undefined || (!isMoved && isFromAnother(asked, shape)))
      return this.refetch(asked, definition, asker);
    const at = typeof asked.from === 'string' ? shape.log.last : asked.from;
    const body = await this.#shapes.subset(shape, subset);
    if (body === undefined || shape.isEnded) return this.refetch(asked, definition, asker);
    const headers = shapeHeaders('subset', definition.isForAll, shape, asked, at);
    const handle = isMoved ? `${shape.handle}${MOVED}` : shape.handle;
    return {
      status: 200,
      headers: { ...headers, 'electric-handle': handle, 'electric-snapshot': 'true' },
      body,
    };
  }

  /** @returns undefined where the handle is none, not any more, or another shape's */
  async shapeOf(
    { from, handle }: Pick<Asked, 'from' | 'handle'>,
    definition: Permitted,
    { caller }: ShapeAsker,
  ): Promise<Shape | undefined> {
    const shape =
      typeof from === 'string'
        ? this.#shapes.current(definition, caller)
        : this.#shapes.find(handle as string, definition, caller);
    await shape?.ready;
    return shape;
  }

  /** Start anew, with another handle: made now, so that all who must agree on it. */
  refetch(asked: Asked, definition: Permitted, { caller }: ShapeAsker): Answer {
    const { handle } = this.#shapes.current(definition, caller);
    const of = asked.handle === undefined ? 'refetch-unknown' : 'refetch';
    const mark = asked.subset === undefined ? '' : MOVED;
    return {
      status: 409,
      headers: { ...headersOf(of, definition.isForAll), 'electric-handle': `${handle}${mark}` },
      body: MUST_REFETCH,
    };
  }

  /** Ahead of what was read: so far only where another process was quicker. */
  async #isThere(shape: Shape, from: Offset, gone: AbortSignal): Promise<boolean> {
    if (from.lsn <= this.#shapes.seenLsn) return true;
    await shape.wait(this.#pollMs / 2, gone);
    return from.lsn <= this.#shapes.seenLsn || shape.isEnded;
  }

  /** @returns undefined where they are not kept any more */
  async #changes(
    told: Told,
    shape: Shape,
    from: Offset,
    waitMs: number,
    gone: AbortSignal,
  ): Promise<Answer | undefined> {
    const isKept = () => !shape.isEnded && !isBehind(shape.log.floor, from);
    if (!isKept()) return undefined;
    let piece = shape.after(from, PIECE_BYTES);
    if (piece.texts.length === 0 && waitMs > 0) {
      await shape.wait(waitMs, gone);
      if (!isKept()) return undefined;
      piece = shape.after(from, PIECE_BYTES);
    }
    const items = piece.isAll ? [...piece.texts, upToDate(this.#shapes.seenLsn)] : piece.texts;
    await this.#shapes.confirm(shape);
    if (shape.isEnded) return undefined;
    return told.of(
      told.isLive ? 'live' : 'read',
      `[${items.join(',\n')}]`,
      piece.last,
      piece.isAll,
      piece.texts.length > 0,
    );
  }
}

/** A handle that a 409 told, with the offset that came with the one before: what lies between never came here. */
export function isFromAnother({ from }: Asked, shape: Shape): boolean {
  return typeof from !== 'string' && from.lsn !== 0n && from.lsn < shape.sinceLsn;
}
