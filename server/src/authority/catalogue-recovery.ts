/**
 * What the books forgot of the catalogue when they were put back (F6): the copy beside
 * them is newer, and brings it back: products, places, and replicas with their keys.
 */
import { randomBytes } from 'node:crypto';
import type { CatalogueItem } from '@tallystick/crdt/wire';
import { replicaSchema } from '@tallystick/store-agent';
import type pg from 'pg';
import { putCatalogue } from './catalogue.ts';

interface Copy {
  readonly copy: { readonly version: number };
  since(version: number, limit: number): CatalogueItem[];
}

/** Items written at once. */
const ITEMS_MAX = 1_000;

/** No honest copy counts so far: whoever says so is not believed. */
const VERSION_MAX = 2 ** 50;

/** @returns how many items came back. */
export async function bringCatalogueBack(pool: pg.Pool, copy: Copy): Promise<number> {
  const { rows } = await pool.query<{ version: number }>('select version from tallystick.catalogue_version');
  const forgottenAfter = rows[0]?.version ?? 0;
  const { version } = copy.copy;
  if (version <= forgottenAfter) return 0;
  const items: CatalogueItem[] = [];
  for (let from = forgottenAfter; ; ) {
    const part = copy.since(from, ITEMS_MAX);
    items.push(...part);
    const last = part.at(-1);
    if (last === undefined) break;
    from = last.version;
  }
  await raiseCatalogue(pool, version);
  const goods = items.filter(({ kind }) => kind !== 'replica');
  for (let at = 0; at < goods.length; at += ITEMS_MAX)
    await putCatalogue(pool, goods.slice(at, at + ITEMS_MAX));
  for (const { body } of items.filter(({ kind }) => kind === 'replica')) await registerAgain(pool, body);
  return items.length;
}

/** A copy that is ahead of these books, here or at a child, must take in what they say from now on. */
export async function raiseCatalogue(pool: pg.Pool, beyond: number): Promise<void> {
  if (beyond < VERSION_MAX) await pool.query('select tallystick.raise_catalogue($1)', [beyond]);
}

/** With the key that it had. A code that was not used yet is gone: the operator gives a new one. */
async function registerAgain(pool: pg.Pool, body: string | null): Promise<void> {
  if (body === null) return;
  const { id, kind, parent, location, publicKey, status } = replicaSchema.parse(JSON.parse(body));
  if (kind === 'authority' || parent === null) return;
  await pool.query(
    `insert into tallystick.replicas
        (id, kind, parent, location, public_key, status, enrol_code_hash, code_expires_at, code_used_at)
      values ($1, $2, $3, $4, decode($5, 'base64'), $6, $7, now(), now())
      on conflict (id) do update set public_key = excluded.public_key, status = excluded.status`,
    [id, kind, parent, location, publicKey, status, randomBytes(32)],
  );
}
