/**
 * Public tables: what readers find under `products`, `prices`, `levels` and so on, and the tables of the
 * books from which they are made. The books pay nothing for it: nothing is kept twice.
 */
import type { Scope } from '../../access/scopes.ts';
import type { Tuple } from '../replication/pgoutput.ts';
import { quoteName } from '../where/sql.ts';
import { rowsSql, type Table, type TableColumn } from './describe.ts';
import { boolText, type Source } from './source.ts';

/** How a column comes from the table's, in SQL and here. */
interface Made {
  readonly name: string;
  readonly type: string;
  readonly isNotNull: boolean;
  readonly isKey: boolean;
  readonly sql: string;
  from(row: Row): string | null;
}

/** A row of the table, by names; its body is read once. */
interface Row {
  get(column: string): string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface PublicTable {
  readonly name: string;
  readonly scope: Scope;
  /** The column that says which business client a row belongs to; without it, clients are shown none. */
  readonly owner?: string;
  /** True where every row may be seen by each who has the scope. */
  readonly isShared: boolean;
  readonly of: string;
  /** Only rows of the catalogue of this kind, that are not taken out. */
  readonly kind?: string;
  readonly columns: readonly Made[];
}

interface Options {
  readonly key?: true;
  readonly nullable?: true;
  readonly as?: string;
}

/** A column as it is. */
function plain(name: string, type: string, { key, nullable, as }: Options = {}): Made {
  const base = as ?? name;
  return {
    name,
    type,
    isNotNull: nullable !== true,
    isKey: key === true,
    sql: quoteName(base),
    from: type === 'bool' ? (row) => boolText(row.get(base)) : (row) => row.get(base),
  };
}

/** A field of the catalogue's body. */
function field(name: string, type: string, { as, nullable }: Options = {}): Made {
  const key = as ?? name;
  const isJson = type === 'jsonb';
  return {
    name,
    type,
    isNotNull: nullable !== true,
    isKey: false,
    sql: isJson ? `body -> '${key}'` : `(body ->> '${key}')::${type}`,
    from: ({ body }) => {
      const value = body[key] ?? null;
      return value === null ? null : isJson ? JSON.stringify(value) : String(value);
    },
  };
}

const CATALOGUE = { of: 'catalogue', isShared: true } as const;
const VERSION = plain('version', 'int8');

const PRICING = [
  field('prices', 'jsonb'),
  field('tax_rate_bp', 'int4', { as: 'taxRateBp' }),
  field('tax_included', 'bool', { as: 'taxIncluded' }),
];

/** What stands behind the last @ of a pool is its location: such ids have none. */
const POOL_SKU: Made = {
  ...plain('sku', 'text'),
  sql: `left(pool, length(pool) - position('@' in reverse(pool)))`,
  from: (row) => {
    const pool = row.get('pool') ?? '';
    return pool.slice(0, pool.lastIndexOf('@'));
  },
};
const POOL_LOCATION: Made = {
  ...plain('location', 'text'),
  sql: `right(pool, position('@' in reverse(pool)) - 1)`,
  from: (row) => {
    const pool = row.get('pool') ?? '';
    return pool.slice(pool.lastIndexOf('@') + 1);
  },
};

export const PUBLIC_TABLES: readonly PublicTable[] = [
  {
    ...CATALOGUE,
    name: 'products',
    scope: 'products:read',
    kind: 'product',
    columns: [
      plain('sku', 'text', { as: 'id', key: true }),
      field('names', 'jsonb'),
      field('descriptions', 'jsonb', { nullable: true }),
      field('base_unit', 'text', { as: 'baseUnit' }),
      field('units', 'jsonb', { nullable: true }),
      field('barcodes', 'jsonb', { nullable: true }),
      ...PRICING,
      {
        ...field('status', 'text'),
        sql: `coalesce(body ->> 'status', 'active')`,
        from: ({ body }) => String(body.status ?? 'active'),
      },
      VERSION,
    ],
  },
  {
    ...CATALOGUE,
    name: 'prices',
    scope: 'products:read',
    kind: 'product',
    columns: [plain('sku', 'text', { as: 'id', key: true }), ...PRICING],
  },
  {
    ...CATALOGUE,
    name: 'locations',
    scope: 'locations:read',
    kind: 'location',
    columns: [
      plain('id', 'text', { key: true }),
      field('name', 'text'),
      field('kind', 'text'),
      field('keeper', 'text'),
      field('time_zone', 'text', { as: 'timeZone' }),
      field('currency', 'text'),
      field('tax_jurisdiction', 'text', { as: 'taxJurisdiction', nullable: true }),
      field('address', 'text', { nullable: true }),
      field('position', 'jsonb', { nullable: true }),
      VERSION,
    ],
  },
  {
    name: 'levels',
    scope: 'inventory:read',
    isShared: true,
    of: 'stock_levels',
    columns: [
      plain('pool', 'text', { key: true }),
      POOL_SKU,
      POOL_LOCATION,
      plain('on_hand', 'int8'),
      plain('available', 'int8'),
      plain('is_low', 'bool'),
      plain('short', 'int8'),
    ],
  },
  {
    name: 'orders',
    scope: 'orders:read',
    isShared: false,
    owner: 'client',
    of: 'orders',
    columns: [
      plain('id', 'text', { as: 'order_id', key: true }),
      plain('channel', 'text'),
      plain('client', 'text', { as: 'client_id', nullable: true }),
      plain('customer', 'text', { as: 'customer_id', nullable: true }),
      plain('priority', 'int8'),
      plain('placed_at', 'timestamptz'),
      plain('settled_at', 'timestamptz'),
    ],
  },
  {
    name: 'order_lines',
    scope: 'orders:read',
    isShared: false,
    of: 'sold_lines',
    columns: [
      plain('order', 'text', { as: 'order_id', key: true }),
      plain('line', 'text', { as: 'line_id', key: true }),
      plain('sku', 'text'),
      plain('location', 'text'),
      plain('quantity', 'int4'),
      plain('unit', 'text'),
      plain('quantity_units', 'int8'),
      plain('unit_price_minor', 'int8'),
      plain('currency', 'text'),
      plain('departed', 'bool'),
      plain('owed', 'int4'),
    ],
  },
  {
    name: 'order_progress',
    scope: 'orders:read',
    isShared: false,
    of: 'line_progress',
    columns: [
      plain('order', 'text', { as: 'order_id', key: true }),
      plain('line', 'text', { as: 'line_id', key: true }),
      plain('cancelled', 'int8'),
      plain('shipped', 'int8'),
      plain('returned', 'int8'),
      plain('excused', 'bool'),
    ],
  },
  {
    name: 'replicas',
    scope: 'replicas:read',
    isShared: true,
    of: 'replicas',
    columns: [
      plain('id', 'text', { key: true }),
      plain('kind', 'text'),
      plain('parent', 'text'),
      plain('location', 'text', { nullable: true }),
      plain('status', 'text'),
      plain('created_at', 'timestamptz'),
    ],
  },
];

export function publicTable(name: string): PublicTable | undefined {
  return PUBLIC_TABLES.find((one) => one.name === name);
}

export function publicSource(shown: PublicTable, table: Table): Source {
  const place = new Map(table.columns.map(({ name }, i) => [name, i]));
  const at = (row: Tuple, name: string) => row[place.get(name) ?? -1] ?? null;
  const { kind } = shown;
  const filter = kind === undefined ? '' : ` where kind = '${kind}' and body is not null`;
  const selected = shown.columns
    .map(({ name, type, sql }) => `(${sql})::${type} as ${quoteName(name)}`)
    .join(', ');
  return {
    relation: ['public', shown.name],
    columns: columnsOf(shown),
    // None of its columns is made of a generated one.
    untold: [],
    table,
    fromSql: `(select ${selected} from ${rowsSql(table)}${filter}) s`,
    textSql: ({ name }) => `${quoteName(name)}::text`,
    derive: (tuple) => {
      const text = kind === undefined ? null : at(tuple, 'body');
      if (kind !== undefined && (text === null || at(tuple, 'kind') !== kind)) return null;
      const body = text === null ? {} : (JSON.parse(text) as Record<string, unknown>);
      const row: Row = { get: (name) => at(tuple, name), body };
      return shown.columns.map((made) => made.from(row));
    },
  };
}

/** Columns of the table itself that are shown as they are; of the catalogue, the whole row. */
export function baseColumns({ kind, columns }: PublicTable): readonly string[] {
  if (kind !== undefined) return ['kind', 'id', 'version', 'body'];
  return columns.flatMap(({ sql }) => /^"(\w+)"$/.exec(sql)?.[1] ?? []);
}

function columnsOf({ columns }: PublicTable): TableColumn[] {
  const keys = columns.filter(({ isKey }) => isKey);
  return columns.map((made) => ({
    name: made.name,
    type: made.type,
    typeOid: 0,
    dims: 0,
    typeModifier: -1,
    isNotNull: made.isNotNull,
    keyIndex: made.isKey ? keys.indexOf(made) : null,
  }));
}
