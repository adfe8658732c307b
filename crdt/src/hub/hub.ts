/**
 * Hub: the parent's side of its links. It takes in streams, answers asks, moves
 * rights to where they are needed, and tells each child what it has of it.
 *
 * Frames change the ledger's open turn or soft state; nothing is sent before the
 * turn is durable, when `frames` reads what is due.
 */
import type { BodyOf, Entry } from '../entry/entry.ts';
import { type PoolId, type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import type { Ledger, Now } from '../replica/ledger.ts';
import type { ReplicaSettings } from '../replica/settings.ts';
import { ABOVE, type Stream } from '../replica/stream.ts';
import type { Asks, Hello, Seen, StreamFrame } from '../wire/frames.ts';
import { livesBeside, refusal } from './admit.ts';
import { hearAsks } from './asks.ts';
import { catchUpCells } from './cells.ts';
import { Child, isShutOut, noteBranch, noteUse, openSession, type Session } from './child.ts';
import { EarlyFences } from './early-fences.ts';
import { compareHeads } from './heads.ts';
import type { HubEvents, Opened } from './hub-events.ts';
import { ackEveryMs, levelsEveryMs, NEWS_EVERY_MS } from './pace.ts';
import type { Places } from './places.ts';
import { Refused } from './refused.ts';
import { Surrenders } from './surrenders.ts';
import { takeIn } from './take-in.ts';
import { Totals } from './totals.ts';

export class Hub {
  readonly children = new Map<ReplicaId, Child>();
  readonly totals: Totals;
  readonly early: EarlyFences;
  readonly surrenders: Surrenders;
  readonly #ledger: Ledger;
  readonly #settings: ReplicaSettings;
  readonly #events: HubEvents;
  readonly refused = new Refused();
  /** Children whose streams were taken in during the open turn. */
  readonly #heard = new Set<Child>();

  constructor(ledger: Ledger, settings: ReplicaSettings, events: HubEvents) {
    this.#ledger = ledger;
    this.#settings = settings;
    this.#events = events;
    this.early = new EarlyFences(ledger);
    this.surrenders = new Surrenders(ledger);
    this.totals = new Totals(ledger, (replica) => this.child(replica), settings.keepsLevels);
  }

  child(replica: ReplicaId): Child {
    let child = this.children.get(replica);
    if (child === undefined) {
      child = new Child(replica);
      this.children.set(replica, child);
    }
    return child;
  }

  /** The direct child through which a replica is reached. */
  routeTo(replica: ReplicaId): ReplicaId | undefined {
    if (this.children.get(replica)?.session !== undefined) return replica;
    for (const stream of this.#ledger.streams.values()) {
      const { via } = stream.head;
      if (replicaOf(stream.writer) === replica && via !== null && via !== ABOVE) return via;
    }
    return undefined;
  }

  /** A child whose identity the edge has proved begins a session. A second one replaces the first. */
  open(hello: Hello, places: Places, now: Now): Opened {
    const ledger = this.#ledger;
    const replica = replicaOf(hello.writer);
    const self = ledger.self;
    if (replica === replicaOf(self.writer)) {
      return { ok: false, code: 'forbidden', message: `${replica} cannot be its own child` };
    }
    const parent = places.parentElsewhere(replica);
    if (parent !== undefined)
      return { ok: false, code: 'forbidden', message: `${replica} belongs under ${parent}: link it there` };
    const others = livesBeside(ledger, hello.writer);
    const refused = refusal(others, this.children.get(replica)?.session, hello);
    if (refused !== undefined) return refused;
    const seen = hello.parentSeen?.writer === self.writer ? hello.parentSeen.seq : 0;
    // Told before this life writes anything more: it ends with this turn.
    if (seen > self.head.seq && ledger.isFromDisk) this.#events.aheadOfMe();
    else for (const life of others) this.fence(life, 'superseded', now);
    const child = this.child(replica);
    const session = openSession(hello, self.writer, Math.min(seen, self.head.seq));
    child.session = session;
    for (const pool of child.pools.values()) {
      pool.recall = undefined;
      pool.promised = 0;
    }
    catchUpCells(this.#ledger, session);
    session.formerCellsDueMs = now.monotonicMs;
    if (hello.wantsLevels && this.totals.levels !== undefined) {
      for (const pool of this.totals.levels.keys()) session.levels.add(pool);
    }
    const points = compareHeads(ledger, session, hello, places);
    session.isAckDue = session.fenced.size > 0;
    return { ok: true, welcome: { writer: self.writer, ...points } };
  }

  close(replica: ReplicaId, writer?: WriterId): void {
    const child = this.children.get(replica);
    if (child === undefined || (writer !== undefined && child.session?.writer !== writer)) return;
    child.session = undefined;
    for (const pool of child.pools.values()) {
      pool.ask = undefined;
      pool.recall = undefined;
    }
  }

  /** @returns a message where the child breaks the protocol and its session must end. */
  stream(replica: ReplicaId, frame: StreamFrame, places: Places, now: Now): string | undefined {
    const child = this.children.get(replica);
    const session = child?.session;
    if (child === undefined || session === undefined || frame.writer !== session.writer) return undefined;
    session.isAckDue = true;
    session.unackedBytes += frame.entries.length;
    // A frame without entries asks how far this replica came with everything of that child.
    if (frame.from === frame.to && frame.entries.length === 0) session.wantsAll = true;
    this.#heard.add(child);
    // What stands before a base was known here when the child asked: a late frame of an earlier
    // session may name a lower one, and never holds back a later.
    session.cursorNext = Math.max(session.cursorNext ?? session.cursor ?? 0, frame.base);
    if (frame.from > session.cursorNext) session.sawGap = true;
    if (frame.from > session.cursorNext || frame.base > frame.from || frame.from > frame.to) return undefined;
    const taken = takeIn(
      {
        ledger: this.#ledger,
        directory: places.directory,
        places,
        early: this.early,
        refused: this.refused,
        now,
        child: replica,
        onEntry: (entry) => this.#hear(child, entry, now),
        onFence: (writer) => this.noteFence(this.#ledger.streams.get(writer) as Stream),
        onAheadOfMe: () => this.#events.aheadOfMe(),
      },
      frame.entries,
    );
    for (const writer of taken.writers) {
      session.has.add(writer);
      const stream = this.#ledger.streams.get(writer);
      if (stream !== undefined) places.past.spokenOf(stream);
    }
    for (const branch of taken.branches) noteBranch(this.#ledger, session, branch);
    if (taken.problem !== undefined) return taken.problem;
    session.cursorNext = Math.max(session.cursorNext, frame.to);
    return undefined;
  }

  noteFence(stream: Stream): void {
    const { writer, head } = stream;
    this.#events.fenced(stream);
    for (const { replica, session } of this.children.values()) {
      session?.fenced.add(writer);
      // Whoever is shut out hears of it though nobody there says anything meanwhile.
      if (session !== undefined && head.via === replica) session.isAckDue = true;
    }
  }

  fence(stream: Stream, reason: Parameters<Ledger['fence']>[1], now: Now): void {
    this.#ledger.fence(stream, reason, now);
    this.noteFence(stream);
  }

  /** What an entry of a child tells the parent about where units are needed or to be had. */
  #hear(child: Child, entry: Entry, now: Now): void {
    const { body } = entry;
    switch (body.type) {
      case 'sold':
        for (const line of body.lines) this.#demand(child, line.pool, line.quantityBase, now);
        return;
      case 'held':
        for (const line of body.lines) this.#demand(child, line.pool, line.n, now);
        return;
      case 'life':
      case 'reparented':
        return this.#named(child);
      case 'sent':
        // What is addressed to a former life stays that life's: it is not this writer's to use (F1a).
        if (body.to === this.#ledger.self.writer) this.#take(entry, body);
        return;
      case 'received':
      case 'returned':
      case 'cancelled':
        this.#events.newStock();
        for (const line of body.lines) this.#events.poolChanged(line.pool);
        return;
      case 'counted':
      case 'lost':
        for (const line of body.lines) this.#events.poolChanged(line.pool);
        return;
      default:
    }
  }

  /** It has said who its parent is, and may be granted units only now (L1). */
  #named(child: Child): void {
    for (const [pool, { ask, holding, low }] of child.pools)
      if (ask !== undefined || holding < low) this.#events.poolChanged(pool);
  }

  #demand(child: Child, pool: PoolId, units: number, now: Now): void {
    const known = child.pool(pool);
    noteUse(known, units, now.monotonicMs, this.#settings.policy.halfLifeMs);
    if (known.holding < known.low) this.#events.poolChanged(pool);
  }

  #take(entry: Entry, body: BodyOf<'sent'>): void {
    const sender = this.#ledger.streams.get(entry.writer) as Stream;
    for (const { pool } of body.items) this.surrenders.note(sender, body.to, pool);
  }

  /** Of a child that came back with its past told from above, what it surrendered before it left (F3a). */
  takeUnheard(sender: Stream): void {
    if (sender.head.fence !== null) return;
    for (const [pool] of sender.rows()) this.surrenders.note(sender, this.#ledger.self.writer, pool);
  }

  /** What was surrendered to the life that ended stays its own (F1a). @returns whom it had sessions with. */
  newLife(): ReplicaId[] {
    this.surrenders.clear();
    return [...this.children.values()].filter((each) => each.session).map(({ replica }) => replica);
  }

  asks(replica: ReplicaId, frame: Asks, now: Now): void {
    const child = this.children.get(replica);
    if (child?.session === undefined || frame.writer !== child.session.writer) return;
    if (frame.parent !== this.#ledger.self.writer) return;
    for (const pool of hearAsks(this, this.#ledger, child, child.session, frame, this.#settings, now))
      this.#events.poolChanged(pool);
  }

  sentTo(writer: WriterId, pool: PoolId): number {
    return this.#ledger.self.row(pool).sent.find((cell) => cell.writer === writer)?.n ?? 0;
  }

  seen(replica: ReplicaId, frame: Seen): void {
    const session = this.children.get(replica)?.session;
    if (session === undefined || frame.writer !== session.writer) return;
    if (frame.parent !== this.#ledger.self.writer || frame.seq > this.#ledger.self.head.seq) return;
    const isProgress = frame.seq > session.cellsSeenTo;
    // A child that stands further back takes nothing until it is told from there; an old word that comes late costs
    // one telling more.
    session.cellsSeenTo = Math.min(frame.seq, session.cellsSentTo);
    // No progress although more was sent: a frame was lost between.
    if (!isProgress && session.cellsSentTo > session.cellsSeenTo) catchUpCells(this.#ledger, session);
  }

  /** An answer is overdue: what the child has not confirmed is told again. */
  tellAgain(session: Session): void {
    catchUpCells(this.#ledger, session);
  }

  /** What former lives of this replica granted and nobody has taken is told anew (F1a). */
  tellFormerCells(now: Now): void {
    for (const { session } of this.children.values())
      if (session !== undefined) session.formerCellsDueMs = now.monotonicMs;
  }

  /** When something is due to be told, or told again; undefined while everything was heard. */
  wakeAtMs(): number | undefined {
    const { link } = this.#settings;
    let at = Number.POSITIVE_INFINITY;
    for (const { session } of this.children.values()) {
      if (session === undefined) continue;
      at = Math.min(at, session.settledDueMs, session.formerCellsDueMs);
      if (isShutOut(this.#ledger, session))
        at = Math.min(at, Math.max(0, session.ackSentAtMs + link.resendMs));
      if (session.isAckDue) at = Math.min(at, session.ackSentAtMs + ackEveryMs(link));
      if (session.levels.size > 0) at = Math.min(at, session.levelsSentAtMs + levelsEveryMs(link));
      if (session.cellsSeenTo < session.cellsSentTo) at = Math.min(at, session.cellsSentAtMs + link.resendMs);
    }
    return at === Number.POSITIVE_INFINITY ? undefined : at;
  }

  /** The authority or this replica's parent settled more: children want to know of their own streams. */
  settled(writer: WriterId, now: Now): void {
    const via = this.#ledger.streams.get(writer)?.head.via;
    if (via === null || via === undefined) return;
    const session = this.children.get(via)?.session;
    if (session === undefined) return;
    session.settled.add(writer);
    // Nobody waits for this: it goes with the next ack, or with many of its kind a moment later.
    session.settledDueMs = Math.min(session.settledDueMs, now.monotonicMs + NEWS_EVERY_MS);
  }

  /** Another process of this replica granted something: the child is told by whoever holds its link. */
  absorbed(entry: Entry): void {
    const { body } = entry;
    if (body.type === 'sent') {
      const session = this.children.get(replicaOf(body.to))?.session;
      if (session?.writer === body.to) for (const { pool } of body.items) session.cells.add(pool);
      return;
    }
    if (body.type === 'took') for (const { pool } of body.items) this.#events.poolChanged(pool);
    const child = this.children.get(replicaOf(entry.writer));
    if (child?.session?.writer === entry.writer && (body.type === 'life' || body.type === 'reparented'))
      this.#named(child);
  }

  absorbedFence(stream: Stream): void {
    this.noteFence(stream);
    this.totals.keep();
  }

  /** A stream came further by another way: its child wants to know. */
  tell(replica: ReplicaId, stream: Stream): void {
    const via = stream.head.via ?? replica;
    const session = this.children.get(via)?.session;
    if (session === undefined) return;
    session.has.add(stream.writer);
    session.settled.add(stream.writer);
    session.isAckDue = true;
  }

  /** The turn is durable: cursors move on. */
  keep(): void {
    for (const child of this.#heard) {
      const session = child.session;
      if (session !== undefined && session.cursorNext !== null) session.cursor = session.cursorNext;
    }
    this.#heard.clear();
    this.totals.keep();
    this.early.keep();
    this.surrenders.clear();
  }

  /** The turn failed, and the rows are put back already. */
  putBack(): void {
    for (const child of this.children.values()) {
      if (child.session !== undefined) child.session.cursorNext = child.session.cursor;
    }
    this.#heard.clear();
    this.surrenders.clear();
    this.totals.putBack();
  }
}
