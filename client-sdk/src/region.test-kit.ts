/** A region that is a function, and a world whose time passes at once. */
import type { Ports } from './ports.ts';

export interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | undefined;
}

export type Answering = (request: Heard, count: number) => Response | Promise<Response>;

export class FakeRegion {
  readonly heard: Heard[] = [];
  /** Milliseconds that the client waited, each time. */
  readonly waits: number[] = [];
  nowMs = 0;
  answer: Answering;
  #ids = 0;

  constructor(answer: Answering) {
    this.answer = answer;
  }

  get ports(): Ports {
    return {
      fetch: async (url, init) => {
        const request = {
          method: init?.method ?? 'GET',
          url: String(url),
          headers: new Headers(init?.headers),
          body: init?.body as string | undefined,
        };
        this.heard.push(request);
        init?.signal?.throwIfAborted();
        return this.answer(request, this.heard.length);
      },
      nowMs: () => this.nowMs,
      random: () => 0.5,
      newId: () => {
        this.#ids += 1;
        return `id-${this.#ids}`;
      },
      wait: async (ms, signal) => {
        signal?.throwIfAborted();
        this.waits.push(ms);
        this.nowMs += ms;
      },
    };
  }
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  });
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  return json(
    status,
    { type: 'about:blank', title: '', status, code, detail: `It is ${code}.` },
    { 'content-type': 'application/problem+json', ...headers },
  );
}

/** A stream of server-sent events that ends after what it has; with `isOpen` it stays open and silent. */
export function stream(text: string, isOpen = false): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      if (!isOpen) controller.close();
    },
  });
  return new Response(body, { status: 200, headers: { 'content-type': 'text/event-stream' } });
}
