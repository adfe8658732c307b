/**
 * Moving: what a replica does about the registry giving other replicas another parent (F3a).
 *
 * It learns where everybody belongs, passes on units that are on their way between former
 * neighbours, and has children told anew of writers that were given to them.
 */

import type { Missed } from '../hub/dealings.ts';
import { behind } from '../hub/heads.ts';
import type { Hub } from '../hub/hub.ts';
import { MOVED_EVERY_MS } from '../hub/pace.ts';
import { Places } from '../hub/places.ts';
import { noteRelayedFence, saidOfChain } from '../hub/relayed-fence.ts';
import { Strays } from '../hub/strays.ts';
import type { ReplicaId } from '../ids.ts';
import type { Effect } from '../tally/fold.ts';
import type { Ack, Cells, SentCell } from '../wire/frames.ts';
import type { Directory } from './directory.ts';
import type { Ledger, Now } from './ledger.ts';
import { ABOVE, type Stream } from './stream.ts';
import { isTaken } from './told-taken.ts';
import type { Uplink } from './uplink.ts';

export interface MovingPorts {
  readonly directory: Directory;
  readonly resendMs: number;
  hangUp(child: ReplicaId, message: string): void;
  /** Somebody else may answer for a writer than before. */
  settlersChanged(): void;
}

export class Moving {
  readonly places: Places;
  readonly strays: Strays;
  readonly #ledger: Ledger;
  readonly #hub: Hub;
  readonly #uplink: Uplink;
  readonly #ports: MovingPorts;
  #isDue = false;
  /** Who settles a life that ended may lack the word of somebody who dealt with it. */
  #mayLack = false;
  /** By child and writer, up to which entry it was to hear: a link ends for that once. */
  readonly #lacked = new Map<string, number>();
  /** When those who count, or lack their own past, may be told next of it; whether the open turn told them. */
  #newsDueMs = 0;
  #isNewsTold = false;
  /** What came from above before this run, or in a turn that failed, may hold surrenders that nobody took. */
  #mayBeUntaken = true;
  #areAllLookedAt = false;
  /** Children below which less is settled than they were told, by what this turn heard. */
  readonly #unsettled = new Set<ReplicaId>();

  constructor(ledger: Ledger, hub: Hub, uplink: Uplink, ports: MovingPorts) {
    this.#ledger = ledger;
    this.#hub = hub;
    this.#uplink = uplink;
    this.#ports = ports;
    ledger.parentOf = (replica) => ports.directory.parentOf(replica);
    const moved = (stream: Stream) => {
      this.strays.moved(stream);
      ports.settlersChanged();
    };
    this.places = new Places(ledger, ports.directory, moved);
    this.strays = new Strays(ledger, hub, this.places, ports.resendMs);
    ledger.onMoved = moved;
  }

  onEffect(stream: Stream, effect: Effect): void {
    this.strays.onEffect(stream, effect);
    this.places.goods.onEffect(stream, effect);
    if (this.places.dealings.onEffect(stream, effect)) this.#mayLack = true;
  }

  /** Somebody is heard of first, shut out, or reached another way: what was of use to nobody may be so now. */
  onHead(): void {
    this.strays.onHead();
    this.#mayLack = true;
  }

  /** The host says so; the turn that is open, or the next, does what follows from it. */
  registryChanged(): void {
    this.#isDue = true;
  }

