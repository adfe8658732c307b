/** What the client needs of the world, so that its tests need no network and no time. */
export interface Ports {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds that only grow. */
  nowMs(): number;
  /** From 0 up to 1. */
  random(): number;
  /** A new UUIDv7: ids sort by the time they were made. */
  newId(): string;
  /** Resolves after so many milliseconds. Rejects with the signal's reason when that is aborted. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The WebSocket of a page, or the one of the package `ws`. */
export type WebSocketClass = new (url: string, protocols?: string | string[]) => object;

/** @param fetch another one than the global: with a proxy, with certificates of your own */
export function worldPorts(fetch?: typeof globalThis.fetch): Ports {
  return {
    // Looked up at each call: pages and tests put theirs in place later. Bare, as browsers want it.
    fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
    nowMs: () => performance.now(),
    random: () => Math.random(),
    newId: () => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))),
    wait,
  };
}

/** @param bytes ten random ones */
function uuidV7(nowMs: number, bytes: Uint8Array): string {
  const time = nowMs.toString(16).padStart(12, '0');
  const rest = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  // The variant: 8, 9, a or b.
  const variant = (8 + ((bytes[2] ?? 0) & 3)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-${variant}${rest.slice(5, 8)}-${rest.slice(8)}`;
}

function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
