/**
 * Totals: sums over streams, kept up to date effect by effect.
 *
 * `holding` says, for each child, what the live writers of its subtree may still use:
 *
 *   Σ received + reinstated + reclaimed + Σ over k of max(what k sent, what it took) − sent − used − on hold
 *
 * so that units count from the grant on, and also where the sender's own word of it is
 * lost (F1a). `levels` says, for each pool, what stands on the shelf and what can be
 * promised over the whole tree. Both could be summed from the rows at any time; here
 * an effect costs O(1), and a turn that fails is undone step by step.
 */
import type { PoolId, ReplicaId, WriterId } from '../ids.ts';
import type { Ledger } from '../replica/ledger.ts';
import { ABOVE, isBranch, type Stream } from '../replica/stream.ts';
import type { Effect } from '../tally/fold.ts';
import { amountOf, debt, free } from '../tally/row.ts';
import type { Child, ChildPool } from './child.ts';

export interface Level {
  onHand: number;
  available: number;
}

export class Totals {
  readonly #ledger: Ledger;
  readonly #childOf: (replica: ReplicaId) => Child;
  readonly levels: Map<PoolId, Level> | undefined;
  /** Pools whose level changed since somebody last took them. */
  readonly changed = new Set<PoolId>();
  /** Writers that were sent units before their first entry came, and who sent them. */
  readonly #unheard = new Map<WriterId, Set<Stream>>();
  #heard: WriterId[] = [];
  /** What the open turn added, to be taken off again should its commit fail. */
  #added: { readonly known: ChildPool; readonly units: number }[] = [];
  #moved: { readonly pool: PoolId; readonly onHand: number; readonly available: number }[] = [];

  constructor(ledger: Ledger, childOf: (replica: ReplicaId) => Child, keepsLevels: boolean) {
    this.#ledger = ledger;
    this.#childOf = childOf;
    this.levels = keepsLevels ? new Map() : undefined;
    for (const stream of ledger.streams.values()) this.#addStream(stream);
    this.keep();
  }

