/**
 * Uplink: the child's side of its one link.
 *
 * It sends the journal in durable order from where the parent stands, asks for
 * units it lacks, writes down what it was granted, and finds out whether it is the
 * past (F1). Whatever is lost on the way is sent again from a cursor (L2, L3).
 */
import { portions } from '../entry/lines-codec.ts';
import type { PoolId, WriterId } from '../ids.ts';
import { amountOf, COLUMN_MAX, debt, free } from '../tally/row.ts';
import {
  type Ack,
  type Cells,
  type Denied,
  type Frame,
  type Hello,
  ITEMS_PER_FRAME,
  type Recalls,
  type SentCell,
  type StreamFrame,
  type Welcome,
} from '../wire/frames.ts';
import type { Ledger, Now } from './ledger.ts';
import { type PastReason, Points } from './points.ts';
import type { ReplicaSettings } from './settings.ts';
import { ABOVE, type Stream } from './stream.ts';
import { isTaken } from './told-taken.ts';
import {
  type Ask,
  bytesOf,
  dueAsks,
  openUplinkSession,
  questionAtMs,
  type UplinkSession,
  waitLonger,
} from './uplink-session.ts';

export class Uplink {
  readonly #ledger: Ledger;
  readonly #settings: ReplicaSettings;
  readonly #points: Points;
  #session: UplinkSession | undefined;
  readonly asks = new Map<PoolId, Ask>();
  /** L3: the parent wants units back, as long as what it sent is `given`. */
  readonly recalls = new Map<PoolId, { readonly keep: number; readonly given: number }>();

  constructor(ledger: Ledger, settings: ReplicaSettings) {
    this.#ledger = ledger;
    this.#settings = settings;
    this.#points = new Points(ledger);
  }

  get isOpen(): boolean {
    return this.#session !== undefined;
  }

  /** As much is on its way as may be (L5): what is sent next waits for an ack. */
  get isFull(): boolean {
    const session = this.#session;
    return session !== undefined && bytesOf(session.inFlight) >= this.#settings.link.inFlightBytesMax;
  }

  /** Entries are on their way, or wait for it. */
  get isSending(): boolean {
    const session = this.#session;
    return session !== undefined && session.ackedTo < this.#ledger.durablePosition;
  }

  get parent(): WriterId | undefined {
    return this.#session?.parent;
  }

  /** How far the parent came in this session. */
  get ackedTo(): number {
    return this.#session?.ackedTo ?? 0;
  }

  /** The parent told this stream as far as it stands here now: it has that itself. */
  told({ writer, head }: Stream): void {
    this.#points.known.note(writer, head.seq, this.#ledger.position);
  }

  /** Everything of a hello that the core knows; the edge adds identity and versions. */
  hello(): Pick<Hello, 'writer' | 'parentSeen' | 'heads'> {
    const { self } = this.#ledger;
    const { parent } = self.head;
    return {
      writer: self.writer,
      parentSeen: parent === null ? null : { writer: parent, seq: self.lastSeen },
      heads: this.#points.name(),
    };
  }

  /**
   * The parent answered hello. @returns why this writer must end, if the parent knows better.
   *
   * @param onUnsettled told of each stream of which less is settled than was known (F6).
   */
  open(
    welcome: Pick<Welcome, 'writer' | 'has' | 'settled'>,
    now: Now,
    onUnsettled: (stream: Stream) => void = () => {},
  ): PastReason | undefined {
    const ledger = this.#ledger;
    const past = this.#points.past(welcome.has);
    if (past !== undefined) return past;
    if (ledger.self.head.parent !== welcome.writer) {
      ledger.append({ type: 'reparented', parent: welcome.writer }, '', 'system', now);
      ledger.touchHead(ledger.self).parentSeen = 0;
      // Asks say what the former parent sent in all, which this one never did.
      this.asks.clear();
    }
    const base = this.#points.begin(welcome.has, welcome.settled, onUnsettled);
    for (const point of welcome.settled) this.#points.note('settled', point);
    this.#session = openUplinkSession(welcome.writer, base, now.monotonicMs, this.#settings.link);
    for (const ask of this.asks.values()) ask.sentAtMs = Number.NEGATIVE_INFINITY;
    this.recalls.clear();
    return undefined;
  }

  close(): void {
    this.#session = undefined;
    this.recalls.clear();
  }

  /** The life that spoke here is the past, and so is what its journal calls settled. */
  endLife(): void {
    this.close();
    this.#points.forgetOwn();
  }

