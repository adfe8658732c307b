/** The walk through the document: every call in turn, as it should be and twisted, each answer checked. */
import { until } from '@tallystick/store-agent/test-kit';
import { Prng } from '../sim/prng.ts';
import { checkAnswer, parsedJson } from './check-answer.ts';
import { type Call, type Contract, readContract } from './document.ts';
import { drawDraft, toRequest } from './draw-request.ts';
import type { Drawing } from './draw-value.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { Known } from './known.ts';
import { type Request, toCurl } from './request.ts';
import { type Said, Sender } from './send.ts';
import { shrunk } from './shrink-request.ts';
import { PLACES, SKUS, type Town } from './town.ts';
import { twisted } from './twist.ts';

export interface WalkFinding {
  readonly call: string;
  readonly what: string;
  readonly twists: readonly string[];
  /** How often it was met. */
  times: number;
  /** The smallest request found that shows it, for a shell. */
  readonly curl: string;
}

export interface WalkTally {
  readonly seed: number;
  requests: number;
  /** Requests that were sent again, word for word, and got the first answer. */
  repeats: number;
  readonly calls: Readonly<Record<string, { accepted: number; refused: number }>>;
  readonly statuses: Record<string, number>;
  readonly findings: WalkFinding[];
}

/** As many requests are as they should be. */
const PLAIN = 0.45;

/** These are always in stock, and the region and the keepers are there; of what the walk has made, nothing is. */
const FIXED = new Set<Json>([...SKUS, ...PLACES, 'eu']);
const STRANGE = 0.02;

export class Walk {
  readonly #town: Town;
  readonly #sender: Sender;
  readonly #contract: Contract;
  readonly #known = new Known();
  readonly #prng: Prng;
  readonly #drawing: Drawing;
  readonly tally: WalkTally;
  #made = 0;

