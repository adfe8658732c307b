/**
 * One seller's door as a point-of-sale program uses it: a request is repeated under its id
 * until there is an answer, however often the replica is killed, frozen or out of room.
 */
import { type Answer, request } from './http.ts';

/** Longer than a sale may wait for units from elsewhere; a frozen process is asked again after it. */
const ATTEMPT_MS = 3_000;
const RETRY_MS = 60;

export interface Refused {
  readonly code: string;
  readonly detail: string;
  readonly atMs: number;
}

export class Client {
  readonly replica: string;
  readonly #port: number;
  readonly #giveUp: AbortSignal;
  readonly #onTrouble: (story: string) => void;
  /** The last answer that said "not now". */
  notNow: Refused | undefined;
  /** When a request was last decided, whichever way. */
  decidedAtMs = 0;
  /** Requests that were made again under their id. */
  retries = 0;

  constructor(replica: string, port: number, giveUp: AbortSignal, onTrouble: (story: string) => void) {
    this.replica = replica;
    this.#port = port;
    this.#giveUp = giveUp;
    this.#onTrouble = onTrouble;
  }

  /** Undefined where the run ended before there was an answer. */
  async ask(path: string, body: unknown): Promise<Answer | undefined> {
    while (!this.#giveUp.aborted) {
      const answer = await this.#once(path, body);
      if (answer !== undefined) return answer;
      this.retries += 1;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    return undefined;
  }

  async #once(path: string, body: unknown): Promise<Answer | undefined> {
    let answer: Answer;
    try {
      answer = await request(this.#port, 'POST', path, body, ATTEMPT_MS);
    } catch {
      return undefined;
    }
    const { status } = answer;
    const said = {
      code: String(answer.body.code),
      detail: String(answer.body.detail),
      atMs: performance.now(),
    };
    if (status === 503) {
      this.notNow = said;
      return undefined;
    }
    // Whoever gets a 500 does not know either; that it is said at all is a finding.
    if (status >= 500) {
      this.#onTrouble(`${this.replica} answered ${status} to ${path}: ${said.code} ${said.detail}`);
      return undefined;
    }
    this.decidedAtMs = said.atMs;
    return answer;
  }
}