  ack(frame: Ack, now: Now, onSettled: (writer: WriterId) => void): PastReason | undefined {
    const session = this.#session;
    if (
      session === undefined ||
      frame.parent !== session.parent ||
      frame.writer !== this.#ledger.self.writer
    ) {
      return undefined;
    }
    const past = this.#points.past(frame.has) ?? this.#points.past(frame.settled);
    if (past !== undefined) return past;
    for (const fence of frame.fenced) if (fence.writer === this.#ledger.self.writer) return 'fenced';
    for (const point of frame.has) this.#points.note('relayed', point);
    for (const point of frame.settled) {
      this.#points.note('settled', point);
      onSettled(point.writer);
    }
    if (frame.cursor > session.ackedTo) {
      session.ackedTo = Math.min(frame.cursor, session.sendFrom);
      session.inFlight = session.inFlight.filter(({ to }) => to > session.ackedTo);
      session.sentAtMs = now.monotonicMs;
      session.patienceMs = this.#settings.link.resendMs;
      session.settledCheckAtMs = now.monotonicMs + session.settledPatienceMs;
    }
    if (frame.gap && frame.cursor === session.ackedTo && session.rewoundAt !== frame.cursor) {
      // Every frame behind the missing one says so; once is enough, until the parent is asked again.
      session.rewoundAt = frame.cursor;
      session.sendFrom = session.ackedTo;
      session.inFlight = [];
      session.streamDueMs = Number.NEGATIVE_INFINITY;
    }
    return undefined;
  }

  /** T4: grants are written down at once, before they are used. @returns the pools that grew. */
  cells(frame: Cells, now: Now): PoolId[] {
    const session = this.#session;
    const ledger = this.#ledger;
    const { self } = ledger;
    if (session === undefined || frame.parent !== session.parent || frame.writer !== self.writer) return [];
    const seen = self.head.parentSeen;
    // L2: what the parent sent beyond a gap comes again with what is missing. So all that was taken of it stands
    // before the one point that a hello names, by which a parent that was put back finds that it is the past (F1).
    const isBeyondGap = frame.from > seen;
    const grown = this.#take(
      isBeyondGap ? frame.cells.filter(({ from }) => from !== frame.parent) : frame.cells,
      now,
    );
    if (!isBeyondGap && frame.to > seen) ledger.touchHead(self).parentSeen = frame.to;
    // One answer to many cells, in good time before the parent tells them again.
    session.seenDueMs = Math.min(session.seenDueMs, now.monotonicMs + this.#settings.link.resendMs / 2);
    for (const pool of grown) {
      const ask = this.asks.get(pool);
      if (ask !== undefined && this.takenFromParent(pool) >= ask.atLeast) this.asks.delete(pool);
      // A recall lapses with the next grant (L3).
      const recall = this.recalls.get(pool);
      if (recall !== undefined && this.takenFromParent(pool) !== recall.given) this.recalls.delete(pool);
    }
    return grown;
  }

  /** The greatest word of each sender, where it is more than was taken from it. */
  #take(cells: readonly SentCell[], now: Now): PoolId[] {
    const { self } = this.#ledger;
    const granted = new Map<WriterId, Map<PoolId, { pool: PoolId; seq: number; n: number }>>();
    for (const { from, to, pool, seq, n } of cells.filter((cell) => !isTaken(cell))) {
      const items = granted.get(from) ?? new Map();
      const known = items.get(pool)?.n ?? amountOf(self.row(pool).took, from);
      if (to === self.writer && n > known) granted.set(from, items.set(pool, { pool, seq, n }));
    }
    const grown: PoolId[] = [];
    for (const [from, items] of granted) {
      for (const part of portions([...items.values()]))
        this.#ledger.append({ type: 'took', from, items: part }, '', 'system', now);
      grown.push(...items.keys());
    }
    return grown;
  }

  takenFromParent(pool: PoolId): number {
    const { self } = this.#ledger;
    return self.row(pool).took.find((cell) => cell.writer === self.head.parent)?.n ?? 0;
  }