  private constructor(town: Town, contract: Contract, seed: number) {
    this.#town = town;
    this.#sender = new Sender(town.url, town.authorization);
    this.#contract = contract;
    this.#prng = new Prng(seed, 'contract');
    this.#drawing = {
      prng: this.#prng,
      contract,
      known: this.#known,
      isLikely: (name, value) =>
        !/^(sku|locationId)$/.test(name) || FIXED.has(value) || this.#prng.chance(STRANGE),
      freshId: () => this.#freshId(),
    };
    const calls = contract.calls.map(({ id }) => [id, { accepted: 0, refused: 0 }] as const);
    this.tally = {
      seed,
      requests: 0,
      repeats: 0,
      calls: Object.fromEntries(calls),
      statuses: {},
      findings: [],
    };
    for (const sku of SKUS) this.#known.add('sku', sku);
    for (const place of PLACES) {
      this.#known.add('locationId', place);
      this.#known.add('/v1/locations', place);
    }
  }

  static async begin(town: Town, seed: number): Promise<Walk> {
    const document = (await (await fetch(`${town.url}/v1/openapi.json`)).json()) as JsonObject;
    await town.changes();
    return new Walk(town, readContract(document), seed);
  }

  #freshId(): string {
    this.#made += 1;
    return `f-${this.tally.seed}-${this.#made}`;
  }

  async go(requests: number): Promise<WalkTally> {
    const { calls } = this.#contract;
    const end = this.tally.requests + requests;
    while (this.tally.requests < end) await this.#step(calls[this.tally.requests % calls.length] as Call);
    return this.tally;
  }

  close(): void {
    this.#sender.close();
  }

  async #step(call: Call): Promise<void> {
    const draft = drawDraft(call, this.#drawing, FIXED);
    const request = this.#prng.chance(PLAIN) ? toRequest(draft) : twisted(draft, this.#prng, this.#known);
    const { said, what } = await this.#ask(call, request);
    this.tally.requests += 1;
    if (what !== undefined) await this.#found(call, request, what);
    if (said === undefined) return;
    this.tally.statuses[said.status] = (this.tally.statuses[said.status] ?? 0) + 1;
    const counts = this.tally.calls[call.id] as { accepted: number; refused: number };
    if (said.status >= 400) counts.refused += 1;
    else if (request.method === call.method) {
      counts.accepted += 1;
      this.#known.hearPlace(said.headers.location);
      this.#known.hear(call.path, request.path, said.headers.etag, parsedJson(said.text)?.value);
      if (said.status < 300 && isNamed(call, request)) await this.#again(call, request, said);
    }
  }

  /** What was taken on for later is done before the next is asked: else it looks like that one's doing. */
  async #placed(said: Said | undefined): Promise<void> {
    const path = said?.status === 202 ? said.headers.location : undefined;
    if (path === undefined) return;
    const look: Request = {
      callId: 'getOrderBatch',
      method: 'GET',
      path,
      query: [],
      headers: {},
      body: undefined,
      twists: [],
    };
    await until(async () => {
      const value = parsedJson((await this.#sender.send(look))?.text ?? '')?.value;
      return isObject(value) && value.status !== 'running';
    }, 'a batch is placed');
  }

  /** Sends it and looks at everything that the document and common sense promise. */
  async #ask(call: Call, request: Request): Promise<{ said: Said | undefined; what: string | undefined }> {
    let said: Said | undefined;
    try {
      said = await this.#sender.send(request);
    } catch (error) {
      return { said, what: `no answer: ${error instanceof Error ? error.message : error}` };
    }
    await this.#placed(said);
    const changes = await this.#town.changes();
    const what = said === undefined ? undefined : checkAnswer(call, request, said);
    if (what !== undefined || changes.length === 0) return { said, what };
    if (said === undefined) return { said, what: `half a body changed something: ${changes[0]}` };
    if (said.status >= 400)
      return { said, what: `a ${said.status} changed something: ${withoutIds(changes[0])}` };
    const isReading = ['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(request.method);
    return {
      said,
      what: isReading ? `a ${request.method} changed something: ${withoutIds(changes[0])}` : undefined,
    };
  }

  /** The same again: the first answer, and nothing more than was done. */
  async #again(call: Call, request: Request, first: Said): Promise<void> {
    const second = await this.#sender.send(request);
    const changes = await this.#town.changes();
    this.tally.repeats += 1;
    const what = differenceOf(call, first, second, changes);
    if (what !== undefined) await this.#found(call, request, what);
  }

  async #found(call: Call, request: Request, what: string): Promise<void> {
    const known = this.tally.findings.find((each) => each.call === call.id && each.what === what);
    if (known !== undefined) {
      known.times += 1;
      return;
    }
    const isAnswer = !what.startsWith('again');
    const fails = async (candidate: Request) => (await this.#ask(call, candidate)).what === what;
    const smallest = isAnswer ? await shrunk(request, fails, () => this.#freshId()) : request;
    const curl = toCurl(this.#sender.base, smallest);
    this.tally.findings.push({
      call: call.id,
      what,
      twists: request.twists,
      times: 1,
      curl: curl.slice(0, 2_000),
    });
  }
}

/** Whether its sender gave it a name, so that it can be sent again. */
function isNamed(call: Call, request: Request): boolean {
  if (!call.parameters.some(({ name }) => name === 'Idempotency-Key')) return false;
  if (request.headers['idempotency-key'] !== undefined) return true;
  const body = request.body === undefined ? undefined : parsedJson(request.body)?.value;
  return isObject(body) && typeof body.id === 'string';
}

function differenceOf(
  call: Call,
  first: Said,
  second: Said | undefined,
  changes: readonly string[],
): string | undefined {
  if (second === undefined) return 'again: no answer';
  if (second.status !== first.status) return `again: ${second.status} after ${first.status}`;
  if (changes.length > 0) return `again: it changed something more: ${withoutIds(changes[0])}`;
  if (first.status === 207) return undefined;
  const place = differingPlace(parsedJson(first.text)?.value, parsedJson(second.text)?.value);
  if (place !== undefined) return `again: another answer at ${place}`;
  const says = call.answers.get(first.status)?.headers.has('idempotent-replayed') === true;
  if (says && second.headers['idempotent-replayed'] !== 'true') return 'again: without Idempotent-Replayed';
  return undefined;
}

/** What moves on by itself, and how it went the first time. */
const MOVING = new Set(['replayed', 'waited', 'asOf', 'expiresAt', 'stage', 'deliveredUpTo']);

/** @returns the first place where the two say something else, whatever the order of their fields */
function differingPlace(a: unknown, b: unknown, at = ''): string | undefined {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return Object.is(a, b) ? undefined : at || '/';
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (MOVING.has(name)) continue;
    const place = differingPlace((a as JsonObject)[name], (b as JsonObject)[name], `${at}/${name}`);
    if (place !== undefined) return place;
  }
  return undefined;
}

function withoutIds(change = ''): string {
  return change.split(' ').slice(0, 2).join(' ');
}
