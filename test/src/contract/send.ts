/** Sending: plain HTTP without a client's kindness, so that a request arrives as it was made. */
import { Agent, request as open } from 'node:http';
import { type Request, urlOf } from './request.ts';

export interface Said {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** No answer takes this long; who waits longer has found something. */
const ANSWER_MS = 20_000;
/** The server is told of bytes that never come; it has begun to read by then. */
const HALF_MS = 5;

export class Sender {
  readonly base: string;
  readonly #authorization: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });

  /** @param authorization what every request carries that does not say otherwise */
  constructor(base: string, authorization: string) {
    this.base = base;
    this.#authorization = authorization;
  }

  /** @returns undefined where the request was broken off on purpose. @throws Error where no answer came. */
  send(request: Request, signal?: AbortSignal): Promise<Said | undefined> {
    return new Promise((resolve, reject) => {
      const { method, body, isHalf } = request;
      const headers: Record<string, string> = { authorization: this.#authorization, ...request.headers };
      const bytes = body === undefined ? undefined : Buffer.from(body, 'utf8');
      if (bytes !== undefined)
        headers['content-length'] ??= String(bytes.length + (isHalf === true ? 10 : 0));
      const { hostname, port } = new URL(this.base);
      const sent = open({
        host: hostname,
        port,
        path: urlOf(request),
        method,
        headers,
        agent: this.#agent,
        timeout: ANSWER_MS,
        ...(signal === undefined ? {} : { signal }),
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer in ${ANSWER_MS} ms`)));
      sent.on('error', (error) => (isHalf === true ? resolve(undefined) : reject(error)));
      sent.on('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as Record<string, string>,
            text: Buffer.concat(parts).toString('utf8'),
          }),
        );
      });
      if (isHalf === true) {
        sent.write(bytes ?? '');
        setTimeout(() => sent.destroy(), HALF_MS);
      } else sent.end(bytes);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
