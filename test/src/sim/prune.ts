/**
 * Prune: machines let go of old entries that the authority has settled (D7), as an hourly
 * timer of the store agent does it. Retention is longer than the authority's restore window:
 * nothing goes that an image still lacks which was put back and has not caught up.
 */
import type { Entry, WriterId } from '@tallystick/crdt';
import { applyEffect, copyRow, documentsOf, emptyRow, forEachEffect, sameBytes } from '@tallystick/crdt';
import { textOfRow } from './books.ts';
import type { SimDisk } from './disk.ts';
import { getOrAdd, readOnce } from './disk-tables.ts';
import type { SimNode } from './node.ts';
import type { Prng } from './prng.ts';
import { sha256 } from './sha256.ts';
import { Violation } from './trace.ts';
import type { World } from './world.ts';

/** No image that is put back is older. */
export const IMAGE_AGE_MS_MAX = 12_000;

interface Image {
  readonly node: SimNode;
  readonly atMs: number;
  /** What its parent, or of the authority itself, knew of those below it when it was put back. */
  readonly lacks: ReadonlyMap<WriterId, number>;
  /** Since when it lacks nothing of that any more, as far as anybody looked. */
  caughtUpMs: number;
}

/** Images that were put back, and whether they have caught up with what their parents know. */
export class Images {
  readonly #all: Image[] = [];

  add(world: World, node: SimNode, atMs: number): void {
    const lacks = new Map<WriterId, number>();
    const parent = world.parentOf(node);
    // What the authority forgets of itself is gone; the rest its children bring again (F6).
    const knower = parent ?? node;
    for (const writer of knower.disk.writers) {
      const head = knower.disk.head(writer);
      const isLacked = parent === undefined ? head?.via !== null : head?.via === node.name;
      if (head !== undefined && isLacked) lacks.set(writer, head.seq);
    }
    // An image of what was itself behind lacks what the older one lacks.
    const older = this.#all.filter((image) => image.node === node && image.caughtUpMs > atMs);
    const sinceMs = Math.min(atMs, ...older.map((image) => image.atMs));
    this.#all.push({ node, atMs: sinceMs, lacks, caughtUpMs: Number.POSITIVE_INFINITY });
  }

  isBehind(node: SimNode): boolean {
    return this.#all.some((image) => image.node === node && isBehind(image));
  }

  /** Entries that were written before are in every image that may still be behind. */
  oldestMs(nowMs: number): number {
    for (const image of this.#all) if (!isBehind(image)) image.caughtUpMs = Math.min(image.caughtUpMs, nowMs);
    // Settled for the whole window: what one that was put back had yet to hear is lacking in images of it until then.
    const lacking = this.#all.filter(({ caughtUpMs }) => caughtUpMs > nowMs - IMAGE_AGE_MS_MAX);
    return Math.min(Number.POSITIVE_INFINITY, ...lacking.map(({ atMs }) => atMs));
  }
}

function isBehind({ node, lacks }: Image): boolean {
  return [...lacks].some(([writer, seq]) => (node.disk.head(writer)?.seq ?? 0) < seq);
}

export function pruneOne(world: World, prng: Prng): void {
  const node = prng.pick(world.nodes.filter((each) => each.uplink !== undefined));
  if (node?.isIdle !== true) return;
  const { nowMs } = world.timeline;
  const beforeMs = Math.min(
    nowMs - prng.spanMs(IMAGE_AGE_MS_MAX, 2 * IMAGE_AGE_MS_MAX),
    world.images.oldestMs(nowMs),
  );
  const count = node.disk.prune(beforeMs, nowMs);
  if (count === 0) return;
  checkSettled(world, node);
  world.trace.fault('journal pruned', node.name);
  world.trace.say(node.name, () => `let go of ${count} entries that are settled`);
}

/** D7: what is let go of anywhere stands in the authority's journal, which lets go of nothing here. */
function checkSettled(world: World, { name, disk }: SimNode): void {
  const root = world.nodes[0] as SimNode;
  for (const writer of disk.writers) {
    const checkpoint = disk.checkpoint(writer);
    if (checkpoint === undefined) continue;
    const hash = root.disk.hashAt(writer, checkpoint.seq);
    if (hash === undefined || !sameBytes(hash, checkpoint.hash))
      throw new Violation(
        'D7',
        `${name} let go of ${writer} up to ${checkpoint.seq}, which the authority lacks`,
      );
  }
}

/** D5, D6, D7: from its checkpoint on, each chain joins without a seam, and its fold is what is stored. */
export function verifyPruned(node: SimNode): void {
  const { disk } = node;
  const heads = new Map<WriterId, { seq: number; hash: Uint8Array }>();
  const rows = new Map<WriterId, ReturnType<typeof rowsAt>>();
  for (const writer of disk.writers) {
    const checkpoint = disk.checkpoint(writer);
    const fence = disk.head(writer)?.fence;
    // A branch follows what it shares with the history that it left (F2).
    const from = fence?.reason === 'branch' ? fence : checkpoint;
    heads.set(writer, { seq: from?.seq ?? 0, hash: from?.hash ?? new Uint8Array(32) });
    rows.set(writer, rowsAt(disk, writer));
  }
  for (const stored of disk.entries) {
    const { writer, bytes } = stored;
    const { seq, prevHash, body, docId } = readOnce(stored);
    const before = heads.get(writer);
    if (before?.seq !== seq - 1 || !sameBytes(prevHash, before.hash))
      throw new Violation('D7', `${node.name} keeps ${writer} ${seq}, which does not follow its checkpoint`);
    heads.set(writer, { seq, hash: sha256(bytes) });
    const mine = rows.get(writer) as ReturnType<typeof rowsAt>;
    if (isRepeated(disk, writer, { seq, body, docId })) continue;
    forEachEffect(body, (effect) => applyEffect(getOrAdd(mine, effect.pool, emptyRow), effect, seq));
  }
  for (const [writer, { seq }] of heads) {
    if (disk.head(writer)?.seq !== seq)
      throw new Violation('D7', `${node.name} keeps ${writer} up to ${seq} of ${disk.head(writer)?.seq}`);
    for (const [pool, row] of rows.get(writer) ?? []) {
      const stored = textOfRow(disk.rows(writer).get(pool));
      if (textOfRow(row) !== stored)
        throw new Violation(
          'D7',
          `${node.name}, ${writer} ${pool}: the checkpoint makes ${textOfRow(row)}, not ${stored}`,
        );
    }
  }
}

function rowsAt(disk: SimDisk, writer: WriterId) {
  const rows = disk.checkpoint(writer)?.rows ?? new Map();
  return new Map([...rows].map(([pool, row]) => [pool, copyRow(row)]));
}

/** T8: what was said after a fence and is another entry's document folds as nothing. */
function isRepeated(
  disk: SimDisk,
  writer: WriterId,
  { seq, body, docId }: Pick<Entry, 'seq' | 'body' | 'docId'>,
): boolean {
  const fence = disk.head(writer)?.fence;
  if (fence === null || fence === undefined || seq <= fence.seq) return false;
  return documentsOf(body, docId).some(({ kind, id }) => {
    const first = disk.findDocument(kind, id);
    return kind !== 'hold-end' && (first?.writer !== writer || first.seq !== seq);
  });
}
