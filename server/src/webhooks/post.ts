/**
 * Posting to strangers: bounded in time and size, to allowed addresses alone, and nowhere else.
 *
 * The address is looked at where the socket is opened, after the name was resolved and by the very answer that is
 * used, so a name that changes what it means gets nobody further. Redirects are not followed.
 */
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type AddressRule, isAllowed } from './addresses.ts';
import { Lookups, type Resolve } from './lookups.ts';

/** Long enough for a receiver that writes it down first; what takes longer should be done afterwards. */
const TIMEOUT_MS = 15_000;
/** To one host. Each endpoint has one attempt under way, and none of them waits for another's that hangs. */
const SOCKETS_MAX = 512;
/** Kept of an answer, for whoever wants to know why it failed. */
const SAID_CHARS_MAX = 200;

export interface Posted {
  readonly status: number | null;
  /** What went wrong; undefined where it was taken. */
  readonly error: string | undefined;
  readonly durationMs: number;
}

export class Poster {
  readonly #rule: AddressRule;
  readonly #timeoutMs: number;
  readonly #lookups: Lookups;
  readonly #agents: { readonly 'http:': http.Agent; readonly 'https:': https.Agent };

  constructor(rule: AddressRule, timeoutMs = TIMEOUT_MS, resolve?: Resolve) {
    this.#rule = rule;
    this.#timeoutMs = timeoutMs;
    this.#lookups = new Lookups(resolve);
    const options = { keepAlive: true, maxSockets: SOCKETS_MAX, maxFreeSockets: 16, lookup: this.#lookup };
    this.#agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
  }

  readonly #lookup: LookupFunction = (host, { all, family }, done) => {
    this.#lookups
      .find(host)
      .then((addresses) => {
        // One bad address among several is reason enough: the next attempt might take that one.
        const bad = addresses.find(({ address }) => !isAllowed(address, this.#rule));
        const wanted = addresses.filter((one) => !family || one.family === familyOf(family));
        const [first] = wanted;
        if (bad !== undefined || first === undefined)
          throw new Error(`${host} is not an address on the public internet`);
        return { wanted, first };
      })
      .then(
        ({ wanted, first }) => (all === true ? done(null, wanted) : done(null, first.address, first.family)),
        (error: Error) => done(error, ''),
      );
  };

  /**
   * Never rejects: whatever goes wrong is the receiver's answer.
   * @param attempt may be aborted by whoever made it
   */
  async post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    attempt = new AbortController(),
  ): Promise<Posted> {
    const startMs = performance.now();
    const timer = setTimeout(() => attempt.abort(), this.#timeoutMs);
    const outcome = await this.#send(new URL(url), headers, body, attempt.signal)
      .catch((error: Error) => ({
        status: null,
        error: attempt.signal.aborted ? `no answer within ${this.#timeoutMs / 1_000} s` : wordsOf(error),
      }))
      .finally(() => clearTimeout(timer));
    return { ...outcome, durationMs: Math.round(performance.now() - startMs) };
  }

  #send(
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<Pick<Posted, 'status' | 'error'>> {
    return new Promise((resolve, reject) => {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      // A literal address is never looked up.
      if (isIP(host) !== 0 && !isAllowed(host, this.#rule))
        return reject(new Error(`${host} is not an address on the public internet`));
      const { request } = url.protocol === 'https:' ? https : http;
      const sent = request(url, {
        method: 'POST',
        agent: this.#agents[url.protocol as 'http:' | 'https:'],
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Tallystick-Webhooks/1',
          ...headers,
        },
        signal,
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        let said = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          said = (said + chunk).slice(0, SAID_CHARS_MAX);
        });
        response.on('error', reject);
        response.on('end', () => resolve(outcomeOf(response.statusCode ?? 0, said)));
      });
      // An answer that is none, such as another protocol, closes the connection with no error said.
      sent.on('close', () => reject(new Error('the connection was closed without an answer')));
      sent.end(body);
    });
  }

  close(): void {
    this.#agents['http:'].destroy();
    this.#agents['https:'].destroy();
  }
}

/** A name with several addresses fails with an error for each, and none of its own. */
function wordsOf(error: Error): string {
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [];
  return error.message || first?.message || error.name;
}

/** Node knows both as a number and by name. */
function familyOf(family: number | 'IPv4' | 'IPv6'): number {
  return family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family;
}

function outcomeOf(status: number, said: string): Pick<Posted, 'status' | 'error'> {
  if (status >= 200 && status < 300) return { status, error: undefined };
  if (status >= 300 && status < 400)
    return { status, error: 'it redirects, which is not followed: give its last address' };
  // Nothing unreadable goes into a log or a terminal.
  const words = said.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return { status, error: words === '' ? `it answered ${status}` : `it answered ${status}: ${words}` };
}
