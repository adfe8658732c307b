/**
 * Places: through which child each writer is reached, and how that changes when the
 * registry gives a replica another parent (F3a).
 *
 * The registry says where a replica belongs; its first new word that comes by the new way
 * moves it, all its lives and all that hangs on it. Who is no longer below is kept as it
 * was last heard of: its entries may still come, and its units may be on their way.
 */
import { incarnationOf, type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import { rootOf } from '../replica/branches.ts';
import type { Directory } from '../replica/directory.ts';
import type { Ledger } from '../replica/ledger.ts';
import { ABOVE, isBranch, type Stream } from '../replica/stream.ts';
import { Dealings, type Missed } from './dealings.ts';
import { GoodsPlaces } from './goods-places.ts';
import { PastNews } from './past-news.ts';
import { placeOf } from './place.ts';

export class Places {
  readonly directory: Directory;
  readonly #ledger: Ledger;
  /** Where the registry has put a replica, as its new parent's link was told of it. */
  readonly #told = new Map<ReplicaId, ReplicaId>();
  /** Told of each writer that is reached another way now. */
  readonly #onMoved: (stream: Stream) => void;
  readonly goods: GoodsPlaces;
  readonly dealings: Dealings;
  readonly past = new PastNews((replica) => this.wayTo(replica));

  constructor(ledger: Ledger, directory: Directory, onMoved: (stream: Stream) => void) {
    this.#ledger = ledger;
    this.directory = directory;
    this.#onMoved = onMoved;
    this.goods = new GoodsPlaces(ledger);
    this.dealings = new Dealings(ledger);
  }

  /** Where the registry puts a replica: below a child, ABOVE, or nowhere that is known. */
  wayTo(replica: ReplicaId): ReplicaId | undefined {
    return placeOf(this.directory, replicaOf(this.#ledger.self.writer), replica);
  }

  /** Whoever the registry puts elsewhere has no session here. @returns its parent. */
  parentElsewhere(replica: ReplicaId): ReplicaId | undefined {
    const parent = this.directory.parentOf(replica);
    return parent === replicaOf(this.#ledger.self.writer) ? undefined : parent;
  }

  isRegistered(replica: ReplicaId): boolean {
    return this.directory.parentOf(replica) !== undefined;
  }

  /** A child may speak for itself, and for those whom the registry puts below it. */
  leadsTo(replica: ReplicaId, child: ReplicaId): boolean {
    return replica === child || this.wayTo(replica) === child;
  }

  /** Goods that a child, or somebody below it, counts were moved by this writer, wherever it is now (T9). */
  isCountedBelow(child: ReplicaId, stream: Stream): boolean {
    // This replica itself never stood below anybody here.
    if (stream.head.via === null) return false;
    for (const location of this.goods.of(stream)) {
      const keeper = this.directory.keeperOf(location);
      if (keeper !== undefined && this.leadsTo(keeper, child)) return true;
    }
    return false;
  }

  /** Goods that were moved of late at a place which is counted below a child, by somebody who is not below it. */
  *movedFromElsewhere(): Iterable<Missed> {
    for (const [stream, places] of this.goods.news)
      for (const [location, seq] of places) {
        const keeper = this.directory.keeperOf(location);
        if (keeper === undefined || keeper === stream.head.via) continue;
        const child = this.wayTo(keeper) ?? keeper;
        // What a turn that failed had noted is not there, or stands elsewhere by now.
        if (child !== stream.head.via) yield { child, stream, seq: Math.min(seq, stream.head.seq) };
      }
  }

  /** Writers elsewhere that dealt with a life which is settled below this child (F5). */
  dealersFor(child: ReplicaId): Set<WriterId> {
    const dealers = new Set<WriterId>();
    for (const missed of this.dealings.missedBelow())
      if (missed.child === child) dealers.add(rootOf(this.#ledger, missed.stream).writer);
    return dealers;
  }

  /** What a writer told its parents before it was given another comes through them still. */
  isOldWay(stream: Stream, child: ReplicaId): boolean {
    const seen = new Set<Stream>();
    for (let at: Stream | undefined = stream; at !== undefined && !seen.has(at); at = this.#parentOf(at)) {
      if (at.head.via === child) return true;
      seen.add(at);
    }
    return false;
  }

  #parentOf({ head }: Stream): Stream | undefined {
    return head.parent === null ? undefined : this.#ledger.streams.get(head.parent);
  }

  /** The way to a writer that is heard of first: it may live elsewhere by now, and a child tells what it once heard. */
  wayToNew(replica: ReplicaId, child: ReplicaId): ReplicaId {
    return replica === child ? child : (this.wayTo(replica) ?? child);
  }

  /** A replica spoke by a new way: it is reached there from now on, with all that hangs on it. */
  arrived(replica: ReplicaId, child: ReplicaId): void {
    for (const stream of this.#subtreeOf(replica)) {
      // Of who left it meanwhile, the last that was heard here may be old.
      const own = replicaOf(stream.writer);
      if (own === replica || (this.wayTo(own) ?? child) === child) this.#reroute(stream, child);
    }
  }

  /**
   * Writers may have said, as this replica heard from above, below whom they stand. Whom the registry has put there too
   * is reached there: its new parent has all its words already, and says them to nobody again (seed 12000209).
   */
  arriveAsSaid(): void {
    for (const stream of this.#ledger.streams.values()) {
      const { fence, parent, via } = stream.head;
      const place = parent && this.#ledger.streams.get(parent)?.head.via;
      // Where a life that ended stood says nothing of where the next one does.
      if (fence !== null || via === null || !place || place === via) continue;
      const replica = replicaOf(stream.writer);
      if (place !== ABOVE && this.wayTo(replica) === place) this.arrived(replica, place);
    }
  }

  /** Links that should have been told were not. */
  forgetTold(): void {
    this.#told.clear();
  }

  #reroute(stream: Stream, via: ReplicaId): void {
    if (stream.head.via === null || stream.head.via === via) return;
    this.#ledger.changeHead(stream, { via });
    this.#onMoved(stream);
  }

  /** All lives of a replica, and of those whose newest life names one of it as its parent, and so on. */
  #subtreeOf(root: ReplicaId): Stream[] {
    const newest = new Map<ReplicaId, Stream>();
    for (const stream of this.#ledger.streams.values()) {
      // A branch names what it left, and goes where its writer goes (F2).
      if (isBranch(stream)) continue;
      const replica = replicaOf(stream.writer);
      const known = newest.get(replica);
      if (known === undefined || incarnationOf(known.writer) < incarnationOf(stream.writer))
        newest.set(replica, stream);
    }
    const isBelow = (replica: ReplicaId): boolean => {
      const seen = new Set<ReplicaId>();
      for (let at: ReplicaId | undefined = replica; at !== undefined && !seen.has(at); ) {
        if (at === root) return true;
        seen.add(at);
        const parent: WriterId | null | undefined = newest.get(at)?.head.parent;
        at = parent === null || parent === undefined ? undefined : replicaOf(parent);
      }
      return false;
    };
    return [...this.#ledger.streams.values()].filter(({ writer }) => isBelow(replicaOf(writer)));
  }

  /**
   * The registry changed. Who belongs elsewhere is no longer planned for; who was given back
   * is. @returns children that have to be told more of writers that were given to them.
   */
  update(): Set<ReplicaId> {
    const curious = new Set<ReplicaId>();
    for (const stream of this.#ledger.streams.values()) {
      const { via } = stream.head;
      const replica = replicaOf(stream.writer);
      const place = via === null ? undefined : this.wayTo(replica);
      // Whoever is given back later may have been told while it belonged elsewhere, hence nothing (seed 3000762).
      if (place === via || place === ABOVE) this.#told.delete(replica);
      if (place === undefined || place === via) continue;
      if (place === ABOVE || via === ABOVE) this.#reroute(stream, place);
      if (place === ABOVE || this.#told.get(replica) === place) continue;
      // Where it belonged here itself in between, its link was told nothing meanwhile (seed 10007490).
      this.#told.set(replica, place);
      if (place !== replica) curious.add(place);
    }
    return curious;
  }
}
