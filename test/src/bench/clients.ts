/**
 * Clients: connections that each ask, wait for the answer, and ask again until the time is over.
 * What every load shares, whatever it speaks.
 */

import type { Round } from './bench.ts';
import { roundOf } from './figures.ts';

export interface Client {
  /** Resolves once the answer is whole. @throws where it was not the one that was wanted. */
  once(): Promise<void>;
  close(): Promise<void> | void;
}

/** Nothing new is asked once the time is over; what is under way then is waited for, and both count. */
export async function roundByClients(clients: readonly Client[], seconds: number): Promise<Round> {
  const tookMs: number[] = [];
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1_000;
  await Promise.all(
    clients.map(async (client) => {
      for (let askedMs = performance.now(); askedMs < endMs; ) {
        await client.once();
        const answeredMs = performance.now();
        tookMs.push(answeredMs - askedMs);
        askedMs = answeredMs;
      }
    }),
  );
  return roundOf(tookMs, (performance.now() - startedMs) / 1_000);
}