  #addStream(stream: Stream): void {
    const via = viaOf(stream);
    for (const [pool, row] of stream.rows()) {
      this.#moveLevel(
        pool,
        row.received - row.departed,
        row.received + row.reinstated - row.used - debt(row),
      );
      if (via !== null) this.#add(via, pool, free(row));
      for (const { writer, n } of row.sent) {
        const to = this.#ledger.streams.get(writer);
        if (to === undefined) this.#noteUnheard(writer, stream);
        else this.#onItsWay(stream, to, pool, n);
      }
    }
  }

  /** Units sent to a live writer below count there before it has taken them. */
  #onItsWay(from: Stream, to: Stream | undefined, pool: PoolId, sent: number, sign = 1): void {
    const via = to === undefined ? null : viaOf(to);
    if (to === undefined || via === null || isVoid(from, to.writer)) return;
    const took = amountOf(to.row(pool).took, from.writer);
    if (sent > took) this.#add(via, pool, sign * (sent - took));
  }

  /** A fenced writer's units are exposure, not stock: they leave its child's holding, with what was sent to it. */
  onFenced(stream: Stream): void {
    const { via } = stream.head;
    if (via === null || via === ABOVE) return;
    const { parent } = stream.head;
    const above = parent === null ? undefined : this.#ledger.streams.get(parent);
    const aboveVia = above === undefined ? null : viaOf(above);
    this.#addAll(stream, via, -1);
    if (parent === null || aboveVia === null) return;
    for (const [pool, row] of stream.rows()) {
      // What it surrendered and nobody took is its own again.
      const unseen = amountOf(row.sent, parent) - amountOf(above?.row(pool).took ?? [], stream.writer);
      if (unseen > 0) this.#add(aboveVia, pool, -unseen);
    }
  }

  /** Its replica is reached another way now (F3a): what it may use counts there, and what is on its way to it. */
  reroute(stream: Stream, via: ReplicaId): void {
    const before = viaOf(stream);
    if (before !== null) this.#addAll(stream, before, -1);
    this.#ledger.touchHead(stream).via = via;
    const after = viaOf(stream);
    if (after !== null) this.#addAll(stream, after, 1);
  }

  #addAll(stream: Stream, via: ReplicaId, sign: 1 | -1): void {
    for (const [pool, row] of stream.rows()) this.#add(via, pool, sign * free(row));
    for (const from of this.#ledger.streams.values()) {
      if (isVoid(from, stream.writer)) continue;
      for (const [pool, row] of from.rows()) {
        const sent = amountOf(row.sent, stream.writer);
        const unseen = sent - amountOf(stream.row(pool).took, from.writer);
        if (unseen > 0) this.#add(via, pool, sign * unseen);
      }
    }
  }

  /** A child may be granted units before its first entry arrives: they count from then on. */
  onStream(stream: Stream): void {
    for (const from of this.#unheard.get(stream.writer) ?? []) {
      for (const [pool, row] of from.rows())
        this.#onItsWay(from, stream, pool, amountOf(row.sent, stream.writer));
    }
    // Put back, the writer is unheard of again.
    this.#heard.push(stream.writer);
  }

  /** Units were sent to a writer that nobody here has heard of. */
  #noteUnheard(writer: WriterId, from: Stream): void {
    let senders = this.#unheard.get(writer);
    if (senders === undefined) {
      senders = new Set();
      this.#unheard.set(writer, senders);
    }
    senders.add(from);
  }

  /** An entry is about to change the row of its writer. */
  onEffect(stream: Stream, effect: Effect): void {
    const { pool, column, n } = effect;
    const via = viaOf(stream);
    switch (column) {
      case 'sent': {
        if (via !== null) this.#add(via, pool, -n);
        const to = this.#ledger.streams.get(effect.writer);
        if (to === undefined) return this.#noteUnheard(effect.writer, stream);
        const before = amountOf(stream.row(pool).sent, effect.writer);
        this.#onItsWay(stream, to, pool, before + n);
        this.#onItsWay(stream, to, pool, before, -1);
        return;
      }
      case 'took': {
        if (via === null) return;
        const from = this.#ledger.streams.get(effect.writer);
        const isCounted = from !== undefined && !isVoid(from, stream.writer);
        const sent = isCounted ? amountOf(from.row(pool).sent, stream.writer) : 0;
        const before = amountOf(stream.row(pool).took, effect.writer);
        this.#add(via, pool, Math.max(sent, before, n) - Math.max(sent, before));
        return;
      }
      case 'received':
        if (via !== null) this.#add(via, pool, n);
        return this.#moveLevel(pool, n, n);
      case 'reinstated':
        if (via !== null) this.#add(via, pool, n);
        return this.#moveLevel(pool, 0, n);
      case 'used':
        if (via !== null) this.#add(via, pool, -n);
        return this.#moveLevel(pool, 0, -n);
      case 'reclaimed':
      case 'closed':
        if (via !== null) this.#add(via, pool, n);
        return;
      case 'opened':
        if (via !== null) this.#add(via, pool, -n);
        return;
      case 'departed':
        return this.#moveLevel(pool, -n, 0);
      case 'owed':
        return this.#moveLevel(pool, 0, -n);
      case 'repaid':
        return this.#moveLevel(pool, 0, n);
      default:
        effect satisfies never;
    }
  }

  #add(via: ReplicaId, pool: PoolId, units: number): void {
    if (units === 0) return;
    const known = this.#childOf(via).pool(pool);
    known.holding += units;
    this.#added.push({ known, units });
  }

  #moveLevel(pool: PoolId, onHand: number, available: number): void {
    if (this.levels === undefined) return;
    let level = this.levels.get(pool);
    if (level === undefined) {
      level = { onHand: 0, available: 0 };
      this.levels.set(pool, level);
    }
    level.onHand += onHand;
    level.available += available;
    this.changed.add(pool);
    this.#moved.push({ pool, onHand, available });
  }

  keep(): void {
    for (const writer of this.#heard.splice(0)) this.#unheard.delete(writer);
    this.#added = [];
    this.#moved = [];
  }

  putBack(): void {
    for (const { known, units } of this.#added) known.holding -= units;
    for (const { pool, onHand, available } of this.#moved) {
      const level = this.levels?.get(pool) as Level;
      level.onHand -= onHand;
      level.available -= available;
    }
    this.#heard = [];
    this.keep();
  }
}

/** The child through which a writer whose units count is reached; null for own lives, fenced writers and those given away. */
function viaOf({ head }: Stream): ReplicaId | null {
  return head.fence === null && head.via !== ABOVE ? head.via : null;
}

/**
 * A surrender that arrives after its sender's fence is taken by nobody: it stays in the sender's account.
 * So does all that a branch sent.
 */
export function isVoid(from: Stream, to: WriterId): boolean {
  return isBranch(from) || (from.head.fence !== null && from.head.parent === to);
}
