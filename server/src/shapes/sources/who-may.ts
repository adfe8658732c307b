/**
 * Who may read what: fixed here, whatever is asked for. A table of the books is shown to nobody unless it
 * stands in this list; keys, credentials, and whatever says who a person is stand in none.
 */
import { type PublicTable, publicTable } from './public-tables.ts';

/** Tables of the books that an operator may follow as they are, without these of their columns. */
export const OPEN_TABLES: Readonly<Record<string, readonly string[]>> = {
  books: [],
  writers: [],
  rows: [],
  documents: [],
  duplicates: [],
  orders: ['payments', 'note'],
  sold_lines: [],
  line_progress: [],
  catalogue_version: [],
  moves: [],
  movements: [],
  movements_written: [],
  feed: [],
  feed_jumps: [],
  stock_levels: [],
  stock_thresholds: [],
  migrations: [],
  anchored: [],
  audit_head: [],
  replicas: ['enrol_code_hash', 'public_key'],
  replica_links: [],
};

/** And those that nobody may: a test sees to it that each table of the books stands in one of the two. */
export const CLOSED_TABLES: ReadonlySet<string> = new Set([
  // Whole journals, with whatever a cashier wrote into a note.
  'runs',
  'quarantine',
  'outbox',
  'holds',
  // Credentials and signing keys travel with the catalogue; `products`, `prices` and `locations` show the rest.
  'catalogue',
  // Who did what, and from which address.
  'audit',
  // People.
  'customers',
  'person_keys',
  // Answers as they were given, to whoever asked.
  'idempotent_requests',
  // Secrets and addresses of others.
  'webhook_endpoints',
  'webhook_deliveries',
  'removed_webhooks',
]);

/** Schemas of Postgres itself, passwords among them. */
const SYSTEM = /^(pg_|information_schema$)/;
const BOOKS = 'tallystick';

export type Shown =
  | { readonly is: 'public'; readonly table: PublicTable; readonly schema: string; readonly name: string }
  | {
      readonly is: 'raw';
      readonly schema: string;
      readonly name: string;
      readonly hidden: ReadonlySet<string>;
    };

/** @returns undefined where there is nothing of that name that anybody may be shown */
export function shownTable(asked: string): Shown | undefined {
  const [schema, name] = namesOf(asked);
  if (name === undefined) return undefined;
  const shown = schema === undefined || schema === 'public' ? publicTable(name) : undefined;
  if (shown !== undefined) return { is: 'public', table: shown, schema: BOOKS, name: shown.of };
  if (schema === undefined || SYSTEM.test(schema)) return undefined;
  if (schema !== BOOKS) return { is: 'raw', schema, name, hidden: new Set() };
  if (!Object.hasOwn(OPEN_TABLES, name)) return undefined;
  return { is: 'raw', schema, name, hidden: new Set(OPEN_TABLES[name]) };
}

/** `table`, `schema.table`, quoted or not. */
function namesOf(asked: string): [string | undefined, string | undefined] {
  const found = /^(?:("(?:[^"]|"")+"|[^".]+)\.)?("(?:[^"]|"")+"|[^".]+)$/.exec(asked);
  const plain = (part: string | undefined) =>
    part?.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part?.toLowerCase();
  return [plain(found?.[1]), plain(found?.[2])];
}
