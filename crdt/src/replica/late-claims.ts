/**
 * Late claims: what fenced writers turn out to have used beyond what they had (F5).
 *
 * Entries that arrive after a fence are real sales, and an operator may have taken
 * rights back that were spent. An account below zero is the debt, and nobody writes
 * another: whatever is free at the writer's settler is sent there first. What nobody
 * can cover stays visible as a shortage.
 */
import type { PoolUnits } from '../entry/entry.ts';
import { portions } from '../entry/lines-codec.ts';
import { type PoolId, replicaOf, type WriterId } from '../ids.ts';
import type { Effect } from '../tally/fold.ts';
import { QUANTITY_MAX } from '../tally/row.ts';
import { rootOf } from './branches.ts';
import { exposure } from './decide-reclaim.ts';
import { ForgottenLives } from './forgotten-lives.ts';
import type { Ledger, Now } from './ledger.ts';
import { isOwnPast, unheard } from './recovery.ts';
import { settlesHere } from './settler.ts';
import type { Stream } from './stream.ts';

/** Accounts to look at: pool → fenced writers whose account may be below zero. */
type Accounts = Map<PoolId, Set<WriterId>>;

export class LateClaims {
  readonly #ledger: Ledger;
  readonly #poolChanged: (pool: PoolId) => void;
  readonly #forgotten: ForgottenLives;
  readonly #open: Accounts = new Map();
  /** F6: those of the authority's own past, which mean nothing before its children have told what they know. */
  readonly #untold: Accounts = new Map();
  /** Somebody was shut out, or settles for others than before: all accounts are looked at once more. */
  #mustScan = true;
  readonly #short = new Map<PoolId, number>();

  constructor(ledger: Ledger, poolChanged: (pool: PoolId) => void) {
    this.#ledger = ledger;
    this.#poolChanged = poolChanged;
    this.#forgotten = new ForgottenLives(ledger);
  }

  /** Somebody is heard of first, shut out, reached another way, or under another parent. */
  onHead({ writer }: Stream): void {
    this.#forgotten.onHead();
    // Whose parent was not known was settled by nobody here, as far as could be told (seed 10805718), and where its
    // parent's replica stands now decides as well (seed 12006865).
    const replica = replicaOf(writer);
    for (const { head } of this.#ledger.streams.values()) {
      if (head.parent !== null && replicaOf(head.parent) === replica) return this.lookAgain();
    }
  }

  /** A writer was shut out: it may owe already. */
  fenced({ head }: Stream): void {
    if (head.fence !== null) this.lookAgain();
  }

  onEffect(stream: Stream, effect: Effect): void {
    this.#forgotten.onEffect(effect);
    if (stream.head.fence !== null) this.#look(effect.pool, rootOf(this.#ledger, stream).writer);
    if ('writer' in effect && this.#ledger.streams.get(effect.writer)?.head.fence)
      this.#look(effect.pool, effect.writer);
  }

  #look(pool: PoolId, writer: WriterId): void {
    const stream = this.#ledger.streams.get(writer);
    const isPast = stream !== undefined && isOwnPast(this.#ledger, stream);
    put(isPast ? this.#untold : this.#open, pool, writer);
  }

  /** What a writer did is not in its own rows alone: others may have taken from a life of which no row is left here. */
  #scan(): void {
    this.#mustScan = false;
    const { streams } = this.#ledger;
    for (const stream of streams.values()) {
      for (const [pool, { took, sent, reclaimed }] of stream.rows()) {
        if (stream.head.fence !== null) this.#look(pool, rootOf(this.#ledger, stream).writer);
        for (const { writer } of [...took, ...sent, ...reclaimed])
          if (streams.get(writer)?.head.fence) this.#look(pool, writer);
      }
    }
  }

  #lookAtOwnPast(): void {
    if (this.#untold.size === 0 || unheard(this.#ledger, this.#forgotten.named()).length > 0) return;
    for (const [pool, writers] of this.#untold) for (const writer of writers) put(this.#open, pool, writer);
    this.#untold.clear();
  }

  /** Units that fenced writers lack and that are not free here. */
  shortOf(pool: PoolId): number {
    return this.#short.get(pool) ?? 0;
  }

  /** Sends what is free to where it was used already. A new life first learns what its former ones sent (T8). */
  settle(now: Now): void {
    if (this.#forgotten.giveAccounts()) this.lookAgain();
    if (this.#mustScan) this.#scan();
    this.#lookAtOwnPast();
    if (this.#open.size === 0 || this.#ledger.awaitsFormerLives) return;
    const sends = new Map<WriterId, PoolUnits[]>();
    for (const [pool, writers] of this.#open) {
      let usable = this.#ledger.usable(pool);
      let short = 0;
      // Amounts are computed before anything is written: one cover changes no other account.
      for (const writer of writers) {
        const lacks = this.#lacks(writer, pool);
        const n = Math.min(lacks, usable, QUANTITY_MAX);
        usable -= n;
        short += lacks - n;
        if (n > 0) sends.set(writer, [...(sends.get(writer) ?? []), { pool, n }]);
        if (lacks === 0) writers.delete(writer);
      }
      if (writers.size === 0) this.#open.delete(pool);
      if (short !== this.shortOf(pool)) this.#poolChanged(pool);
      if (short === 0) this.#short.delete(pool);
      else this.#short.set(pool, short);
    }
    for (const [to, all] of sends)
      for (const items of portions(all)) this.#ledger.append({ type: 'sent', to, items }, '', 'system', now);
  }

  #lacks(writer: WriterId, pool: PoolId): number {
    const stream = this.#ledger.streams.get(writer);
    if (stream === undefined || stream.head.fence === null || !settlesHere(this.#ledger, stream)) return 0;
    return Math.max(0, -exposure(this.#ledger, stream, pool));
  }

  /** The turn failed, and what it covered is not covered. */
  putBack(): void {
    this.#forgotten.putBack();
    this.lookAgain();
  }

  /** Somebody else may answer for a writer than before (F3a). */
  lookAgain(): void {
    this.#mustScan = true;
  }
}

function put(accounts: Accounts, pool: PoolId, writer: WriterId): void {
  const writers = accounts.get(pool);
  if (writers === undefined) accounts.set(pool, new Set([writer]));
  else writers.add(writer);
}
