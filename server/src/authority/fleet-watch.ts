/**
 * The fleet at one glance: every replica with its link, its lag and its sales; and how selling went.
 *
 * All are asked at the same time, and at most once a second however many look: a hundred consoles cost what one does.
 */
import type { ReplicaId } from '@tallystick/crdt';
import type { Sales } from '@tallystick/store-agent';
import type { Authority } from './authority.ts';
import { EVERY_MS, FleetHistory, type FleetPoint, FleetSums } from './fleet-history.ts';
import { listReplicas, ROOT } from './registry.ts';
import {
  ask,
  livesOf,
  type ReplicaDetails,
  type ReplicaJson,
  replicaJson,
  type Status,
} from './replica-state.ts';

const FRESH_MS = 1_000;
const REPLICAS_MAX = 1_000;

export interface FleetJson {
  readonly at: string;
  readonly books: { readonly entries: number };
  /** When this process began to count. */
  readonly since: string;
  /** Over all replicas, since then. */
  readonly sums: Sales;
  readonly items: readonly (ReplicaJson &
    Pick<ReplicaDetails, 'lag'> & { readonly sales: Sales | null; readonly lives: number })[];
}

export class FleetWatch {
  readonly #authority: Authority;
  readonly #since = new Date().toISOString();
  readonly #sums = new FleetSums();
  readonly #history = new FleetHistory();
  #last: { readonly atMs: number; readonly look: Promise<FleetJson> } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #noting: Promise<void> | undefined;

  constructor(authority: Authority) {
    this.#authority = authority;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#noting ??= this.#note().finally(() => {
        this.#noting = undefined;
      });
    }, EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#noting;
  }

  state(): Promise<FleetJson> {
    const last = this.#last;
    if (last !== undefined && performance.now() - last.atMs < FRESH_MS) return last.look;
    const look = this.#read();
    this.#last = { atMs: performance.now(), look };
    look.catch(() => {
      this.#last = undefined;
    });
    return look;
  }

  async history(minutes: number): Promise<{ since: string; items: FleetPoint[] }> {
    return { since: this.#since, items: this.#history.since(minutes, pointOf(await this.state())) };
  }

  /** Books that cannot be read leave a gap. */
  async #note(): Promise<void> {
    const seen = await this.state().catch(() => undefined);
    if (seen !== undefined) this.#history.add(pointOf(seen));
  }

  async #read(): Promise<FleetJson> {
    const authority = this.#authority;
    const all = (await listReplicas(authority.pool))
      .filter(({ status }) => status !== 'retired')
      .slice(0, REPLICAS_MAX);
    const asked = all
      .filter(({ status }) => status === 'enrolled')
      .map(
        async ({ id }): Promise<[string, Status | undefined]> => [id, await ask(authority, id as ReplicaId)],
      );
    const said = new Map(await Promise.all(asked));
    const childrenOf = (parent: string) =>
      parent === ROOT ? authority.host.children.up : said.get(parent)?.children;
    const items = all.map((replica) => {
      const status = said.get(replica.id);
      return {
        ...replicaJson(authority, replica, childrenOf(replica.parent)),
        lives: livesOf(authority, replica.id).length,
        lag:
          status === undefined ? null : { unsentEntries: status.unsent, unsettledEntries: status.unsettled },
        sales: status?.sales ?? null,
      };
    });
    return {
      at: new Date().toISOString(),
      books: { entries: authority.host.engine.replica.ledger.durablePosition },
      since: this.#since,
      sums: this.#sums.take(items),
      items,
    };
  }
}

const pointOf = ({ at, sums }: FleetJson): FleetPoint => ({ at, ...sums });
