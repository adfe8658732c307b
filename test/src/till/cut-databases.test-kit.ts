/**
 * Databases whose power goes between any two steps of a program that writes: a transaction that was not complete leaves
 * nothing behind, one that was complete is there, and the program hears of neither.
 */
import type { tillDatabase } from '@tallystick/client-sdk/test-kit';
import { IDBFactory } from 'fake-indexeddb';

type Databases = Parameters<typeof tillDatabase>[0];
type Database = Awaited<ReturnType<typeof tillDatabase>>;
type Transaction = ReturnType<Database['transaction']>;

/** Before a transaction is complete, or after it and before anybody hears. */
export type CutAt = 'before' | 'after';

export class PowerCut extends Error {
  readonly at: CutAt;
  constructor(at: CutAt) {
    super(`The power went ${at} a transaction was complete.`);
    this.at = at;
  }
}

export class CutDatabases {
  readonly #real = new IDBFactory() as unknown as Databases;
  #plan: { left: number; readonly at: CutAt; readonly die: (cut: PowerCut) => void } | undefined;
  /** Of transactions that were to be lost with the power although they were complete: must stay 0. */
  unflushed = 0;

  /** The power goes at so many writing transactions from now, if there are so many. Rejects then; else does as `act`. */
  async during<T>(writes: number, at: CutAt, act: () => Promise<T>): Promise<T> {
    const cut = new Promise<never>((_, die) => {
      this.#plan = { left: writes, at, die };
    });
    try {
      return await Promise.race([act(), cut]);
    } finally {
      this.#plan = undefined;
    }
  }

  /** What `tillDatabase` opens of it. */
  get databases(): Databases {
    return {
      open: (name, version) => {
        const request = this.#real.open(name, version);
        return new Proxy(request, {
          get: (target, key) =>
            key === 'result' ? this.#watched(target.result) : Reflect.get(target, key, target),
          set: (target, key, value) => Reflect.set(target, key, value, target),
        });
      },
    };
  }

  #watched(database: Database): Database {
    return new Proxy(database, {
      get: (target, key) => {
        if (key === 'transaction')
          return (...args: Parameters<Database['transaction']>) =>
            this.#transaction(target.transaction(...args), args[1], args[2]?.durability);
        const value = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
      set: (target, key, value) => Reflect.set(target, key, value, target),
    });
  }

  #transaction(real: Transaction, mode: string, durability: string | undefined): Transaction {
    if (mode === 'readonly') return real;
    if (durability !== 'strict') this.unflushed += 1;
    const plan = this.#plan;
    if (plan === undefined || plan.left > 0) {
      if (plan !== undefined) plan.left -= 1;
      return real;
    }
    this.#plan = undefined;
    const die = () => plan.die(new PowerCut(plan.at));
    if (plan.at === 'after') real.oncomplete = die;
    else {
      real.onabort = die;
      // When its requests are made, and before it could be complete.
      queueMicrotask(() => (real as unknown as { abort(): void }).abort());
    }
    return new Proxy(real, {
      get: (target, key) => {
        const value = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
      // Nobody hears any more.
      set: () => true,
    });
  }
}
