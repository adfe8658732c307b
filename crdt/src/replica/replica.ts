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
import type { FenceReason } from '../entry/entry.ts';
import { readFormerLives } from '../hub/former-frames.ts';
import { Hub } from '../hub/hub.ts';
import type { Opened } from '../hub/hub-events.ts';
import { hubFrames } from '../hub/hub-frames.ts';
import { Moves } from '../hub/moves.ts';
import { incarnationOf, type PoolId, type ReplicaId, replicaOf, type WriterId, writerId } from '../ids.ts';
import type { Former, Frame, Hello, StockFrame, Welcome } from '../wire/frames.ts';
import { checkpointIfDue } from './checkpoint.ts';
import type { Command, Refusal } from './command.ts';
import { Desk } from './desk.ts';
import type { Directory } from './directory.ts';
import { expireHolds } from './expiry.ts';
import { FormerLives } from './former.ts';
import { giveUp } from './give-up.ts';
import type { JournalView } from './journal-view.ts';
import { LateClaims } from './late-claims.ts';
import { Ledger, type Now, type Sha256 } from './ledger.ts';
import { Moving } from './moving.ts';
import { type Out, PARENT, type Peer } from './out.ts';
import type { PastReason } from './points.ts';
import { PoolWatch } from './pool-watch.ts';
import type { ReplicaSettings } from './settings.ts';
import { Uplink } from './uplink.ts';
import { type Ticket, Waiting } from './waiting.ts';
import type { Stored, Writes } from './writes.ts';

export interface Tools {
  readonly sha256: Sha256;
  /** 128 fresh random bits as 32 hex digits: what makes each life unique. */
  readonly nonce: () => string;
  readonly directory: Directory;
}

