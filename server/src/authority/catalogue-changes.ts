/**
 * Changes of catalogue items that look at what is there first: made once, replaced
 * only by who has read the newest. All changes of one call are written, or those that
 * may be; what stands against the others is said for each.
 */
import { type ErrorCode, ITEM_BODY_BYTES_MAX } from '@tallystick/crdt/wire';
import type { ItemKind } from '@tallystick/store-agent';
import type pg from 'pg';
import { inOneGo } from './in-one-go.ts';
import { pgArray } from './pg-array.ts';
import { text } from './pg-text.ts';

export interface StoredItem {
  readonly version: number;
  readonly body: unknown;
}

/** What becomes of one item: written anew, left as it is, or refused. */
export type Change =
  | { readonly write: object }
  | { readonly keep: StoredItem }
  | { readonly refuse: ErrorCode; readonly message: string; readonly pointer?: string };

export type Changed =
  | {
      readonly ok: true;
      readonly version: number;
      readonly body: unknown;
      readonly was: 'created' | 'changed' | 'same';
    }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly pointer?: string };

/**
 * @param ids each once
 * @param decide is asked while nobody else can change the catalogue: keep it quick
 */
export async function changeItems(
  pool: pg.Pool,
  kind: ItemKind,
  ids: readonly string[],
  decide: (id: string, stored: StoredItem | undefined) => Change,
): Promise<Changed[]> {
  return inOneGo(pool, async (client) => {
    await client.query('select version from tallystick.catalogue_version for update');
    const { rows } = await client.query<{ id: string; version: number; body: unknown }>({
      name: 'catalogue_items',
      text: `select id, version, body from tallystick.catalogue
        where kind = $1 and id = any($2) and body is not null`,
      values: [kind, pgArray(ids.map(text))],
    });
    const stored = new Map(rows.map((row) => [row.id, row]));
    const changes = ids.map((id) => ({ id, ...asWritten(decide(id, stored.get(text(id)))) }));
    const written = changes.flatMap(({ id, change, body }) => ('write' in change ? [{ id, body }] : []));
    const last = written.length === 0 ? 0 : await put(client, kind, written);
    let version = last - written.length;
    return changes.map(({ id, change }): Changed => {
      if ('keep' in change) return { ok: true, ...change.keep, was: 'same' };
      if ('refuse' in change) {
        const { refuse: code, ...why } = change;
        return { ok: false, code, ...why };
      }
      version += 1;
      return { ok: true, version, body: change.write, was: stored.has(text(id)) ? 'changed' : 'created' };
    });
  });
}

/** A change with the text that it writes, which can be handed on: to every copy, in one frame. */
function asWritten(change: Change): { change: Change; body: string } {
  const body = 'write' in change ? JSON.stringify(change.write) : '';
  return { change: tooLarge(body) ?? change, body };
}

/** Why an item cannot be written; undefined where it can. The books write it with spaces, at most twice as long. */
export function tooLarge(body: string): Extract<Change, { refuse: ErrorCode }> | undefined {
  const bytes = Buffer.byteLength(body);
  if (bytes <= ITEM_BODY_BYTES_MAX / 2) return undefined;
  const [has, may] = [bytes, ITEM_BODY_BYTES_MAX / 2].map((n) => Math.ceil(n / 1_024));
  return {
    refuse: 'invalid_request',
    message: `It has ${has} KiB of names, texts and prices, and at most ${may} are handed on. Shorten or leave out some.`,
  };
}

/** @returns the version of the last one; they are numbered in their order. */
async function put(client: pg.PoolClient, kind: ItemKind, items: readonly { id: string; body: string }[]) {
  const { rows } = await client.query<{ version: number }>(
    'select tallystick.put_catalogue($1, $2, $3) as version',
    [
      pgArray(items.map(() => kind)),
      pgArray(items.map(({ id }) => text(id))),
      pgArray(items.map(({ body }) => body)),
    ],
  );
  return rows[0]?.version as number;
}

/** What stands against a change that names the version it replaces; undefined where it is the newest. */
export function outdated(stored: StoredItem | undefined, version: number | null): Change | undefined {
  if (stored === undefined || version === null || stored.version === version) return undefined;
  return {
    refuse: 'precondition_failed',
    message: `It was changed since: it is at version ${stored.version} now. Read it again.`,
  };
}
