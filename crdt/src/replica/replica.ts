/**
 * Replica: one node of the tree as a state machine.
 *
 *   const replica = new Replica(settings, stored, view, tools);
 *   replica.execute(1, command, now);        // commands and frames in, in any number
 *   const writes = replica.endTurn(now);     // what must be durable, together
 *   …commit writes…
 *   const out = replica.keep(now);           // only now: answers and frames
 *
 * Nothing leaves before its commit (D1), because there is no other way to get at it.
 * If the commit fails, `putBack` makes memory say what the disk says (D4).
 */

import type { EntryBody, FenceReason } from '../entry/entry.ts';
import { Hub, type Opened } from '../hub/hub.ts';
import { hubFrames } from '../hub/hub-frames.ts';
import { Moves } from '../hub/moves.ts';
import { incarnationOf, type PoolId, type ReplicaId, replicaOf, type WriterId, writerId } from '../ids.ts';
import { debt, free } from '../tally/row.ts';
import type { Frame, Hello, StockFrame, Welcome } from '../wire/frames.ts';
import { absorbRuns, type CaughtUp } from './absorb.ts';
import { type Answer, type Command, type Refusal, refuse } from './command.ts';
import { decideExpiries } from './decide-sale.ts';
import type { Directory } from './directory.ts';
import { execute, mayWait } from './execute.ts';
import { takeFormer } from './former.ts';
import { holdLeftMs } from './holds.ts';
import type { JournalView } from './journal-view.ts';
import { Ledger, type Now, type Sha256 } from './ledger.ts';
import type { ReplicaSettings } from './settings.ts';
import type { Stream } from './stream.ts';
import { type PastReason, Uplink } from './uplink.ts';
import { type Ticket, type Waiter, Waiting } from './waiting.ts';
import type { Stored, Writes } from './writes.ts';

export interface Tools {
  readonly sha256: Sha256;
  /** 128 fresh random bits as 32 hex digits: what makes each life unique. */
  readonly nonce: () => string;
  readonly directory: Directory;
}

export const PARENT = 'parent';
export type Peer = ReplicaId | typeof PARENT;

/** What may leave once the turn is durable. */
export interface Out {
  readonly answers: readonly { readonly ticket: Ticket; readonly answer: Answer }[];
  readonly frames: readonly { readonly to: Peer; readonly frame: Frame }[];
  /** Links that must be closed, with the reason for the peer. */
  readonly hangUps: readonly { readonly peer: Peer; readonly message: string }[];
  /** This replica began a new life in this turn: its link must be opened anew. */
  readonly newLife: WriterId | undefined;
}

export class Replica {
  readonly ledger: Ledger;
  readonly hub: Hub;
  readonly uplink: Uplink;
  readonly settings: ReplicaSettings;
  readonly #tools: Tools;
  readonly #waiting: Waiting;
  readonly #moves: Moves;

  #answers: { ticket: Ticket; answer: Answer }[] = [];
  #hangUps: { peer: Peer; message: string }[] = [];
  #said: { to: Peer; frame: Frame }[] = [];
  #newLife: WriterId | undefined;
  #past: FenceReason | undefined;
  readonly #grown = new Set<PoolId>();
  readonly #owing = new Set<PoolId>();
  #entriesAtCheckpoint = 0;
  #knowsFormerLives: boolean;

  constructor(settings: ReplicaSettings, stored: Stored, view: JournalView, tools: Tools) {
    this.settings = settings;
    this.#tools = tools;
    this.ledger = new Ledger(stored, view, tools.sha256);
    this.#waiting = new Waiting(settings.waitingMax);
    this.uplink = new Uplink(this.ledger, settings);
    this.hub = new Hub(this.ledger, settings, {
      aheadOfMe: () => {
        this.#past = 'rollback';
      },
      poolChanged: (pool) => this.#moves.poolChanged(pool),
    });
    this.#moves = new Moves(this.ledger, this.hub, this.uplink, this.#waiting, settings);
    this.ledger.onStream = (stream, sign) => this.hub.totals.onStream(stream, sign);
    this.ledger.onEffect = (stream, effect, sign) => this.hub.totals.onEffect(stream, effect, sign);
    this.#knowsFormerLives = !stored.awaitsFormerLives;
    if (this.ledger.hasLife) {
      this.#entriesAtCheckpoint = this.ledger.self.head.seq;
      this.#findDebts();
    }
  }

