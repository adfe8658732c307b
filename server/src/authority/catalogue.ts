/** The catalogue in the books: written here alone, read everywhere from copies. */
import type { CatalogueItem } from '@tallystick/crdt/wire';
import type pg from 'pg';
import { queryAsAsked } from './in-one-go.ts';
import { pgArray } from './pg-array.ts';
import { text } from './pg-text.ts';

/** Notified at each change, with the new version. */
export const CATALOGUE_CHANNEL = 'tallystick_catalogue';

export type NewItem = Omit<CatalogueItem, 'version'>;

/**
 * Writes items, all or none; the last of one kind and id counts.
 * @returns the version of the newest, whatever the number of items.
 */
export async function putCatalogue(pool: pg.Pool, items: readonly NewItem[]): Promise<number> {
  const unique = [...new Map(items.map((item) => [`${item.kind}:${item.id}`, item])).values()];
  const { rows } = await queryAsAsked<{ version: number }>(
    pool,
    'select tallystick.put_catalogue($1, $2, $3) as version',
    [
      pgArray(unique.map(({ kind }) => kind)),
      pgArray(unique.map(({ id }) => text(id))),
      pgArray(unique.map(({ body }) => body)),
    ],
  );
  return rows[0]?.version ?? 0;
}

/** What changed after a version, in order of version. */
export async function catalogueSince(
  pool: pg.Pool,
  version: number,
  limit: number,
): Promise<CatalogueItem[]> {
  const { rows } = await pool.query<CatalogueItem>({
    name: 'catalogue_since',
    text: `select kind, id, version, body::text from tallystick.catalogue
      where version > $1 order by version limit $2`,
    values: [version, limit],
  });
  return rows;
}
