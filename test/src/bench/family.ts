/** Family: an authority on books of its own, and children that fill their journals and send them. */
import { join } from 'node:path';
import { openPool } from '@tallystick/server/test-kit';
import type { Place } from './bench.ts';
import { type Helper, startHelper } from './helper.ts';
import type { Drained, OpenChildren } from './processes/children.ts';
import { location, openRoot, type Root } from './root.ts';
import { skuName } from './trade.ts';

export interface Family {
  readonly root: Root;
  readonly databaseUrl: string;
  /** Lets every child sell while its line is down; then sends it all, and says when that begins. */
  drain(sales: number, onBegin?: () => void): Promise<Drained>;
}

export interface FamilySize {
  readonly children: number;
  /** Of all children together, dealt to them in turn; each is for sale at one of them. */
  readonly skus: number;
}

/** `serverUrl` is of a Postgres where it makes a database for itself. */
export async function openFamily(
  place: Place,
  serverUrl: string,
  name: string,
  size: FamilySize,
): Promise<Family> {
  const databaseUrl = await createDatabase(serverUrl, `family_${name.replaceAll('-', '_')}`);
  const root = await openRoot(place, databaseUrl, `authority-${name}`);
  const ids = Array.from({ length: size.children }, (_, i) => `shop-${i + 1}`);
  await root.putCatalogue(ids.map((id) => location(id, 'store')));
  const wanted: OpenChildren['children'][number][] = [];
  for (const [i, id] of ids.entries()) {
    const code = await root.addReplica({ id, kind: 'store', parent: 'authority', location: id });
    const count = Math.floor((size.skus - i - 1) / ids.length) + 1;
    wanted.push({ id, code, skus: Array.from({ length: count }, (_, n) => skuName(n * ids.length + i)) });
  }
  const helper: Helper = startHelper(place, './processes/children.ts');
  const folder = join(place.folder, `children-${name}`);
  await helper.ask('open', { folder, linkUrl: root.linkUrl, children: wanted } satisfies OpenChildren);
  return {
    root,
    databaseUrl,
    async drain(sales, onBegin) {
      await helper.ask('fill', { sales });
      onBegin?.();
      return helper.ask<Drained>('drain', {});
    },
  };
}

async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const pool = await openPool(serverUrl, { connectionsMax: 1 });
  await pool.query(`create database ${name}`);
  await pool.end();
  return serverUrl.replace(/\/[^/]*$/, `/${name}`);
}
