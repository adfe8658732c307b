/**
 * Owners: a region is one or more writers, and a hash of the order's id says whose it is.
 *
 * Any door takes any request; one that belongs to another writer is forwarded to it,
 * and while that writer is down the answer is 503, never another writer's word.
 */
import { ownerOf, type ReplicaId } from '@tallystick/crdt';
import { Problem } from '@tallystick/store-agent';
import type { FastifyRequest } from 'fastify';

/** Marks a request that a door of this region passed on: it goes no further. */
export const FORWARDED_HEADER = 'x-tallystick-forwarded';
const FORWARD_MS = 15_000;
/** What a caller says beside the body, and its owner must hear. */
const PASSED_ON = ['idempotency-key', 'if-match', 'if-none-match'] as const;

export interface RegionWriter {
  readonly replica: ReplicaId;
  /** Its base URL; for this process itself it is not used. */
  readonly url: string;
}

export class Owners {
  readonly #self: ReplicaId;
  readonly #writers: ReadonlyMap<ReplicaId, string>;

  /** `writers` are all writers of the region, this one included. */
  constructor(self: ReplicaId, writers: readonly { readonly replica: string; readonly url: string }[]) {
    this.#self = self;
    this.#writers = new Map([
      ...writers.map(({ replica, url }) => [replica as ReplicaId, url] as const),
      [self, ''],
    ]);
  }

  /** The other writer that owns this id, or undefined where it is this one. */
  elsewhere(id: string): RegionWriter | undefined {
    if (this.#writers.size === 1) return undefined;
    const replica = ownerOf(id, [...this.#writers.keys()]);
    return replica === this.#self ? undefined : { replica, url: this.#writers.get(replica) as string };
  }

  /** Passes a request on to its owner and gives back what it said. */
  async forward(
    owner: RegionWriter,
    { method, url, headers }: Pick<FastifyRequest, 'method' | 'url' | 'headers'>,
    body: unknown,
  ): Promise<Response> {
    const said = PASSED_ON.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    });
    try {
      return await fetch(new URL(url, owner.url), {
        method,
        headers: {
          ...Object.fromEntries(said),
          [FORWARDED_HEADER]: this.#self,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(FORWARD_MS),
      });
    } catch {
      throw new Problem(
        'owner_unreachable',
        `${owner.replica}, which owns this order, cannot be reached now.`,
      );
    }
  }
}