export class Replica {
  readonly ledger: Ledger;
  readonly hub: Hub;
  readonly uplink: Uplink;
  readonly settings: ReplicaSettings;
  /** The host says when the registry changed (F3a). */
  readonly moving: Moving;
  readonly #tools: Tools;
  readonly #waiting: Waiting;
  readonly #moves: Moves;
  readonly #watch: PoolWatch;
  readonly #claims: LateClaims;
  readonly #desk: Desk;
  readonly #formerLives: FormerLives;
  #hangUps: { peer: Peer; message: string }[] = [];
  #said: { to: Peer; frame: Frame }[] = [];
  /** Worked out while the turn is open: what is added up may have to be read, and no journal is asked after the commit. */
  #strayFrames: { readonly to: ReplicaId; readonly frame: Frame }[] = [];
  #newLife: WriterId | undefined;
  #past: PastReason | undefined;

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
      newStock: () => this.uplink.hurry(),
      fenced: (stream) => this.#claims.fenced(stream),
    });
    this.moving = new Moving(this.ledger, this.hub, this.uplink, {
      directory: tools.directory,
      resendMs: settings.link.resendMs,
      hangUp: (child, message) => this.#hangUp(child, message),
      settlersChanged: () => this.#claims.lookAgain(),
    });
    this.#formerLives = new FormerLives(this.ledger, this.moving.places, this.uplink, settings.link);
    this.#moves = new Moves(this.ledger, this.hub, this.uplink, this.#waiting, settings, (pool) =>
      this.#claims.shortOf(pool),
    );
    this.ledger.onHead = (stream) => {
      this.hub.totals.onHead(stream);
      this.moving.onHead();
      this.#claims.onHead(stream);
    };
    this.#claims = new LateClaims(this.ledger, (pool) => this.#moves.poolChanged(pool));
    this.ledger.onFence = (stream) => this.hub.noteFence(stream);
    this.ledger.onEffect = (stream, effect) => {
      this.hub.totals.onEffect(stream, effect);
      this.#claims.onEffect(stream, effect);
      this.moving.onEffect(stream, effect);
    };
    this.#watch = new PoolWatch(this.ledger, this.#moves, this.uplink);
    this.#desk = new Desk(this, this.#waiting, this.#moves, this.#watch, tools.directory);
    this.#watch.findDebts();
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
    this.ledger.awaitsFormerLives = incarnation > 1 && parent !== null;
    this.#watch.forgetDebts();
  }

  /** F1: what this writer believes is the past. It ends, and a new writer without rights goes on. */
  becomeNewWriter(reason: FenceReason, now: Now): void {
    const self = this.ledger.self;
    this.ledger.fence(self, reason, now);
    this.uplink.endLife();
    const lives = this.ledger.livesOf(this.settings.replica).map((life) => incarnationOf(life.writer));
    this.#nextLife(Math.max(...lives) + 1, self.head.parent, now);
    const { writer, head } = self;
    // It may be the only one left to tell that its parent is the past.
    this.ledger.touchHead(this.ledger.self).parentSeen = self.lastSeen;
    const body = { type: 'fenced', writer, seq: head.seq, hash: head.hash, reason } as const;
    this.ledger.append(body, '', 'system', now);
    this.#claims.fenced(self);
    this.meetAnew();
  }

  /** After a new life began: every child has to hear of it before it says anything more. */
  meetAnew(): void {
    for (const child of this.hub.newLife()) this.#hangUp(child, 'The parent goes on as a new writer.');
  }

  /** Its answer comes out of `keep`, of this turn or of a later one. */
  execute(ticket: Ticket, command: Command, now: Now): void {
    this.#desk.execute(ticket, command, now);
  }

  /** What a command would be refused with, without carrying it out; undefined where it would not be. */
  refusalOf(command: Command, now: Now): Refusal | undefined {
    return this.#desk.refusalOf(command, now);
  }

  /** The parent answered hello. */
  linkUp(welcome: Pick<Welcome, 'writer' | 'has' | 'settled'>, now: Now): void {
    const isWaiting = this.#formerLives.expect(welcome.has, now.monotonicMs);
    this.#end(this.uplink.open(welcome, now, this.moving.unsettled), now);
    // All came before the link broke, and the word that this was the last of it was lost.
    if (!isWaiting) this.moving.heardFromAbove(this.#formerLives.takeNews(), now);
    if (this.uplink.isOpen) this.#watch.debtsChanged();
  }

  linkDown(now: Now): void {
    this.uplink.close();
    this.#desk.giveUpHopeless(now);
  }

  /** A child whose identity the edge has proved says hello. */
  childUp(hello: Hello, agreed: Pick<Welcome, 'protocol' | 'channels'>, now: Now): Opened {
    const opened = this.hub.open(hello, this.moving.places, now);
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

  /** F3: an operator gives up a child. @returns the writers to settle here, or undefined for a stranger. */
  retire(replica: ReplicaId, now: Now): readonly WriterId[] | undefined {
    return giveUp(this, replica, now, (message) => this.#hangUp(replica, message));
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
      case 'ack': {
        this.moving.fencesTold(frame);
        const { ackedTo } = this.uplink;
        const past = this.uplink.ack(frame, now, (writer) => this.hub.settled(writer, now));
        if (this.uplink.ackedTo > ackedTo) this.#formerLives.waitOn(now.monotonicMs);
        return this.#end(past, now);
      }
      case 'cells':
        this.moving.told(frame);
        for (const pool of this.uplink.cells(frame, now)) this.#watch.freed(pool);
        return;
      case 'recalls':
        for (const pool of this.uplink.recall(frame)) this.#moves.poolChanged(pool);
        return;
      case 'denied': {
        const pools = this.uplink.denied(frame);
        this.#desk.denied(pools, now);
        for (const pool of pools) this.#moves.denied(pool, now);
        return;
      }
      case 'former':
        return this.#takeFormer(frame, now);
      case 'levels':
        return;
      default:
        this.#hangUp(PARENT, `A parent does not send ${frame.kind}.`);
    }
  }

  #takeFormer(frame: Former, now: Now): void {
    const came = this.#formerLives.take(frame, now.monotonicMs);
    if (came === 'all') this.moving.heardFromAbove(this.#formerLives.takeNews(), now);
    if (came === 'gap') this.#tellFormerAgain();
  }

  /** Every frame may be lost (L2): the link begins again, and what is missing is told anew. */
  #tellFormerAgain(): void {
    this.#formerLives.overdueMs = Number.POSITIVE_INFINITY;
    this.#hangUp(PARENT, 'What former lives did came with a gap.');
  }

  #fromChild(from: ReplicaId, frame: StockFrame, now: Now): void {
    switch (frame.kind) {
      case 'stream': {
        const problem = this.hub.stream(from, frame, this.moving.places, now);
        if (problem !== undefined) this.#hangUp(from, problem);
        return;
      }
      case 'asks':
        return this.hub.asks(from, frame, now);
      case 'seen':
        return this.hub.seen(from, frame);
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
    // The link to the parent may be up, in the name of the life that ends.
    this.#hangUp(PARENT, 'This writer ends; a new one says hello.');
  }

  /** Brings the turn to its end. @returns what must be made durable, or undefined when nothing changed. */
  endTurn(now: Now): Writes | undefined {
    if (!this.ledger.hasLife) return undefined;
    this.#end(this.#past, now);
    this.#past = undefined;
    this.moving.run(now);
    expireHolds(this.ledger, now, (body) => this.#watch.afterOwn(body, now));
    if (this.uplink.isOpen && this.#formerLives.isOverdue(now.monotonicMs, this.uplink.isSending))
      this.#tellFormerAgain();
    for (const pool of this.hub.surrenders.take(now)) this.#watch.freed(pool);
    this.#watch.repay(now);
    this.#claims.settle(now);
    this.#desk.retry(now);
    this.#moves.run(this.#tools.directory, now);
    checkpointIfDue(this.ledger, this.settings.checkpointEvery, now);
    readFormerLives(this.hub, this.ledger, this.settings, now);
    this.#strayFrames = this.moving.strays.frames(now);
    return this.ledger.endTurn();
  }

  /** The turn is durable: answers and frames may leave (D1). */
  keep(now: Now): Out {
    const touched = this.settings.kind === 'authority' ? this.ledger.settleAll() : [];
    this.ledger.keep();
    this.hub.keep();
    this.moving.keep();
    this.#waiting.keep();
    this.#moves.keep();
    this.#watch.keep();
    for (const writer of touched) this.hub.settled(writer, now);
    const frames = this.#said;
    this.#said = [];
    for (const frame of this.uplink.frames(now)) frames.push({ to: PARENT, frame });
    frames.push(...hubFrames(this.hub, this.ledger, this.settings, now), ...this.#strayFrames.splice(0));
    const answers = this.#desk.takeAnswers();
    const out: Out = { answers, frames, hangUps: this.#hangUps, newLife: this.#newLife };
    this.#hangUps = [];
    this.#newLife = undefined;
    return out;
  }

  /** The commit failed: memory goes back, and whoever asked in this turn must ask again or be told. */
  putBack(): void {
    this.ledger.putBack();
    this.moving.putBack();
    this.#formerLives.putBack();
    this.hub.putBack();
    this.uplink.putBack();
    this.#waiting.putBack();
    this.#moves.putBack();
    this.#claims.putBack();
    this.#watch.putBack(this.#newLife !== undefined);
    this.#desk.takeAnswers();
    // The link that ended with the life is still up: it begins again, and the life ends again.
    this.#hangUps =
      this.#newLife === undefined ? [] : [{ peer: PARENT, message: 'A new life was put back.' }];
    this.#said = [];
    this.#newLife = undefined;
  }

  /** When this replica has something to do without being asked; undefined while it has not. */
  wakeAtMs(now: Now): number | undefined {
    const never = Number.POSITIVE_INFINITY;
    const at = Math.min(
      this.#moves.hasDue ? now.monotonicMs : never,
      this.uplink.wakeAtMs() ?? never,
      this.#waiting.wakeAtMs() ?? never,
      this.hub.wakeAtMs() ?? never,
      this.uplink.isOpen ? this.#formerLives.overdueMs : never,
      this.moving.wakeAtMs(),
      this.#moves.wakeAtMs(),
      Math.max(now.monotonicMs, this.ledger.openHolds.dueMs),
    );
    return Number.isFinite(at) ? at : undefined;
  }

  /** Units of a pool that can be sold here and now. */
  canSell(pool: PoolId): number {
    return this.ledger.hasLife ? this.ledger.usable(pool) : 0;
  }
}
