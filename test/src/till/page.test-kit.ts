/** A page in this process: a till's ports on an IndexedDB in memory, and sockets of `ws`. */
import { pageMachine, Till, type TillPorts } from '@tallystick/client-sdk/test-kit';
import { uuidv7 } from '@tallystick/store-agent';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { WebSocket } from 'ws';

Object.assign(globalThis, { IDBKeyRange });

/** One browser profile: what its pages share, and what a copy of it would have. */
export class Profile {
  databases = new IDBFactory();
  readonly local = new Map<string, string>();
  #tail: Promise<void> = Promise.resolve();

  ports(): TillPorts {
    return {
      databases: this.databases as unknown as TillPorts['databases'],
      webSocket: WebSocket as unknown as TillPorts['webSocket'],
      machine: pageMachine(),
      newId: uuidv7,
      alone: (_name, _signal, run) => {
        const turn = this.#tail.then(run);
        this.#tail = turn.catch(() => undefined);
        return turn;
      },
      persist: async () => true,
      witness: {
        getItem: (key) => this.local.get(key) ?? null,
        setItem: (key, value) => void this.local.set(key, value),
      },
    };
  }

  open(options: { readonly id: string; readonly parent: string; readonly code?: string }): Till {
    return new Till(options, this.ports());
  }
}