  #findDebts(): void {
    if (!this.ledger.hasLife) return;
    for (const [pool, row] of this.ledger.self.rows()) if (debt(row) > 0) this.#owe(pool);
  }

  get knowsFormerLives(): boolean {
    return this.#knowsFormerLives;
  }

  /** Begins this replica's next life, unless it has one. The first waits for nothing; later ones for their past. */
  beginLife(parent: WriterId | null, now: Now): void {
    if (!this.ledger.hasLife) this.#nextLife(1, parent, now);
  }

  #nextLife(incarnation: number, parent: WriterId | null, now: Now): void {
    const { replica, kind } = this.settings;
    const writer = writerId(replica, incarnation, this.#tools.nonce());
    this.ledger.beginLife(writer, kind, parent, now);
    this.#newLife = writer;
    // The authority has no parent to ask; its own former lives are all in its books.
    this.#knowsFormerLives = incarnation === 1 || parent === null;
    this.ledger.awaitsFormerLives = !this.#knowsFormerLives;
    this.#owing.clear();
  }

  /** F1: what this writer believes is the past. It ends, and a new writer without rights goes on. */
  becomeNewWriter(reason: FenceReason, now: Now): void {
    const self = this.ledger.self;
    this.ledger.fence(self, reason, now);
    this.uplink.close();
    const lives = this.ledger.livesOf(this.settings.replica).map((life) => incarnationOf(life.writer));
    this.#nextLife(Math.max(...lives) + 1, self.head.parent, now);
    this.ledger.append(
      { type: 'fenced', writer: self.writer, seq: self.head.seq, hash: self.head.hash, reason },
      '',
      'system',
      now,
    );
    for (const child of this.hub.children.values()) {
      if (child.session !== undefined) this.#hangUp(child.replica, 'The parent goes on as a new writer.');
    }
  }

  /** Runs a command. Its answer comes out of `keep`, of this turn or of a later one. */
  execute(ticket: Ticket, command: Command, now: Now): void {
    const answer = this.#decide(command, now);
    if (answer.ok || !mayWait(command, answer)) {
      this.#answers.push({ ticket, answer });
      return;
    }
    if (!this.#canBeHelped(answer)) {
      this.#answers.push({ ticket, answer });
    } else if (this.#waiting.isFull) {
      this.#answers.push({ ticket, answer: refuse('overloaded', 'Too many sales wait for stock.') });
    } else {
      this.#waiting.add({
        ticket,
        command,
        untilMs: now.monotonicMs + (command.waitMs ?? 0),
        refusal: answer,
      });
      for (const item of answer.items ?? []) {
        this.#moves.poolChanged(item.pool);
      }
    }
  }

  #decide(command: Command, now: Now): Answer {
    const answer = execute(
      {
        ledger: this.ledger,
        directory: this.#tools.directory,
        now,
        holdsMax: this.settings.holdsMax,
        knowsFormerLives: this.#knowsFormerLives,
      },
      command,
    );
    if (answer.ok && !answer.replayed) this.#afterOwn(answer.entry.body, now);
    return answer;
  }

  /** Somebody else may hold what is missing here. */
  #canBeHelped(refusal: Refusal): boolean {
    if (this.uplink.isOpen) return true;
    for (const child of this.hub.children.values()) {
      if (child.session === undefined) continue;
      if (refusal.items?.some(({ pool }) => (child.pools.get(pool)?.holding ?? 0) > 0)) return true;
    }
    return false;
  }

  #afterOwn(body: EntryBody, now: Now): void {
    switch (body.type) {
      case 'sold':
        for (const line of body.lines) {
          this.#moves.observe(line.pool, line.quantityBase, now);
          if (line.owed > 0) this.#owe(line.pool);
        }
        return;
      case 'held':
        for (const line of body.lines) this.#moves.observe(line.pool, line.n, now);
        return;
      case 'counted':
      case 'lost':
        for (const line of body.lines) {
          if (line.owed > 0) this.#owe(line.pool);
          this.#freed(line.pool);
        }
        return;
      case 'received':
      case 'returned':
      case 'cancelled':
        for (const line of body.lines) this.#freed(line.pool);
        return;
      case 'released':
      case 'confirmed':
        for (const line of body.closes) this.#freed(line.pool);
        return;
      case 'reclaimed':
        for (const item of body.items) this.#freed(item.pool);
        return;
      default:
    }
  }

  #owe(pool: PoolId): void {
    this.#owing.add(pool);
    this.#moves.poolChanged(pool);
  }

  #freed(pool: PoolId): void {
    this.#grown.add(pool);
    this.#moves.poolChanged(pool);
  }

  /** The parent answered hello. */
  linkUp(welcome: Pick<Welcome, 'writer' | 'has' | 'settled'>, now: Now): void {
    this.#end(this.uplink.open(welcome, now), now);
    if (this.uplink.isOpen) for (const pool of this.#owing) this.#moves.poolChanged(pool);
  }

  linkDown(now: Now): void {
    this.uplink.close();
    for (const waiter of this.#waiting.all()) {
      if (!this.#canBeHelped(waiter.refusal)) this.#giveUp(waiter, now);
    }
  }

  /** A child whose identity the edge has proved says hello. */
  childUp(hello: Hello, agreed: Pick<Welcome, 'protocol' | 'channels'>, now: Now): Opened {
    const opened = this.hub.open(hello, now);
    if (opened.ok) {
      this.say(replicaOf(hello.writer), { kind: 'welcome', ...agreed, ...opened.welcome });
      const child = this.hub.child(replicaOf(hello.writer));
      for (const [pool, known] of child.pools) if (known.holding < known.low) this.#moves.poolChanged(pool);
    }
    return opened;
  }

  /** A frame that may leave once this turn is durable, before any other of it. */
  say(to: Peer, frame: Frame): void {
    this.#said.push({ to, frame });
  }

  /**
   * F3: an operator gives up a direct child. Its lives are fenced; what they still held
   * stays with them until it is reclaimed. @returns the fenced writers, or undefined for a stranger.
   */
  retire(replica: ReplicaId, now: Now): readonly WriterId[] | undefined {
    const lives = this.ledger.livesOf(replica).filter((life) => life.head.via === replica);
    if (lives.length === 0) return undefined;
    for (const life of lives) if (life.head.fence === null) this.hub.fence(life, 'retired', now);
    if (this.hub.children.get(replica)?.session !== undefined)
      this.#hangUp(replica, 'This replica was retired.');
    return lives.map((life) => life.writer);
  }

  childDown(replica: ReplicaId, writer?: WriterId): void {
    this.hub.close(replica, writer);
  }

  /** A frame of the stock channel, from a peer whose session is open. */
  frame(from: Peer, frame: StockFrame, now: Now): void {
    if (from === PARENT) this.#fromParent(frame, now);
    else this.#fromChild(from, frame, now);
  }

  #fromParent(frame: StockFrame, now: Now): void {
    switch (frame.kind) {
      case 'ack':
        this.#end(
          this.uplink.ack(frame, now, (writer) => this.hub.settled(writer)),
          now,
        );
        return;
      case 'cells':
        this.uplink.cells(frame);
        for (const pool of this.uplink.takeGranted(now)) this.#freed(pool);
        return;
      case 'recalls':
        for (const pool of this.uplink.recall(frame)) this.#moves.poolChanged(pool);
        return;
      case 'denied': {
        const pools = this.uplink.denied(frame);
        for (const waiter of this.#waiting.for(pools)) this.#giveUp(waiter, now);
        for (const pool of pools) this.#moves.denied(pool, now);
        return;
      }
      case 'former':
        if (takeFormer(this.ledger, frame) && frame.last) {
          this.#knowsFormerLives = true;
          this.ledger.awaitsFormerLives = false;
        }
        return;
      case 'levels':
        return;
      default:
        this.#hangUp(PARENT, `A parent does not send ${frame.kind}.`);
    }
  }

  #fromChild(from: ReplicaId, frame: StockFrame, now: Now): void {
    switch (frame.kind) {
      case 'stream': {
        const problem = this.hub.stream(from, frame, this.#tools.directory, now);
        if (problem !== undefined) this.#hangUp(from, problem);
        return;
      }
      case 'asks':
        this.hub.asks(from, frame, now);
        return;
      case 'seen':
        this.hub.seen(from, frame);
        return;
      default:
        this.#hangUp(from, `A child does not send ${frame.kind}.`);
    }
  }

  #hangUp(peer: Peer, message: string): void {
    this.#hangUps.push({ peer, message });
  }

  #end(reason: PastReason | undefined, now: Now): void {
    if (reason === undefined) return;
    this.becomeNewWriter(reason === 'fenced' ? 'superseded' : reason, now);
    this.#hangUp(PARENT, 'This writer ends; a new one says hello.');
  }

  /** Brings the turn to its end. @returns what must be made durable, or undefined when nothing changed. */
  endTurn(now: Now): Writes | undefined {
    if (!this.ledger.hasLife) return undefined;
    if (this.#past !== undefined) {
      this.becomeNewWriter(this.#past, now);
      this.#past = undefined;
    }
    for (const body of decideExpiries(this.ledger, now)) {
      const entry = this.ledger.append(body, `expired-${body.holdId}`, 'system', now);
      this.#afterOwn(entry.body, now);
    }
    this.#takeSurrendered(now);
    this.#repay(now);
    this.#retryWaiting(now);
    this.#moves.run(this.#tools.directory, now);
    this.#checkpoint(now);
    return this.ledger.endTurn();
  }

  #takeSurrendered(now: Now): void {
    for (const [from, cells] of this.hub.surrendered) {
      const items = [...cells].map(([pool, { seq, n }]) => ({ pool, seq, n }));
      this.ledger.append({ type: 'took', from, items }, '', 'system', now);
      for (const { pool } of items) this.#freed(pool);
    }
    this.hub.surrendered.clear();
  }

  /** While a writer owes, whatever becomes free there repays first (T4). */
  #repay(now: Now): void {
    const lines: { pool: PoolId; n: number }[] = [];
    for (const pool of this.#owing) {
      const row = this.ledger.self.row(pool);
      const n = Math.min(debt(row), Math.max(0, free(row) - this.ledger.withheld(pool)));
      if (n > 0) lines.push({ pool, n });
    }
    if (lines.length > 0) this.ledger.append({ type: 'repaid', lines }, '', 'system', now);
  }

  #retryWaiting(now: Now): void {
    if (this.#waiting.size === 0) return;
    for (const waiter of this.#waiting.for(this.#grown)) {
      const answer = this.#decide(waiter.command, now);
      if (answer.ok || !mayWait(waiter.command, answer)) this.#answer(waiter, answer);
      else this.#waiting.update(waiter, answer);
    }
    for (const waiter of this.#waiting.overdue(now.monotonicMs)) this.#giveUp(waiter, now);
  }

  #answer(waiter: Waiter, answer: Answer): void {
    this.#waiting.remove(waiter);
    this.#answers.push({ ticket: waiter.ticket, answer: answer.ok ? { ...answer, waited: true } : answer });
    for (const item of waiter.refusal.items ?? []) this.#moves.poolChanged(item.pool);
  }

  /** The last word: decided once more with what is here now. */
  #giveUp(waiter: Waiter, now: Now): void {
    this.#answer(waiter, this.#decide(waiter.command, now));
  }

  #checkpoint(now: Now): void {
    if (this.ledger.self.head.seq - this.#entriesAtCheckpoint < this.settings.checkpointEvery) return;
    this.ledger.appendCheckpoint(now);
    this.#entriesAtCheckpoint = this.ledger.self.head.seq;
  }

  /** The turn is durable: answers and frames may leave (D1). */
  keep(now: Now): Out {
    const touched = this.settings.kind === 'authority' ? this.ledger.settleAll() : [];
    this.ledger.keep();
    this.hub.keep();
    this.uplink.keep();
    this.#waiting.keep();
    this.#moves.keep();
    this.#grown.clear();
    // Only now: a turn that is put back leaves its debts unpaid.
    for (const pool of this.#owing) if (debt(this.ledger.self.row(pool)) === 0) this.#owing.delete(pool);
    for (const writer of touched) this.hub.settled(writer);
    const frames = this.#said;
    this.#said = [];
    for (const frame of this.uplink.frames(now)) frames.push({ to: PARENT, frame });
    for (const sent of hubFrames(this.hub, this.ledger, this.settings, now)) frames.push(sent);
    const out: Out = { answers: this.#answers, frames, hangUps: this.#hangUps, newLife: this.#newLife };
    this.#answers = [];
    this.#hangUps = [];
    this.#newLife = undefined;
    return out;
  }

  /** The commit failed: memory goes back, and whoever asked in this turn must ask again or be told. */
  putBack(): void {
    this.ledger.putBack();
    this.hub.putBack();
    this.uplink.putBack();
    this.#waiting.putBack();
    this.#moves.putBack();
    if (this.#newLife !== undefined) this.#findDebts();
    this.#answers = [];
    this.#hangUps = [];
    this.#said = [];
    this.#newLife = undefined;
    this.#grown.clear();
  }

  /** Takes in what another process of this same replica made durable; the open turn must be empty. */
  absorb(caughtUp: CaughtUp): void {
    absorbRuns(this.ledger, this.hub, caughtUp);
  }

  /** When this replica has something to do without being asked; undefined while it has not. */
  wakeAtMs(now: Now): number | undefined {
    let at = Number.POSITIVE_INFINITY;
    if (this.#moves.hasDue) at = now.monotonicMs;
    at = Math.min(
      at,
      this.uplink.wakeAtMs() ?? at,
      this.#waiting.wakeAtMs() ?? at,
      this.hub.wakeAtMs() ?? at,
    );
    at = Math.min(at, this.#moves.wakeAtMs());
    for (const hold of this.ledger.holds.values()) {
      if (!hold.capturing) at = Math.min(at, now.monotonicMs + Math.max(0, holdLeftMs(hold, now)));
    }
    return Number.isFinite(at) ? at : undefined;
  }

  /** Units of a pool that can be sold here and now. */
  canSell(pool: PoolId): number {
    return this.ledger.hasLife ? this.ledger.usable(pool) : 0;
  }

  get lives(): readonly Stream[] {
    return this.ledger.livesOf(this.settings.replica);
  }
}
