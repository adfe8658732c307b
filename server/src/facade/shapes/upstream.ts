/**
 * Upstream: questions for shapes, passed on to the authority in the name of whoever asks. The region vouches
 * for them with its key. Those who wait for the same share one question and one answer.
 */
import { request as askHttp, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { request as askHttps, Agent as HttpsAgent } from 'node:https';
import type { ReplicaId } from '@tallystick/crdt';
import { type Agent, Problem } from '@tallystick/store-agent';
import type { ShapeAsker } from '../../shapes/door/asker.ts';
import { SHAPE_PATH } from '../../shapes/door/path.ts';
import { ASKER_HEADER, askerText, PROOF_HEADER, rightsText } from '../../shapes/passed-on.ts';
import { proofOf } from '../forward-proof.ts';

const AUTHORITY = 'authority' as ReplicaId;
/** Longer than it is silent while it waits: a poll is answered after twenty seconds, a stream says so as often. */
const SILENT_MS = 45_000;
/** Of one answer that is kept for several; what is larger fails, and is read without waiting. */
const SHARED_BYTES_MAX = 64_000_000;

export interface Question {
  /** With its `?`, as it came. */
  readonly search: string;
  readonly asker: ShapeAsker;
  readonly ifNoneMatch: string | undefined;
  /** Sent by POST, as JSON. */
  readonly body?: string;
}

export interface Whole {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

interface Shared {
  readonly answer: Promise<Whole>;
  readonly stop: AbortController;
  askers: number;
}

export class Upstream {
  readonly #agent: Agent;
  readonly #url: URL;
  readonly #connections: HttpAgent;
  readonly #shared = new Map<string, Shared>();
  readonly #stop = new AbortController();

  constructor(agent: Agent) {
    this.#agent = agent;
    // The door of the books stands where their link does.
    this.#url = new URL(SHAPE_PATH, agent.parentUrl.replace(/^ws/, 'http'));
    const options = { keepAlive: true, maxFreeSockets: 256 };
    this.#connections = this.#url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  }

  stop(): void {
    this.#stop.abort();
    this.#connections.destroy();
  }

  /** The answer as it comes. @throws Problem `authority_unreachable` */
  ask({ search, asker, ifNoneMatch, body }: Question, gone: AbortSignal): Promise<IncomingMessage> {
    const url = new URL(this.#url);
    url.search = search;
    const target = `${url.pathname}${url.search}`;
    const said = askerText(asker);
    const from = this.#agent.id;
    const method = body === undefined ? 'GET' : 'POST';
    const passed = { from, to: AUTHORITY, method, target, said: { asker: said }, body };
    const headers: Record<string, string> = {
      [ASKER_HEADER]: said,
      [PROOF_HEADER]: proofOf(this.#agent, passed, Date.now()),
      ...(ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    return new Promise((resolve, reject) => {
      const asked = (url.protocol === 'https:' ? askHttps : askHttp)(url, {
        agent: this.#connections,
        method,
        headers,
        signal: AbortSignal.any([gone, this.#stop.signal]),
        timeout: SILENT_MS,
      });
      asked.once('timeout', () => asked.destroy(new Error('The authority said nothing for too long.')));
      asked.once('response', resolve);
      asked.on('error', () => reject(unreachable()));
      asked.end(body);
    });
  }

  /** The answer in one piece, asked for once however many want it. @throws Problem as above */
  async askTogether(question: Question, gone: AbortSignal): Promise<Whole> {
    const key = JSON.stringify([question.search, rightsText(question.asker), question.ifNoneMatch ?? null]);
    const shared = this.#shared.get(key) ?? this.#share(key, question);
    shared.askers += 1;
    const leave = () => {
      shared.askers -= 1;
      if (shared.askers === 0) shared.stop.abort();
    };
    gone.addEventListener('abort', leave, { once: true });
    try {
      return await shared.answer;
    } finally {
      gone.removeEventListener('abort', leave);
    }
  }

  #share(key: string, question: Question): Shared {
    const stop = new AbortController();
    const answer = this.ask(question, stop.signal).then(whole);
    const shared: Shared = { answer, stop, askers: 0 };
    this.#shared.set(key, shared);
    const forget = () => {
      if (this.#shared.get(key) === shared) this.#shared.delete(key);
    };
    stop.signal.addEventListener('abort', forget, { once: true });
    answer.then(forget, forget);
    return shared;
  }
}

async function whole(answer: IncomingMessage): Promise<Whole> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > SHARED_BYTES_MAX) throw new Error('too large');
    }
  } catch {
    answer.destroy();
    throw unreachable();
  }
  return { status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(pieces) };
}

function unreachable(): Problem {
  return new Problem('authority_unreachable', 'The authority cannot be reached now. Try again in a moment.');
}
