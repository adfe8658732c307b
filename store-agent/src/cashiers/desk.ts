/** Desk: who has signed in at this shop or till with a PIN, checked against its own copy, with the line up or down. */
import { createHash, randomBytes } from 'node:crypto';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { type Cashier, cashierSchema } from '../catalogue/items.ts';
import { Problem } from '../http/problem.ts';
import type { Log } from '../log.ts';
import { isPin } from './pin.ts';
import { PinLocks } from './pin-locks.ts';

/** Of one shop, all tills together; the oldest ends where there are more. */
const SESSIONS_MAX = 1_000;
/** PINs that wait to be checked, one after the other: a guesser waits among them. */
const WAITING_MAX = 16;
/** Of one address: whoever fills the queue leaves room in it for others. */
const WAITING_OF_ADDRESS_MAX = 4;

interface Session {
  readonly cashier: string;
  /** Of the cashier's item: a new PIN, another role or another place ends the session. */
  readonly version: number;
  readonly endsMs: number;
  idleMs: number;
}

export interface DeskTimes {
  readonly sessionMinutes: number;
  readonly idleMinutes: number;
  readonly triesMax: number;
}

export interface SignedIn {
  readonly token: string;
  readonly cashier: Cashier;
  readonly endsMs: number;
}

export class CashierDesk {
  readonly #catalogue: Catalogue;
  readonly #place: string | undefined;
  readonly #times: DeskTimes;
  readonly #locks: PinLocks;
  readonly #log: Log;
  readonly #sessions = new Map<string, Session>();
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  readonly #waitingOf = new Map<string, number>();

  constructor(catalogue: Catalogue, place: string | undefined, folder: string, times: DeskTimes, log: Log) {
    this.#catalogue = catalogue;
    this.#place = place;
    this.#times = times;
    this.#log = log;
    this.#locks = new PinLocks(folder, times.triesMax, log);
    this.#locks.keepOnly((name) => name === this.#lockName(name.split(' ')[0] as string));
  }

  /**
   * @param from the address that asks
   * @throws Problem: `unauthenticated` for a wrong PIN, `rate_limited` while locked, `overloaded` where too many wait
   */
  async signIn(id: string, pin: string, from: string, nowMs: () => number): Promise<SignedIn> {
    const ofAddress = this.#waitingOf.get(from) ?? 0;
    if (this.#waiting >= WAITING_MAX || ofAddress >= WAITING_OF_ADDRESS_MAX)
      throw new Problem('overloaded', 'Too many sign in at once. Try again in a moment.');
    this.#waiting += 1;
    this.#waitingOf.set(from, ofAddress + 1);
    // One after the other: whoever sends a hundred guesses at once is locked after the first few of them.
    const turn = this.#turn.then(() => this.#check(id, pin, nowMs));
    this.#turn = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
      const left = (this.#waitingOf.get(from) as number) - 1;
      if (left === 0) this.#waitingOf.delete(from);
      else this.#waitingOf.set(from, left);
    }
  }

  async #check(id: string, pin: string, nowMs: () => number): Promise<SignedIn> {
    const cashier = this.#cashier(id);
    const isKnown = cashier !== undefined;
    const name = isKnown ? this.#lockName(id) : id;
    const waitMs = this.#locks.waitMs(name, isKnown, nowMs());
    if (waitMs > 0) throw locked(waitMs);
    if (!(await isPin(pin, cashier?.pinHash))) {
      const lockMs = this.#locks.wrong(name, isKnown, nowMs());
      if (isKnown && lockMs > 0) this.#log.warn({ cashier: id, lockMs }, 'locked after wrong PINs');
      throw new Problem('unauthenticated', 'Nobody here has this name and PIN.');
    }
    this.#locks.right(name);
    const token = randomBytes(32).toString('base64url');
    const endsMs = nowMs() + this.#times.sessionMinutes * 60_000;
    if (this.#sessions.size >= SESSIONS_MAX)
      this.#sessions.delete(this.#sessions.keys().next().value as string);
    this.#sessions.set(digest(token), {
      cashier: id,
      version: this.#catalogue.versionOf('cashier', id),
      endsMs,
      idleMs: this.#idleFrom(nowMs()),
    });
    return { token, cashier: cashier as Cashier, endsMs };
  }

  /** Who a token belongs to; undefined where it opens nothing (any more). */
  find(token: string, nowMs: number): Cashier | undefined {
    const key = digest(token);
    const session = this.#sessions.get(key);
    if (session === undefined) return undefined;
    const isOver = nowMs >= session.endsMs || nowMs >= session.idleMs;
    const cashier = isOver ? undefined : this.#cashier(session.cashier);
    if (cashier === undefined || this.#catalogue.versionOf('cashier', session.cashier) !== session.version) {
      this.#sessions.delete(key);
      return undefined;
    }
    session.idleMs = this.#idleFrom(nowMs);
    return cashier;
  }

  signOut(token: string): void {
    this.#sessions.delete(digest(token));
  }

  /** A new PIN begins anew: whoever is locked out asks for one. */
  #lockName(id: string): string {
    return `${id} ${this.#catalogue.versionOf('cashier', id)}`;
  }

  #idleFrom(nowMs: number): number {
    return nowMs + this.#times.idleMinutes * 60_000;
  }

  /** Somebody who works at this place; what a later release wrote differently lets nobody in. */
  #cashier(id: string): Cashier | undefined {
    const body = this.#catalogue.body('cashier', id);
    if (body === undefined) return undefined;
    const { data } = cashierSchema.safeParse(JSON.parse(body));
    return data?.locations.some((place) => place === this.#place) ? data : undefined;
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

function locked(waitMs: number): Problem {
  const seconds = Math.ceil(waitMs / 1_000);
  return new Problem('rate_limited', `Too many wrong PINs: try again in ${seconds} s.`, {
    retryAfterS: seconds,
  });
}
