/** A row of a CSV file as a product: columns by name, prices as people write them. */
import { currencyExponent, isKnownCurrency } from '@tallystick/crdt';

export const CSV_COLUMNS =
  'sku, name or name_LOCALE, description_LOCALE, base_unit, units (case=12|box=4), barcodes (separated by |), ' +
  'price_CURRENCY (9.95), tax_percent (19), tax_included (true or false)';

export type CsvRow = Readonly<Record<string, string>>;

/** @throws Error in words, where a cell cannot be read; what a product may be is checked behind it. */
export function productOfRow(row: CsvRow): Record<string, unknown> {
  const product: Record<string, unknown> = {};
  const names: Record<string, string> = {};
  const descriptions: Record<string, string> = {};
  const prices: Record<string, number> = {};
  for (const [column, cell] of Object.entries(row)) {
    const text = cell.trim();
    if (text === '') continue;
    const [, kind = '', part = ''] = /^(name|description|price)_(.+)$/.exec(column) ?? [];
    if (kind === 'name') names[part] = text;
    else if (kind === 'description') descriptions[part] = text;
    else if (kind === 'price') prices[part] = toMinor(text, part);
    else if (column === 'name') names.en = text;
    else Object.assign(product, plainCell(column, text));
  }
  return {
    ...product,
    names,
    prices,
    ...(Object.keys(descriptions).length === 0 ? {} : { descriptions }),
  };
}

function plainCell(column: string, text: string): Record<string, unknown> {
  switch (column) {
    case 'sku':
      return { sku: text };
    case 'base_unit':
      return { baseUnit: text };
    case 'barcodes':
      return { barcodes: text.split('|').map((part) => part.trim()) };
    case 'units':
      return { units: text.split('|').map(unitOf) };
    case 'tax_percent':
      return { taxRateBp: scaled(text, 2, 'tax_percent') };
    case 'tax_included':
      if (text !== 'true' && text !== 'false') throw new Error(`tax_included is ${text}, not true or false`);
      return { taxIncluded: text === 'true' };
    default:
      throw new Error(`there is no column ${column}; columns are ${CSV_COLUMNS}`);
  }
}

function unitOf(text: string): { unit: string; basePerUnit: number } {
  const [, unit = '', count = ''] = /^(.+)=(\d{1,10})$/.exec(text.trim()) ?? [];
  if (unit === '') throw new Error(`${text} is no unit; write case=12`);
  return { unit, basePerUnit: Number(count) };
}

function toMinor(text: string, currency: string): number {
  if (!isKnownCurrency(currency)) throw new Error(`price_${currency} names no currency; write price_EUR`);
  return scaled(text, currencyExponent(currency), `price_${currency}`);
}

/** A decimal as a whole number of its smallest parts, exactly: never through a fraction of a float. */
function scaled(text: string, digits: number, column: string): number {
  const [, whole = '', part = ''] = /^(\d{1,12})(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === '' || part.length > digits) {
    throw new Error(`${column} is ${text}, not a number with at most ${digits} digits after the point`);
  }
  return Number(whole + part.padEnd(digits, '0'));
}
