/**
 * Child: what a parent knows of one direct child, and how far each has heard the other.
 *
 * What stands here is soft: it is rebuilt from the rows when the parent starts, and
 * only makes the parent sell better or talk less. What is right stands in the rows.
 */
import type { PoolId, ReplicaId, WriterId } from '../ids.ts';
import { type Demand, observeDemand } from '../rebalance/demand.ts';
import type { Ledger } from '../replica/ledger.ts';
import type { Stream } from '../replica/stream.ts';
import type { Frame, Hello } from '../wire/frames.ts';
import type { InVain } from './in-vain.ts';

export interface ChildPool {
  /** Units free to use in the child's subtree as far as the parent knows, rights on their way to it included. */
  holding: number;
  demand: Demand | undefined;
  /** Below this the pool is planned again; refreshed by each plan. */
  low: number;
  /** Units whose demand was counted when they were asked for, and not again when they are sold. */
  counted: number;
  /** Of the holding, units that somebody below waits for and is about to use: as good as sold until then. */
  promised: number;
  promisedUntilMs: number;
  /** L3: the child wants to have been sent this much in all; fewer units than `least` at once serve nobody. */
  ask: { readonly atLeast: number; readonly untilMs: number; readonly least: number } | undefined;
  /** The parent wants this back; void once `untilMs` has passed. */
  recall: { readonly keep: number; readonly given: number; readonly untilMs: number } | undefined;
  lastGrantAtMs: number | undefined;
}

export interface Session {
  readonly writer: WriterId;
  /** The life of this replica that it was opened with: no other speaks in it. */
  readonly parent: WriterId;
  readonly wantsLevels: boolean;
  /** How far this session's stream was taken in, in positions of the child's journal; null before its first frame. */
  cursor: number | null;
  /** The cursor as the open turn would have it: it holds only once the turn is durable. */
  cursorNext: number | null;
  isAckDue: boolean;
  /** Acks gather while they follow each other closely, but not beyond so many bytes. */
  ackSentAtMs: number;
  unackedBytes: number;
  /** The child asked how far everything came; the next ack says it. */
  wantsAll: boolean;
  /** A frame beyond the cursor came and was dropped. */
  sawGap: boolean;
  /** Writers whose point must be told anew. */
  readonly has: Set<WriterId>;
  readonly settled: Set<WriterId>;
  /** When what was settled must be told at the latest. */
  settledDueMs: number;
  readonly fenced: Set<WriterId>;
  /** Pools whose cells changed since the last cells frame. */
  readonly cells: Set<PoolId>;
  /** The parent's own seq up to which cells were sent, and up to which the child says it has them. */
  cellsSentTo: number;
  cellsSeenTo: number;
  cellsSentAtMs: number;
  /** When grants of this replica's former lives are told, or told again. */
  formerCellsDueMs: number;
  readonly recalls: Set<PoolId>;
  /** Pools of which it was asked for units, and holds as many as before. */
  readonly inVain: Map<PoolId, InVain>;
  readonly denied: Map<PoolId, number>;
  readonly levels: Set<PoolId>;
  levelsSentAtMs: number;
  /** How far its hello said that it has each stream, or it was told of it then. */
  readonly named: Map<WriterId, number>;
  /** Its former lives, and writers below it, of which the child lacks entries, with the seq it has of each (T8, F1a). */
  former: { readonly writer: WriterId; readonly afterSeq: number }[];
  /** F2: branches that came in this session, for which it was told the history that it lacks. */
  readonly branchesTold: Set<WriterId>;
  isFormerDue: boolean;
  /** What of them waits to be sent. */
  formerFrames: Frame[];
  /** What former lives of the parent granted it and it has not taken, as of the turn that is open. */
  formerCells: Frame[];
}

export class Child {
  readonly replica: ReplicaId;
  readonly pools = new Map<PoolId, ChildPool>();
  session: Session | undefined;
  /** How many of its pools it alone ever named. */
  strangePools = 0;

  constructor(replica: ReplicaId) {
    this.replica = replica;
  }

  pool(pool: PoolId): ChildPool {
    let known = this.pools.get(pool);
    if (known === undefined) {
      known = {
        holding: 0,
        demand: undefined,
        low: 0,
        counted: 0,
        promised: 0,
        promisedUntilMs: 0,
        ask: undefined,
        recall: undefined,
        lastGrantAtMs: undefined,
      };
      this.pools.set(pool, known);
    }
    return known;
  }
}

