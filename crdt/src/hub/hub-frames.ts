/** What a parent has to tell its children once a turn is durable: acks, cells, recalls, refusals, levels. */
import { portions } from '../entry/lines-codec.ts';
import type { PoolId, ReplicaId, WriterId } from '../ids.ts';
import type { Ledger, Now } from '../replica/ledger.ts';
import type { ReplicaSettings } from '../replica/settings.ts';
import { COLUMN_MAX } from '../tally/row.ts';
import { type FencePoint, type Frame, HEADS_MAX, ITEMS_PER_FRAME, type Point } from '../wire/frames.ts';
import { cellFrames } from './cells.ts';
import { type Child, isShutOut, type Session } from './child.ts';
import type { Hub } from './hub.ts';
import { ackEveryMs, levelsEveryMs } from './pace.ts';

interface Addressed {
  readonly to: ReplicaId;
  readonly frame: Frame;
}

/** With so much taken in since the last ack, a child that sends a long journal may be waiting for its window. */
const UNACKED_BYTES_MAX = 65_536;

export function hubFrames(hub: Hub, ledger: Ledger, settings: ReplicaSettings, now: Now): Addressed[] {
  const out: Addressed[] = [];
  const changed = takeChangedLevels(hub);
  for (const child of hub.children.values()) {
    const { session } = child;
    if (session === undefined || session.parent !== ledger.self.writer) continue;
    const names = { writer: session.writer, parent: ledger.self.writer };
    const send = (frame: Frame) => out.push({ to: child.replica, frame });
    session.formerFrames.splice(0).forEach(send);
    // Whoever was shut out is told until it goes on as somebody else: it may have nothing to send.
    if (isShutOut(ledger, session) && now.monotonicMs >= session.ackSentAtMs + settings.link.resendMs)
      session.isAckDue = true;
    if (isAckDue(session, settings, now)) send(ackFrame(ledger, child, session, names, now));
    if (isCellsLate(session, settings, now)) hub.tellAgain(session);
    if (session.cells.size > 0) cellFrames(ledger, session, names, now).forEach(send);
    session.formerCells.splice(0).forEach(send);
    if (session.recalls.size > 0) recallsFrames(child, session, names).forEach(send);
    if (session.denied.size > 0) {
      const items = [...session.denied].map(([pool, atLeast]) => ({ pool, atLeast }));
      session.denied.clear();
      for (const part of portions(items, ITEMS_PER_FRAME)) send({ kind: 'denied', ...names, items: part });
    }
    if (session.wantsLevels && hub.totals.levels !== undefined) {
      for (const pool of changed) session.levels.add(pool);
      const isDue = now.monotonicMs >= session.levelsSentAtMs + levelsEveryMs(settings.link);
      if (isDue && session.levels.size > 0) levelFrames(hub, session, now).forEach(send);
    }
  }
  return out;
}

function takeChangedLevels(hub: Hub): readonly PoolId[] {
  const changed = [...hub.totals.changed];
  hub.totals.changed.clear();
  return changed;
}

function isAckDue(session: Session, { link }: ReplicaSettings, now: Now): boolean {
  if (session.settledDueMs <= now.monotonicMs) return true;
  if (!session.isAckDue) return false;
  // A question is answered at the pace of acks: it costs its sender nothing, and the answer may be long.
  const isWaitedFor =
    (session.sawGap && !session.wantsAll) ||
    session.fenced.size > 0 ||
    session.unackedBytes >= UNACKED_BYTES_MAX;
  return isWaitedFor || now.monotonicMs >= session.ackSentAtMs + ackEveryMs(link);
}

