/** A page in this process: a till's ports on an IndexedDB in memory, and sockets of `ws`. */
import type { TerminalOptions } from '@tallystick/client-sdk/terminal';
import { pageMachine, Till, type TillPorts, tillDatabase } from '@tallystick/client-sdk/test-kit';
import { uuidv7 } from '@tallystick/store-agent';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { WebSocket } from 'ws';

Object.assign(globalThis, { IDBKeyRange });

/** Who waits for as long as this waits for no answer. */
const CHORE_MS = 60_000;

/** One browser profile: what its pages share, and what a copy of it would have. */
export class Profile {
  databases = new IDBFactory();
  readonly local = new Map<string, string>();
  /** How far this device's wall clock is ahead, in milliseconds. */
  aheadMs = 0;
  /** What its pages open their lines with. */
  webSocket: object = WebSocket;
  /** What its browser says when it is asked to clear nothing by itself. */
  persist: () => Promise<boolean> = async () => true;
  /** What its pages do now and again, and nobody waits for. */
  readonly #chores = new Set<() => void>();
  #tail: Promise<void> = Promise.resolve();

  /** Their time has come. */
  doChores(): void {
    for (const run of [...this.#chores]) {
      this.#chores.delete(run);
      run();
    }
  }

  ports(): TillPorts {
    return {
      databases: this.databases as unknown as TillPorts['databases'],
      webSocket: this.webSocket as TillPorts['webSocket'],
      machine: this.#machine(),
      newId: uuidv7,
      alone: (_name, _signal, run) => {
        const turn = this.#tail.then(run);
        this.#tail = turn.catch(() => undefined);
        return turn;
      },
      persist: () => this.persist(),
      witness: {
        getItem: (key) => this.local.get(key) ?? null,
        setItem: (key, value) => void this.local.set(key, value),
      },
    };
  }

  #machine(): TillPorts['machine'] {
    const page = pageMachine();
    return {
      ...page,
      now: () => {
        const now = page.now();
        return { ...now, wallMs: now.wallMs + this.aheadMs };
      },
      after: (delayMs, run) => {
        if (delayMs < CHORE_MS) return page.after(delayMs, run);
        this.#chores.add(run);
        return () => this.#chores.delete(run);
      },
    };
  }

  /** Takes away what a till wrote behind so many turns: its database is an older image then. @returns how many there were */
  async putBack(till: string, turns = Number.POSITIVE_INFINITY): Promise<number> {
    const { databases } = this.ports();
    const database = await tillDatabase(databases, till);
    const store = database.transaction(['turns'], 'readwrite').objectStore('turns');
    const keys = await new Promise<unknown[]>((resolve) => {
      const request = store.getAllKeys();
      request.onsuccess = () => resolve(request.result);
    });
    for (const key of keys) if ((key as number) > turns) store.delete(key);
    database.close();
    return keys.length;
  }

  open(options: TerminalOptions): Till {
    return new Till(options, this.ports());
  }
}
