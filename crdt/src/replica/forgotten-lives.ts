/**
 * Forgotten lives: in no books any more, while their replica lives on (F6).
 *
 * A replica with children was put back to before one of its lives, and the authority's books were too, or had never
 * heard of it. Its neighbours name that life in what they sent to it, took from it or took back. All that anybody on the way up
 * still has of it comes before the entry by which the replica's present life joins on to this life of the authority:
 * so once that stands here, nobody will tell of it in time, and it has an account of what its neighbours say. What
 * is heard of it all the same counts there as what comes late does (F5). The root settles it, whoever its parent was,
 * for it alone sees that it is in no books.
 *
 * Who lies below may name lives that never were. That shuts nobody out: a life that is to come is a later one than
 * the one that lives; and it ends at so many accounts a replica.
 */
import { incarnationOf, type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import type { Effect } from '../tally/fold.ts';
import type { Ledger } from './ledger.ts';
import { addLost, hasJoined, namesIn } from './recovery.ts';
import { newHead, type Stream } from './stream.ts';

/** Names that wait for their replica to speak: more than a fleet has, and a liar may say any number. */
const NAMED_MAX = 10_000;
/** Accounts of one replica: more restores than anybody does before somebody looks. */
const ACCOUNTS_MAX = 64;

export class ForgottenLives {
  readonly #ledger: Ledger;
  /** Writers that somebody names and nobody here has heard of; hardly ever any. */
  readonly #named = new Set<WriterId>();
  /** What the open turn noted is not told apart from the rest, so after one that failed all rows are read again. */
  #mustScan = true;
  #isDue = false;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  onEffect(effect: Effect): void {
    if ('writer' in effect) this.#note(effect.writer);
  }

  /** Somebody is heard of first, shut out, or says that it has another parent. */
  onHead(): void {
    this.#isDue = true;
  }

  putBack(): void {
    this.#mustScan = true;
  }

  /** Writers that somebody names and nobody here has heard of, as of the last look for accounts. */
  named(): Iterable<WriterId> {
    return this.#named.size < NAMED_MAX ? this.#named : namesIn(this.#ledger);
  }

  #note(named: WriterId): void {
    // The authority's own are noted as soon as a child names them.
    if (replicaOf(named) === replicaOf(this.#ledger.self.writer)) return;
    if (this.#ledger.streams.has(named) || this.#named.size >= NAMED_MAX) return;
    this.#named.add(named);
    this.#isDue = true;
  }

  /** At the root, gives an account to those that nobody will tell of. @returns whether there are any new ones. */
  giveAccounts(): boolean {
    const { self, streams } = this.#ledger;
    if (self.head.parent !== null) return false;
    if (this.#mustScan) {
      this.#mustScan = false;
      this.#named.clear();
      for (const named of namesIn(this.#ledger)) this.#note(named);
    }
    if (!this.#isDue || this.#named.size === 0) return false;
    this.#isDue = false;
    const before = streams.size;
    const lives = this.#livesOfNamed();
    for (const named of this.#named) {
      if (!streams.has(named)) this.#giveAccount(named, lives.get(replicaOf(named)) ?? []);
      if (streams.has(named)) this.#named.delete(named);
    }
    return streams.size > before;
  }

  /** One walk for all names, for the fleet may be large. */
  #livesOfNamed(): ReadonlyMap<ReplicaId, Stream[]> {
    const lives = new Map<ReplicaId, Stream[]>();
    for (const named of this.#named) lives.set(replicaOf(named), []);
    for (const stream of this.#ledger.streams.values()) lives.get(replicaOf(stream.writer))?.push(stream);
    return lives;
  }

  #giveAccount(named: WriterId, lives: Stream[]): void {
    const living = lives.find((life) => life.head.fence === null);
    if (living === undefined || incarnationOf(living.writer) < incarnationOf(named)) return;
    if (lives.filter(({ head }) => head.seq === 0).length >= ACCOUNTS_MAX || !hasJoined(this.#ledger, living))
      return;
    const { kind, via } = living.head;
    lives.push(addLost(this.#ledger, named, newHead(kind, this.#ledger.self.writer, via), 'rollback'));
  }
}