  /** Units that it has or sends up are waited for above: the stream leaves with this turn. */
  hurry(): void {
    if (this.#session !== undefined) this.#session.isUrgent = true;
  }

  recall(frame: Recalls): readonly PoolId[] {
    if (frame.parent !== this.#session?.parent || frame.writer !== this.#ledger.self.writer) return [];
    const valid = frame.items.filter(({ pool, given }) => given === this.takenFromParent(pool));
    for (const { pool, keep, given } of valid) this.recalls.set(pool, { keep, given });
    return valid.map(({ pool }) => pool);
  }

  /** @returns the pools for which asking on makes no sense now. */
  denied(frame: Denied): readonly PoolId[] {
    if (frame.parent !== this.#session?.parent || frame.writer !== this.#ledger.self.writer) return [];
    const ended: PoolId[] = [];
    for (const { pool, atLeast } of frame.items) {
      const ask = this.asks.get(pool);
      if (ask === undefined || ask.atLeast > atLeast) continue;
      this.asks.delete(pool);
      ended.push(pool);
    }
    return ended;
  }

  /**
   * Asks for units: seen, plus the shortfall, plus what is owed, in all (L3). Asking
   * for less than is asked for already changes nothing.
   */
  ask(pool: PoolId, shortfall: number, untilMs: number): void {
    const row = this.#ledger.self.row(pool);
    const owed = Math.max(0, debt(row) - Math.max(0, free(row)));
    const atLeast = Math.min(COLUMN_MAX, this.takenFromParent(pool) + shortfall + owed);
    const known = this.asks.get(pool);
    if (known !== undefined && known.atLeast >= atLeast && known.untilMs >= untilMs) return;
    this.asks.set(pool, {
      atLeast: Math.max(atLeast, known?.atLeast ?? 0),
      untilMs: Math.max(untilMs, known?.untilMs ?? 0),
      sentAtMs: Number.NEGATIVE_INFINITY,
    });
  }

  /** What is due on the wire. Called after a commit: everything that is read here is durable (D1). */
  frames(now: Now): Frame[] {
    const session = this.#session;
    if (session === undefined) return [];
    const out = this.#question(session, now.monotonicMs);
    const { self } = this.#ledger;
    const names = { writer: self.writer, parent: session.parent };
    if (session.isUrgent || now.monotonicMs >= session.streamDueMs)
      this.#stream(session, out, now.monotonicMs);
    const asking = dueAsks(this.asks, now.monotonicMs, this.#settings.link.resendMs);
    for (const items of portions(asking, ITEMS_PER_FRAME)) out.push({ kind: 'asks', ...names, items });
    if (now.monotonicMs >= session.seenDueMs) {
      session.seenDueMs = Number.POSITIVE_INFINITY;
      out.push({ kind: 'seen', ...names, seq: self.head.parentSeen });
    }
    return out;
  }

  #stream(session: UplinkSession, out: Frame[], nowMs: number): void {
    const { link } = this.#settings;
    session.isUrgent = false;
    let inFlightBytes = bytesOf(session.inFlight);
    while (session.sendFrom < this.#ledger.durablePosition && inFlightBytes < link.inFlightBytesMax) {
      const slice = this.#points.known.read(session.sendFrom, link.streamBytesTarget, link.inFlightBytesMax);
      if (slice.to <= session.sendFrom) break;
      out.push(this.#frame(session, slice.to, slice.bytes));
      if (session.inFlight.length === 0) {
        session.sentAtMs = nowMs;
        session.patienceMs = link.resendMs;
      }
      session.inFlight.push({ from: session.sendFrom, to: slice.to, bytes: slice.bytes.length });
      inFlightBytes += slice.bytes.length;
      session.sendFrom = slice.to;
      session.streamDueMs = nowMs + link.gatherMs;
      session.settledPatienceMs = link.resendMs * 2;
      // A long stretch that the parent has: the next turn reads on.
      if (slice.bytes.length === 0) break;
    }
    // What the window held back has gathered already: it leaves as soon as there is room.
    if (inFlightBytes >= link.inFlightBytesMax) session.streamDueMs = Number.NEGATIVE_INFINITY;
  }

  #frame({ base, sendFrom }: UplinkSession, to: number, entries: Uint8Array): StreamFrame {
    return { kind: 'stream', writer: this.#ledger.self.writer, base, from: sendFrom, to, entries };
  }

  /**
   * A frame without entries is a question: how far did you come? Where something was lost the
   * answer says so, and it is sent again; a parent that is only slow gets nothing twice.
   */
  #question(session: UplinkSession, nowMs: number): Frame[] {
    if (nowMs < questionAtMs(session)) return [];
    if (session.inFlight.length === 0 && this.#isSettled()) {
      session.settledCheckAtMs = Number.POSITIVE_INFINITY;
      return [];
    }
    waitLonger(session, nowMs, this.#settings.link);
    return [this.#frame(session, session.sendFrom, new Uint8Array(0))];
  }

  /** Held against what is durable here: of what the parent has, it may be only the cursor that arrived. */
  #isSettled(): boolean {
    const { streams } = this.#ledger;
    // Nobody tells this replica what becomes of those who were given away (F3a).
    const told = [...streams.values()].filter(({ head }) => head.via !== ABOVE);
    return told.every(({ head, durableSeq }) => head.settled.seq >= durableSeq);
  }

  /** When something must be sent again or given up; undefined while nothing waits. */
  wakeAtMs(): number | undefined {
    const session = this.#session;
    if (session === undefined) return undefined;
    let at = Math.min(session.seenDueMs, questionAtMs(session));
    const isFull = bytesOf(session.inFlight) >= this.#settings.link.inFlightBytesMax;
    if (session.sendFrom < this.#ledger.durablePosition && !isFull) at = Math.min(at, session.streamDueMs);
    for (const ask of this.asks.values()) {
      at = Math.min(at, ask.untilMs, ask.sentAtMs + this.#settings.link.resendMs);
    }
    return at === Number.POSITIVE_INFINITY ? undefined : at;
  }

  putBack(): void {
    // The cells that were lost with the turn come again: the parent hears where this child stands.
    if (this.#session !== undefined) this.#session.seenDueMs = Number.NEGATIVE_INFINITY;
  }
}
