/**
 * Cashiers: who has signed in at this till with a PIN, checked against its own copy of the catalogue, with the line up
 * or down. Guessing is made to wait, also over a reload.
 */
import { TallystickError } from '../error.ts';
import type { TillCashier, TillCatalogue } from './catalogue.ts';
import { FACTS } from './database.ts';
import { completionOf, type Database, resultOf } from './indexed-db.ts';
// Not loaded when the first PIN is typed: the line may be down by then.
import { isHashOf } from './slow-hash.ts';

/** Wrong PINs in a row; then each more makes whoever guesses wait twice as long. As at a shop's door. */
const TRIES_MAX = 5;
const LOCK_MS = 60_000;
const LOCK_MS_MAX = 3_600_000;
const WRONG = 'wrong-pins';
/** Names that somebody tried; the oldest is forgotten where there are more. */
const NAMES_MAX = 200;

type Known = Pick<TillCashier, 'id' | 'role'>;
type Wrong = Readonly<Record<string, { readonly tries: number; readonly untilMs: number }>>;

export class Cashiers {
  readonly #catalogue: TillCatalogue;
  readonly #place: string;
  readonly #database: () => Database;
  #signedIn: TillCashier | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(catalogue: TillCatalogue, place: string, database: () => Database) {
    this.#catalogue = catalogue;
    this.#place = place;
    this.#database = database;
  }

  /** Who sells now. A new PIN, another role or another place ends what was opened with the old one. */
  get current(): TillCashier | undefined {
    const { id, pinHash, role } = this.#signedIn ?? {};
    const now = id === undefined ? undefined : this.#here(id);
    return now?.pinHash === pinHash && now?.role === role ? now : undefined;
  }

  /** Who may sign in here, by id, without their hashes. */
  get here(): readonly Known[] {
    return this.#catalogue
      .cashiers()
      .filter(({ locations }) => locations.includes(this.#place))
      .map(({ id, role }) => ({ id, role }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  signOut(): void {
    this.#signedIn = undefined;
  }

  async signIn(id: string, pin: string, nowMs: () => number): Promise<void> {
    this.#signedIn = await this.check(id, pin, nowMs);
  }

  /**
   * One at a time: whoever tries many at once waits as long as whoever tries them one by one.
   * @throws TallystickError `unauthenticated`, or `rate_limited` with `retryAfterMs`
   */
  check(id: string, pin: string, nowMs: () => number): Promise<TillCashier> {
    const turn = this.#turn.then(() => this.#check(id, pin, nowMs));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #check(id: string, pin: string, nowMs: () => number): Promise<TillCashier> {
    const facts = this.#database().transaction([FACTS], 'readonly').objectStore(FACTS);
    const wrong = ((await resultOf(facts.get(WRONG))) ?? {}) as Wrong;
    const { tries = 0, untilMs = 0 } = wrong[id] ?? {};
    // A clock that was set back since does not lock anybody out for longer than a lock can last.
    const waitMs = Math.min(untilMs - nowMs(), LOCK_MS_MAX);
    if (waitMs > 0) throw locked(waitMs);
    const cashier = this.#here(id);
    if (await isHashOf(pin, cashier?.pinHash)) {
      if (tries > 0) await this.#write(without(wrong, id));
      return cashier as TillCashier;
    }
    const over = tries + 1 - TRIES_MAX;
    const lockMs = over < 0 ? 0 : Math.min(LOCK_MS_MAX, LOCK_MS * 2 ** Math.min(over, 10));
    const rest = Object.entries(without(wrong, id)).slice(-NAMES_MAX);
    const until = lockMs === 0 ? 0 : nowMs() + lockMs;
    await this.#write({ ...Object.fromEntries(rest), [id]: { tries: tries + 1, untilMs: until } });
    throw new TallystickError('unauthenticated', 'Nobody here has this name and PIN.');
  }

  async #write(wrong: Wrong): Promise<void> {
    const transaction = this.#database().transaction([FACTS], 'readwrite', { durability: 'strict' });
    transaction.objectStore(FACTS).put(wrong, WRONG);
    await completionOf(transaction);
  }

  #here(id: string): TillCashier | undefined {
    const cashier = this.#catalogue.cashier(id);
    return cashier?.locations.includes(this.#place) === true ? cashier : undefined;
  }
}

function without(wrong: Wrong, id: string): Wrong {
  return Object.fromEntries(Object.entries(wrong).filter(([name]) => name !== id));
}

function locked(waitMs: number): TallystickError {
  const seconds = Math.ceil(waitMs / 1_000);
  return new TallystickError('rate_limited', `Too many wrong PINs: try again in ${seconds} s.`, {
    retryAfterMs: waitMs,
  });
}
