/** What a parent has to tell its children once a turn is durable: acks, cells, recalls, refusals, levels. */
import type { PoolId, ReplicaId, WriterId } from '../ids.ts';
import type { Ledger, Now } from '../replica/ledger.ts';
import type { ReplicaSettings } from '../replica/settings.ts';
import { type FencePoint, type Frame, ITEMS_MAX, type Point, type SentCell } from '../wire/frames.ts';
import type { Child, Session } from './child.ts';
import { ackEveryMs, type Hub, NEWS_EVERY_MS } from './hub.ts';

interface Addressed {
  readonly to: ReplicaId;
  readonly frame: Frame;
}

/** Items of one frame: a cut costs one of these, and a frame stays well under its limit. */
const CELLS_PER_FRAME = 2_000;
/** With so much taken in since the last ack, a child that sends a long journal may be waiting for its window. */
const UNACKED_BYTES_MAX = 65_536;

export function hubFrames(hub: Hub, ledger: Ledger, settings: ReplicaSettings, now: Now): Addressed[] {
  const out: Addressed[] = [];
  const changed = takeChangedLevels(hub);
  for (const child of hub.children.values()) {
    const { session } = child;
    if (session === undefined) continue;
    const names = { writer: session.writer, parent: ledger.self.writer };
    const send = (frame: Frame) => out.push({ to: child.replica, frame });
    session.formerFrames.splice(0).forEach(send);
    if (isAckDue(session, settings, now)) send(ackFrame(ledger, session, names, now));
    if (isCellsLate(session, settings, now)) hub.tellAgain(session);
    if (session.cells.size > 0) cellFrames(ledger, session, names, now).forEach(send);
    if (session.recalls.size > 0) send(recallsFrame(child, session, names));
    if (session.denied.size > 0) {
      const items = [...session.denied].map(([pool, atLeast]) => ({ pool, atLeast }));
      session.denied.clear();
      send({ kind: 'denied', ...names, items });
    }
    if (session.wantsLevels && hub.totals.levels !== undefined) {
      for (const pool of changed) session.levels.add(pool);
      const isDue = now.monotonicMs >= session.levelsSentAtMs + NEWS_EVERY_MS;
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
  const isWaitedFor = session.sawGap || session.fenced.size > 0 || session.unackedBytes >= UNACKED_BYTES_MAX;
  return isWaitedFor || now.monotonicMs >= session.ackSentAtMs + ackEveryMs(link);
}

function ackFrame(
  ledger: Ledger,
  session: Session,
  names: { writer: WriterId; parent: WriterId },
  now: Now,
): Frame {
  const gap = session.sawGap;
  session.sawGap = false;
  session.isAckDue = false;
  session.ackSentAtMs = now.monotonicMs;
  session.unackedBytes = 0;
  session.settledDueMs = Number.POSITIVE_INFINITY;
  const has: Point[] = [];
  for (const writer of take(session.has)) {
    const stream = ledger.streams.get(writer);
    if (stream !== undefined) has.push({ writer, seq: stream.head.seq, hash: stream.head.hash });
  }
  const settled: Point[] = [];
  for (const writer of take(session.settled)) {
    const stream = ledger.streams.get(writer);
    if (stream !== undefined && stream.head.settled.seq > 0) settled.push({ writer, ...stream.head.settled });
  }
  const fenced: FencePoint[] = [];
  for (const writer of take(session.fenced)) {
    const fence = ledger.streams.get(writer)?.head.fence;
    if (fence !== null && fence !== undefined) fenced.push({ writer, ...fence });
  }
  return { kind: 'ack', ...names, cursor: session.cursor ?? 0, gap, has, settled, fenced };
}

function take<T>(set: Set<T>): T[] {
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

function cellFrames(
  ledger: Ledger,
  session: Session,
  names: { writer: WriterId; parent: WriterId },
  now: Now,
): Frame[] {
  const cells: SentCell[] = [];
  for (const pool of take(session.cells)) {
    const cell = ledger.self.row(pool).sent.find(({ writer }) => writer === session.writer);
    if (cell === undefined) continue;
    cells.push({ pool, from: ledger.self.writer, to: session.writer, n: cell.n, seq: cell.seq });
  }
  if (cells.length === 0) return [];
  // A batch ends where the next cell of the order of entries begins, so a cursor never passes a cell unsent.
  cells.sort((a, b) => a.seq - b.seq);
  const frames: Frame[] = [];
  const to = ledger.self.head.seq;
  for (let at = 0; at < cells.length; at += CELLS_PER_FRAME) {
    const part = cells.slice(at, at + CELLS_PER_FRAME);
    const next = cells[at + CELLS_PER_FRAME];
    const upTo = next === undefined ? to : Math.max(session.cellsSentTo, next.seq - 1);
    frames.push({ kind: 'cells', ...names, from: session.cellsSentTo, to: upTo, cells: part });
    session.cellsSentTo = upTo;
  }
  session.cellsSentAtMs = now.monotonicMs;
  return frames;
}

function recallsFrame(child: Child, session: Session, names: { writer: WriterId; parent: WriterId }): Frame {
  const items: { pool: PoolId; keep: number; given: number }[] = [];
  for (const pool of take(session.recalls)) {
    const recall = child.pools.get(pool)?.recall;
    if (recall !== undefined) items.push({ pool, keep: recall.keep, given: recall.given });
  }
  return { kind: 'recalls', ...names, items };
}

function levelFrames(hub: Hub, session: Session, now: Now): Frame[] {
  session.levelsSentAtMs = now.monotonicMs;
  const items = take(session.levels).map((pool) => {
    const level = hub.totals.levels?.get(pool);
    return { pool, onHand: level?.onHand ?? 0, available: level?.available ?? 0 };
  });
  const frames: Frame[] = [];
  for (let at = 0; at < items.length; at += ITEMS_MAX) {
    frames.push({ kind: 'levels', asOfMs: now.wallMs, items: items.slice(at, at + ITEMS_MAX) });
  }
  return frames;
}