function ackFrame(
  ledger: Ledger,
  child: Child,
  session: Session,
  names: { writer: WriterId; parent: WriterId },
  now: Now,
): Frame {
  const gap = session.sawGap;
  session.sawGap = false;
  session.ackSentAtMs = now.monotonicMs;
  session.unackedBytes = 0;
  session.settledDueMs = Number.POSITIVE_INFINITY;
  if (session.wantsAll) tellAll(ledger, child, session);
  const has: Point[] = [];
  for (const writer of takeSome(session.has)) {
    const stream = ledger.streams.get(writer);
    if (stream !== undefined) has.push({ writer, seq: stream.head.seq, hash: stream.head.hash });
  }
  const settled: Point[] = [];
  // The child's own fence is told with every ack: one that got lost would let it go on as it was.
  session.fenced.delete(session.writer);
  const shutOut = new Set([session.writer, ...takeSome(session.fenced, HEADS_MAX - 1)]);
  for (const writer of takeSome(session.settled)) {
    const stream = ledger.streams.get(writer);
    if (stream === undefined || stream.head.settled.seq === 0) continue;
    const isShutOut = stream.head.fence !== null;
    if (isShutOut && !shutOut.has(writer) && shutOut.size >= HEADS_MAX) {
      session.settled.add(writer);
      continue;
    }
    settled.push({ writer, ...stream.head.settled });
    // What it took back may be used once that is settled (F3), and by nobody who is shut out: the two are one word.
    if (isShutOut) shutOut.add(writer);
  }
  const fenced: FencePoint[] = [];
  for (const writer of shutOut) {
    const fence = ledger.streams.get(writer)?.head.fence;
    if (fence !== null && fence !== undefined) fenced.push({ writer, ...fence });
  }
  session.isAckDue = session.has.size > 0 || session.settled.size > 0 || session.fenced.size > 0;
  return { kind: 'ack', ...names, cursor: session.cursor ?? 0, gap, has, settled, fenced };
}

function tellAll(ledger: Ledger, child: Child, session: Session): void {
  session.wantsAll = false;
  for (const { writer, head } of ledger.streams.values()) {
    // What came by another way may stand there too, told from here (F3a, seed 21008290).
    if (head.via !== child.replica && (head.via === null || !session.named.has(writer))) continue;
    session.has.add(writer);
    session.settled.add(writer);
  }
}

/** As many as a frame may name; the others wait for the next. */
function takeSome(set: Set<WriterId>, max: number = HEADS_MAX): WriterId[] {
  const items = set.size > max ? [...set].slice(0, max) : [...set];
  for (const item of items) set.delete(item);
  return items;
}

function takeAll<T>(set: Set<T>): T[] {
  const items = [...set];
  set.clear();
  return items;
}

function isCellsLate(session: Session, settings: ReplicaSettings, now: Now): boolean {
  return (
    session.cellsSeenTo < session.cellsSentTo &&
    now.monotonicMs - session.cellsSentAtMs >= settings.link.resendMs
  );
}

function recallsFrames(
  child: Child,
  session: Session,
  names: { writer: WriterId; parent: WriterId },
): Frame[] {
  const items: { pool: PoolId; keep: number; given: number }[] = [];
  for (const pool of takeAll(session.recalls)) {
    const recall = child.pools.get(pool)?.recall;
    if (recall !== undefined) items.push({ pool, keep: recall.keep, given: recall.given });
  }
  return portions(items, ITEMS_PER_FRAME).map((part) => ({ kind: 'recalls', ...names, items: part }));
}

function levelFrames(hub: Hub, session: Session, now: Now): Frame[] {
  session.levelsSentAtMs = now.monotonicMs;
  const items = takeAll(session.levels).map((pool) => {
    const level = hub.totals.levels?.get(pool);
    return { pool, onHand: exact(level?.onHand), available: exact(level?.available) };
  });
  return portions(items, ITEMS_PER_FRAME).map((part) => ({
    kind: 'levels',
    asOfMs: now.wallMs,
    items: part,
  }));
}

/** T7: a liar's sums may pass what a frame can say; honest ones do not. */
function exact(units = 0): number {
  return Math.max(-COLUMN_MAX, Math.min(COLUMN_MAX, units));
}