  run(now: Now): void {
    this.#tellUnsettled();
    if (this.#mayLack) this.#tellSettlers();
    if (this.#isNewsDue && now.monotonicMs >= this.#newsDueMs) this.#tellNews(now);
    if (!this.#isDue) return;
    for (const child of this.places.update()) this.#sayHelloAgain(child);
    this.places.arriveAsSaid();
    for (const { replica, session } of this.#hub.children.values())
      if (session !== undefined && this.places.parentElsewhere(replica) !== undefined)
        this.#ports.hangUp(replica, 'This replica was given another parent.');
  }

  /** A child below which a life is settled hears of all who dealt with that, from a new hello (F5). */
  #tellSettlers(): void {
    this.#mayLack = false;
    const lacking = new Set<ReplicaId>();
    const missed = new Map<string, Missed>();
    for (const one of this.places.dealings.missedBelow()) {
      const key = `${one.child} ${one.stream.writer}`;
      if (one.seq > (missed.get(key)?.seq ?? 0)) missed.set(key, one);
    }
    // Nobody below was to hear of it for a while, and a hello that came then was not told (seed 45000299).
    for (const key of this.#lacked.keys()) if (!missed.has(key)) this.#lacked.delete(key);
    for (const [key, { child, stream, seq }] of missed) {
      const named = this.#hub.children.get(child)?.session?.named;
      if (named === undefined || Math.max(named.get(stream.writer) ?? 0, this.#lacked.get(key) ?? 0) >= seq)
        continue;
      this.#lacked.set(key, seq);
      lacking.add(child);
    }
    for (const child of lacking) this.#sayHelloAgain(child);
  }

  get #isNewsDue(): boolean {
    return this.places.goods.news.size > 0 || this.places.past.isDue;
  }

  /**
   * So does one below which goods are counted that somebody elsewhere moved there (T9), and one of which, or below
   * which, a life ended that somebody elsewhere had heard more of (F5), or to which somebody is on its way (F3a).
   */
  #tellNews(now: Now): void {
    const lacking = behind(this.#hub.children, this.places.past.news, this.places);
    for (const { child, stream, seq } of [
      ...this.places.movedFromElsewhere(),
      ...this.places.past.expected(),
    ]) {
      const named = this.#hub.children.get(child)?.session?.named;
      if (named !== undefined && (named.get(stream.writer) ?? 0) < seq) lacking.add(child);
    }
    this.#isNewsTold = true;
    if (lacking.size > 0) this.#newsDueMs = now.monotonicMs + MOVED_EVERY_MS;
    // Who has more to say of a life that has ended by now says it from its next hello on.
    for (const child of new Set([...lacking, ...this.places.past.toSayAgain()])) this.#sayHelloAgain(child);
  }

  wakeAtMs(): number {
    const newsMs = this.#isNewsDue ? this.#newsDueMs : Number.POSITIVE_INFINITY;
    return Math.min(this.strays.wakeAtMs(), newsMs);
  }

  keep(): void {
    this.#isDue = false;
    if (this.#isNewsTold) {
      this.places.goods.heard();
      this.places.past.keep();
    }
    this.#isNewsTold = false;
    if (this.#areAllLookedAt) this.#mayBeUntaken = false;
    this.#areAllLookedAt = false;
  }

  /** Nobody was told of what a turn that failed found: it is due once more. */
  putBack(): void {
    this.places.forgetTold();
    this.#lacked.clear();
    if (this.#isNewsTold) this.#newsDueMs = 0;
    this.#isNewsTold = false;
    this.#areAllLookedAt = false;
    this.#mayBeUntaken = true;
    this.#isDue = true;
    this.#mayLack = true;
  }

  #sayHelloAgain(child: ReplicaId): void {
    if (this.#hub.children.get(child)?.session !== undefined)
      this.#ports.hangUp(child, 'More of your past is known here: say hello again.');
  }

  /** The parent told what writers here and below did (T8, F1a, F3a). */
  heardFromAbove(news: ReadonlySet<Stream>, now: Now): void {
    // Once in a run all are looked at: what was told to the one before it is news to nobody any more (seed 9003352).
    const unheard = this.#mayBeUntaken ? this.#ledger.streams.values() : news;
    if (this.#mayBeUntaken || news.size > 0) this.places.arriveAsSaid();
    for (const stream of unheard) this.#hub.takeUnheard(stream);
    this.#areAllLookedAt = true;
    if (news.size === 0) return;
    this.#hub.tellFormerCells(now);
    for (const child of behind(this.#hub.children, news, this.places)) this.#sayHelloAgain(child);
  }

  /**
   * Less is settled of a stream than was known: the books may have been put back (F6). Its child lets go of what it
   * believes to be settled (D7), and learns that it no longer is from a welcome alone: acks only raise that.
   */
  readonly unsettled = ({ head: { via } }: Stream): void => {
    if (via !== null) this.#unsettled.add(via);
  };

  #tellUnsettled(): void {
    for (const child of this.#unsettled)
      if (this.#hub.children.get(child)?.session !== undefined)
        this.#ports.hangUp(child, 'Less of your stream is settled than was: say hello again.');
    this.#unsettled.clear();
  }

  /** The parent told who is shut out: of writers that were given to this part of the tree, too. */
  fencesTold(frame: Ack): void {
    if (frame.parent !== this.#uplink.parent || frame.writer !== this.#ledger.self.writer) return;
    for (const fence of frame.fenced) {
      if (fence.writer === frame.writer) continue;
      const stream = noteRelayedFence(this.#ledger, 'above', saidOfChain(this.#ledger, fence));
      if (stream === undefined) continue;
      this.strays.moved(stream);
      this.#hub.noteFence(stream);
    }
  }

  /** Cells for writers below whose senders are not: they are passed on. */
  told(frame: Cells): void {
    const { writer } = this.#ledger.self;
    if (frame.parent !== this.#uplink.parent || frame.writer !== writer) return;
    for (const cell of frame.cells) {
      if (isTaken(cell)) this.#toldTaken(cell);
      else if (cell.to !== writer) this.strays.told(cell);
    }
  }

  #toldTaken(cell: SentCell): void {
    // Of a life that is not known here nobody below settles anything, and an own one is settled above.
    const via = this.#ledger.streams.get(cell.from)?.head.via;
    if (via === undefined || via === null || via === ABOVE || !this.#ledger.toldTaken.note(cell)) return;
    this.strays.onHead();
    this.#ports.settlersChanged();
  }
}
