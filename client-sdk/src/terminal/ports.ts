/** What a till needs of the page it runs in. Tests, and tills in other shells, bring their own. */
import type { Machine } from '@tallystick/crdt/host';
import { TallystickError } from '../error.ts';
import { type WebSocketClass, worldPorts } from '../ports.ts';
import type { Databases } from './indexed-db.ts';

export interface TillPorts {
  readonly databases: Databases;
  readonly webSocket: WebSocketClass;
  readonly machine: Machine;
  /** A new UUIDv7. */
  newId(): string;
  /** Runs something while this tab alone has the name; waits for the tab that has it. Rejects when aborted. */
  alone(name: string, signal: AbortSignal, run: () => Promise<void>): Promise<void>;
  /** Asks that what is stored is not cleared when the disk is full. @returns whether that was granted */
  persist(): Promise<boolean>;
  /** A small place outside the database, for the witness; undefined where there is none. */
  readonly witness:
    | { getItem(key: string): string | null; setItem(key: string, value: string): void }
    | undefined;
}

interface Page {
  readonly indexedDB?: Databases;
  readonly WebSocket?: WebSocketClass;
  readonly localStorage?: NonNullable<TillPorts['witness']>;
  readonly navigator?: {
    readonly locks?: {
      request(
        name: string,
        options: { readonly signal: AbortSignal },
        run: () => Promise<void>,
      ): Promise<void>;
    };
    readonly storage?: { persist?(): Promise<boolean> };
  };
}

/** @throws TallystickError `no_storage` where this is no page in which a till can live */
export function pagePorts(): TillPorts {
  const { indexedDB, WebSocket, navigator, ...page } = pageParts();
  const locks = navigator?.locks;
  if (indexedDB === undefined || WebSocket === undefined || locks === undefined || !('subtle' in crypto)) {
    throw new TallystickError(
      'no_storage',
      'A till lives in a page of a current browser, over https or from localhost: it needs IndexedDB, Web Locks and Web Crypto.',
    );
  }
  return {
    databases: indexedDB,
    webSocket: WebSocket,
    machine: pageMachine(),
    newId: worldPorts().newId,
    alone: (name, signal, run) => locks.request(name, { signal }, run),
    persist: async () => (await navigator?.storage?.persist?.()) ?? false,
    witness: page.localStorage,
  };
}

/** A page may forbid its storages, and says so by throwing where they are looked up. */
function pageParts(): Page {
  const page = globalThis as Page;
  const { indexedDB, WebSocket, navigator } = page;
  let localStorage: Page['localStorage'];
  try {
    localStorage = page.localStorage;
  } catch {
    localStorage = undefined;
  }
  return {
    ...(indexedDB === undefined ? {} : { indexedDB }),
    ...(WebSocket === undefined ? {} : { WebSocket }),
    ...(navigator === undefined ? {} : { navigator }),
    ...(localStorage === undefined ? {} : { localStorage }),
  };
}

export function pageMachine(): Machine {
  const bootId = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  return {
    now: () => ({ wallMs: Date.now(), monotonicMs: performance.now(), bootId }),
    nextPass: passes(),
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    random: Math.random,
  };
}

/** Timers of a page that call each other wait 4 ms, and those of a hidden one a second; messages do not. */
function passes(): Machine['nextPass'] {
  const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => unknown };
  if (setImmediate !== undefined) return (run) => void setImmediate(run);
  const waiting: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  (port1 as unknown as { onmessage: () => void }).onmessage = () => waiting.shift()?.();
  return (run) => {
    waiting.push(run);
    port2.postMessage(undefined);
  };
}
