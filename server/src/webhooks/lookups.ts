/**
 * Lookups: what a name means, asked of the name servers by ourselves.
 *
 * The resolver of the system holds a thread while it waits, of which a process has four for its files as well, and cannot
 * be broken off: a few names whose servers do not answer would stop everything. A question of our own holds a socket, so
 * each name waits for its own servers alone, and not for long. The price is that a hosts file says nothing here: a
 * webhook goes to where the public finds it.
 */
import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';

/** For one server to answer, and how often it is asked; longer each time. */
const ONE_ANSWER_MS = 2_000;
const TRIES = 2;
/** For all of them: of an attempt's time, enough is left to connect. */
const WITHIN_MS = 8_000;
/** More than there are endpoints, each with one attempt under way. */
const NAMES_MAX = 1_000;

export type Resolve = (host: string) => Promise<LookupAddress[]>;

export class Lookups {
  readonly #resolve: Resolve;
  /** Under way, by name. */
  readonly #asked = new Map<string, Promise<LookupAddress[]>>();

  constructor(resolve: Resolve = askNameServers) {
    this.#resolve = resolve;
  }

  /** All addresses of a name, at least one; a name that is being looked up is not looked up again. @throws Error */
  find(host: string): Promise<LookupAddress[]> {
    const known = this.#asked.get(host);
    if (known !== undefined) return known;
    if (this.#asked.size >= NAMES_MAX)
      return Promise.reject(new Error('Too many names are being looked up: their servers do not answer.'));
    const asked = this.#resolve(host).finally(() => this.#asked.delete(host));
    this.#asked.set(host, asked);
    return asked;
  }
}

/** @param servers other than those of this machine */
export async function askNameServers(
  host: string,
  servers?: readonly string[],
  withinMs = WITHIN_MS,
): Promise<LookupAddress[]> {
  if (host === 'localhost')
    return [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ];
  const resolver = new Resolver({ timeout: ONE_ANSWER_MS, tries: TRIES });
  if (servers !== undefined) resolver.setServers(servers);
  const timer = setTimeout(() => resolver.cancel(), withinMs);
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  clearTimeout(timer);
  // IPv4 first: more receivers have it, and the next is tried where it does not answer.
  const found = [
    ...(v4.status === 'fulfilled' ? v4.value.map((address) => ({ address, family: 4 })) : []),
    ...(v6.status === 'fulfilled' ? v6.value.map((address) => ({ address, family: 6 })) : []),
  ];
  if (found.length > 0) return found;
  throw new Error(why(host, v4.status === 'rejected' ? v4.reason : undefined));
}

function why(host: string, error: { readonly code?: string } | undefined): string {
  switch (error?.code) {
    case 'ENOTFOUND':
    case 'ENODATA':
    case undefined:
      return `${host} has no address`;
    case 'ECANCELLED':
    case 'ETIMEOUT':
      return `the name servers of ${host} do not answer`;
    default:
      return `${host} cannot be looked up: ${error?.code}`;
  }
}
