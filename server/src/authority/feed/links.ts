/**
 * Links: who was not connected for a while is told as offline, and as online when they are back.
 *
 * Every process of the authority looks at those that it can see, its own children and theirs; what they saw stands
 * in the books, and comparing it there tells each change once (`tell_links`).
 */
import type { Log } from '@tallystick/store-agent';
import type pg from 'pg';
import type { Authority } from '../authority.ts';
import { listReplicas } from '../registry.ts';
import { linksUp } from '../replica-state.ts';
import { Every } from './every.ts';

/** A link that is lost for no longer is no news: regions restart, lines break. */
const OFFLINE_AFTER_MS = 60_000;

export interface LinksPorts {
  readonly pool: pg.Pool;
  readonly log: Log;
  /** Of all replicas that belong to the tree. */
  parents(): Promise<ReadonlyMap<string, string>>;
  /** Whose link to a parent is up; nothing for a parent that cannot be asked. */
  linksUp(parents: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly string[]>>;
}

export function watchLinks(authority: Authority, offlineAfterMs?: number): Every {
  const { pool, log } = authority;
  const parents = async () => {
    const enrolled = (await listReplicas(pool)).filter(({ status }) => status === 'enrolled');
    return new Map(enrolled.map(({ id, parent }) => [id, parent]));
  };
  return tellLinks({ pool, log, parents, linksUp: (ids) => linksUp(authority, ids) }, offlineAfterMs);
}

export function tellLinks(ports: LinksPorts, offlineAfterMs = OFFLINE_AFTER_MS): Every {
  const { pool, log } = ports;
  const beganMs = performance.now();
  const act = async () => {
    const parents = await ports.parents();
    const up = await ports.linksUp(new Set(parents.values()));
    // Whoever has just begun gives them time to come back.
    const isNew = performance.now() - beganMs < offlineAfterMs;
    const known = isNew ? [] : [...parents].filter(([, parent]) => up.has(parent));
    await pool.query({
      name: 'tell_links',
      text: `select tallystick.tell_links($1, $2, $3, $4 * interval '1 ms')`,
      values: [
        [...new Set([...up.values()].flat())].filter((id) => parents.has(id)),
        known.map(([id]) => id),
        known.map(([, parent]) => parent),
        offlineAfterMs,
      ],
    });
  };
  return new Every(offlineAfterMs / 6, log, 'links of replicas could not be told', act);
}
