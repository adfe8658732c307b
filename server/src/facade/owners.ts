/**
 * Owners: a region is one or more writers, and a hash of the order's id says whose it is.
 *
 * Any door takes any request; one that belongs to another writer is forwarded to it,
 * and while that writer is down the answer is 503, never another writer's word.
 */
import { ownerOf, type ReplicaId } from '@tallystick/crdt';
import { type Agent, currentTrace, Problem, traceHeaders } from '@tallystick/store-agent';
import type { FastifyRequest } from 'fastify';
import { isProved, passedOnBy, proofOf } from './forward-proof.ts';

/** What the owner of a thing answered, read to its end: an owner that goes away in the middle has said nothing. */
export interface OwnersAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Marks a request that a door of this region passed on, with its proof: it goes no further. */
const FORWARDED_HEADER = 'x-tallystick-forwarded';
const FORWARD_MS = 15_000;
/** What a caller says beside the body, and its owner must hear. */
const PASSED_ON = ['authorization', 'idempotency-key', 'if-match', 'if-none-match', 'prefer'] as const;

export interface RegionWriter {
  readonly replica: ReplicaId;
  /** Its base URL; for this process itself it is not used. */
  readonly url: string;
}

export class Owners {
  readonly #agent: Agent;
  readonly #writers: ReadonlyMap<ReplicaId, string>;

  constructor(agent: Agent) {
    const { writers = [] } = agent.settings;
    this.#agent = agent;
    this.#writers = new Map([
      ...writers.map(({ replica, url }) => [replica as ReplicaId, url] as const),
      [agent.id, ''],
    ]);
  }

  /**
   * Whether another door of this region passed the request on to this one.
   * @throws Problem where it says so and cannot prove it
   */
  wasPassedOn(request: FastifyRequest): boolean {
    const header = request.headers[FORWARDED_HEADER];
    if (header === undefined) return false;
    const from = passedOnBy(String(header));
    const isDoor = from !== undefined && from !== this.#agent.id && this.#writers.has(from);
    const record = isDoor ? this.#agent.catalogue.replica(from) : undefined;
    if (record?.status === 'enrolled') {
      const { method, url: target, body } = request;
      const text = body === undefined || body === null ? undefined : JSON.stringify(body);
      const passed = { to: this.#agent.id, method, target, said: saidBeside(request), body: text };
      if (isProved(String(header), { from: record.id as ReplicaId, ...passed }, record.publicKey, Date.now()))
        return true;
    }
    throw new Problem(
      'forbidden',
      `Only the doors of one region pass requests on to each other: leave the header ${FORWARDED_HEADER} out.`,
    );
  }

  /** Whether this region has other writers. */
  get areMany(): boolean {
    return this.#writers.size > 1;
  }

  /** Another writer of this region by its name; undefined where it is none. */
  other(replica: string): RegionWriter | undefined {
    const url = this.#writers.get(replica as ReplicaId);
    return url === undefined || replica === this.#agent.id
      ? undefined
      : { replica: replica as ReplicaId, url };
  }

  /** The other writer that owns this id, or undefined where it is this one. */
  elsewhere(id: string): RegionWriter | undefined {
    if (!this.areMany) return undefined;
    const replica = ownerOf(id, [...this.#writers.keys()]);
    return replica === this.#agent.id ? undefined : { replica, url: this.#writers.get(replica) as string };
  }

  /** Passes a request on to its owner and gives back what it said. @throws Problem where it cannot be reached, or goes away before it has said all */
  async forward(owner: RegionWriter, request: FastifyRequest, body: unknown): Promise<OwnersAnswer> {
    const { method } = request;
    const url = new URL(request.url, owner.url);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const said = saidBeside(request);
    const target = `${url.pathname}${url.search}`;
    const passed = { from: this.#agent.id, to: owner.replica, method, target, said, body: text };
    try {
      const answer = await fetch(url, {
        method,
        headers: {
          ...said,
          ...traceHeaders(currentTrace()),
          [FORWARDED_HEADER]: proofOf(this.#agent, passed, Date.now()),
          ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(text === undefined ? {} : { body: text }),
        signal: AbortSignal.timeout(FORWARD_MS),
      });
      const { status, headers } = answer;
      return { status, headers, body: Buffer.from(await answer.arrayBuffer()) };
    } catch {
      throw new Problem('owner_unreachable', `${owner.replica}, which keeps this, cannot be reached now.`);
    }
  }
}

/** What the caller said in headers, one value each. */
function saidBeside({ headers }: FastifyRequest): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}
