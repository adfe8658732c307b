/**
 * One replica's local API, as a till program would use it: requests in turn, repeated
 * with the same id until there is an answer, however often the replica is killed.
 */
import { Agent, request } from 'node:http';

export interface ShopAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A replica that was killed is back within a second or two; a minute means that something is broken. */
const ANSWER_MS_MAX = 60_000;
/** Dozens wait for a region that was killed: each asks less often the longer that takes. */
const RETRY_MS = { first: 25, most: 200 };

export class ShopClient {
  readonly #port: number;
  /** A sale takes its turn behind the one before, as at a counter; a region serves several at once. */
  readonly #connections: Agent;
  #isClosed = false;

  constructor(port: number, atOnce: number) {
    this.#port = port;
    this.#connections = new Agent({ keepAlive: true, maxSockets: atOnce });
  }

  /** Repeats until the replica has answered with anything but "try again". */
  async post(path: string, body: unknown): Promise<ShopAnswer> {
    const text = JSON.stringify(body);
    const startedMs = performance.now();
    for (let pauseMs = RETRY_MS.first; !this.#isClosed; pauseMs = Math.min(RETRY_MS.most, 2 * pauseMs)) {
      try {
        const answer = await this.#once('POST', path, text);
        if (answer.status !== 503) return answer;
      } catch (error) {
        if (performance.now() - startedMs > ANSWER_MS_MAX) throw error;
      }
      if (performance.now() - startedMs > ANSWER_MS_MAX)
        throw new Error(`${path} was not answered in a minute.`);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    throw new Error('The replay was stopped.');
  }

  async get(path: string): Promise<ShopAnswer> {
    return this.#once('GET', path, undefined);
  }

  #once(method: string, path: string, text: string | undefined): Promise<ShopAnswer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          method,
          path,
          agent: this.#connections,
          ...(text === undefined
            ? {}
            : { headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } }),
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            try {
              const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
              resolve({ status: response.statusCode ?? 0, body });
            } catch (error) {
              reject(error as Error);
            }
          });
        },
      );
      sent.on('error', reject);
      sent.end(text);
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#connections.destroy();
  }
}
