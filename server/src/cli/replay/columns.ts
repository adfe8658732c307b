/** Which column of the file holds what. The defaults are the columns of the UCI online retail file. */
import { ReplayInputError } from './trade.ts';

const DEFAULT_COLUMNS = {
  invoice: 'InvoiceNo',
  sku: 'StockCode',
  name: 'Description',
  quantity: 'Quantity',
  date: 'InvoiceDate',
  price: 'UnitPrice',
  customer: 'CustomerID',
  store: '',
} as const;

export type ColumnRole = keyof typeof DEFAULT_COLUMNS;
/** The header of each column; empty means that the file has none. */
export type ColumnMap = Readonly<Record<ColumnRole, string>>;
/** The place of each column in a row, counted from 0; −1 means that the file has none. */
export type ColumnPlaces = Readonly<Record<ColumnRole, number>>;

const ROLES = Object.keys(DEFAULT_COLUMNS) as ColumnRole[];
const OPTIONAL: ReadonlySet<ColumnRole> = new Set(['name', 'customer', 'store', 'price'] as const);

/** Reads `invoice=Order,sku=Article,store=Shop`; what is not named keeps its default, `name=` means none. */
export function parseColumnMap(text: string): ColumnMap {
  const map: Record<ColumnRole, string> = { ...DEFAULT_COLUMNS };
  for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
    const equals = pair.indexOf('=');
    const role = pair.slice(0, Math.max(equals, 0)).trim();
    if (!isRole(role)) {
      throw new ReplayInputError(
        `--map does not understand "${pair.trim()}". Write name=Header pairs; the names are ${ROLES.join(', ')}.`,
      );
    }
    map[role] = pair.slice(equals + 1).trim();
  }
  const missing = ROLES.find((role) => map[role] === '' && !OPTIONAL.has(role));
  if (missing !== undefined) throw new ReplayInputError(`--map: ${missing} cannot be left out.`);
  return map;
}

/** Finds the mapped columns in the header row. A default that may be absent and is absent is no error. */
export function placeColumns(header: readonly string[], map: ColumnMap): ColumnPlaces {
  const places: Record<string, number> = {};
  for (const role of ROLES) {
    const at = map[role] === '' ? -1 : header.findIndex((cell) => cell.trim() === map[role]);
    const mayBeAbsent = OPTIONAL.has(role) && map[role] === DEFAULT_COLUMNS[role];
    if (at < 0 && !mayBeAbsent && map[role] !== '') {
      throw new ReplayInputError(
        `The file has no column "${map[role]}" for ${role}. Its columns are ${header.map((cell) => cell.slice(0, 40)).join(', ')}. ` +
          `Name the right one with --map ${role}=HEADER.`,
      );
    }
    places[role] = at;
  }
  return places as ColumnPlaces;
}

function isRole(text: string): text is ColumnRole {
  return (ROLES as string[]).includes(text);
}