/** The child asks to have been sent this much in all; its demand is counted now, and not again when it is sold. */
export function noteAsk(
  known: ChildPool,
  sent: number,
  { atLeast, untilMs }: { readonly atLeast: number; readonly untilMs: number },
  nowMs: number,
  halfLifeMs: number,
): void {
  let least = known.ask?.least ?? Number.POSITIVE_INFINITY;
  if (known.ask === undefined || known.ask.atLeast < atLeast) {
    const units = atLeast - Math.max(sent, known.ask?.atLeast ?? 0);
    // Each step by which a child raises its ask is somebody there who waits for as much.
    least = Math.min(least, units);
    known.counted += units;
    known.demand = observeDemand(known.demand, units, nowMs, halfLifeMs);
  }
  known.ask = { atLeast, untilMs, least };
}

/** Units were used below this child. */
export function noteUse(known: ChildPool, units: number, nowMs: number, halfLifeMs: number): void {
  const isCounted = known.counted > 0;
  known.counted = Math.max(0, known.counted - units);
  known.promised = Math.max(0, known.promised - units);
  if (!isCounted) known.demand = observeDemand(known.demand, units, nowMs, halfLifeMs);
}

/** Who asked is about to use what it is granted, and has until its deadline for it. */
export function promise(known: ChildPool, sent: number, units: number): void {
  if (known.ask === undefined) return;
  known.promised += Math.max(0, Math.min(units, known.ask.atLeast - sent));
  known.promisedUntilMs = Math.max(known.promisedUntilMs, known.ask.untilMs);
}

export function openSession(
  { writer, wantsLevels, heads }: Pick<Hello, 'writer' | 'wantsLevels' | 'heads'>,
  parent: WriterId,
  cellsSeenTo: number,
): Session {
  return {
    writer,
    parent,
    wantsLevels,
    cursor: null,
    cursorNext: null,
    isAckDue: false,
    wantsAll: false,
    ackSentAtMs: Number.NEGATIVE_INFINITY,
    unackedBytes: 0,
    sawGap: false,
    has: new Set(),
    settled: new Set(),
    settledDueMs: Number.POSITIVE_INFINITY,
    fenced: new Set(),
    cells: new Set(),
    cellsSentTo: cellsSeenTo,
    cellsSeenTo,
    cellsSentAtMs: Number.NEGATIVE_INFINITY,
    formerCellsDueMs: Number.POSITIVE_INFINITY,
    recalls: new Set(),
    inVain: new Map(),
    denied: new Map(),
    levels: new Set(),
    levelsSentAtMs: Number.NEGATIVE_INFINITY,
    named: new Map(heads.map((head) => [head.writer, head.seq])),
    former: [],
    branchesTold: new Set(),
    isFormerDue: false,
    formerFrames: [],
    formerCells: [],
  };
}

/**
 * Whether this session's writer may be granted units: it lives, and its word that this is its parent stands here (L1).
 * Books that are put back to before that would not know whom to wait for (F6).
 */
export function mayBeGranted(ledger: Ledger, session: Session): boolean {
  const head = ledger.streams.get(session.writer)?.head;
  return head !== undefined && head.fence === null && head.parent === session.parent;
}

/** This session speaks for a writer that was fenced, and has not heard of it. */
export function isShutOut(ledger: Ledger, session: Session): boolean {
  return (ledger.streams.get(session.writer)?.head.fence ?? null) !== null;
}

/** F2: the child brought another history of a writer, and is told the one that it lacks. */
export function noteBranch(ledger: Ledger, session: Session, { writer, head }: Stream): void {
  session.has.add(writer);
  const left = head.parent === null ? undefined : ledger.streams.get(head.parent);
  if (left === undefined || session.branchesTold.has(writer)) return;
  session.branchesTold.add(writer);
  session.former.push({ writer: left.writer, afterSeq: head.fence?.seq ?? 0 });
  // What its hello said of that name was the child's own history: of this one it knows what it is told (seed 12007215).
  session.named.set(left.writer, left.head.seq);
  session.isFormerDue = true;
}
