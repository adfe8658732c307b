/**
 * Kinds: how values are compared. A value is what Postgres writes for it, in UTC and ISO dates; two
 * values of one kind compare here as they do there. What has no kind can be asked for null, and no more.
 */

export const KINDS = [
  'decimal',
  'float',
  'text',
  'char',
  'label',
  'bool',
  'uuid',
  'instant',
  'time',
] as const;
export type Kind = (typeof KINDS)[number];

/** By the name of the type, domains resolved; every enum is called so. */
const KIND_OF: Readonly<Record<string, Kind>> = {
  int2: 'decimal',
  int4: 'decimal',
  int8: 'decimal',
  numeric: 'decimal',
  float4: 'float',
  float8: 'float',
  text: 'text',
  varchar: 'text',
  bpchar: 'char',
  enum: 'label',
  bool: 'bool',
  uuid: 'uuid',
  date: 'instant',
  timestamp: 'instant',
  timestamptz: 'instant',
  time: 'time',
};

export function kindOf(type: string): Kind | undefined {
  return Object.hasOwn(KIND_OF, type) ? KIND_OF[type] : undefined;
}

/** Whether Postgres writes a value of it as it was given, whatever it is. */
export function isWrittenAsGiven(type: string): boolean {
  const kind = kindOf(type);
  return kind === 'text' || kind === 'char' || kind === 'label';
}

/** Names that a cast may use, and what Postgres calls them. */
const CASTS: Readonly<Record<string, string>> = {
  int: 'int4',
  integer: 'int4',
  smallint: 'int2',
  bigint: 'int8',
  int2: 'int2',
  int4: 'int4',
  int8: 'int8',
  numeric: 'numeric',
  decimal: 'numeric',
  real: 'float4',
  float4: 'float4',
  float8: 'float8',
  text: 'text',
  varchar: 'varchar',
  bool: 'bool',
  boolean: 'bool',
  uuid: 'uuid',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  time: 'time',
};

export function castType(word: string): string | undefined {
  return Object.hasOwn(CASTS, word) ? CASTS[word] : undefined;
}

export type Comparable = number | bigint | string | Decimal;

/** Turns what Postgres writes into what compares with < and = as Postgres does. */
export function reader(kind: Kind, type: string): (text: string) => Comparable {
  switch (kind) {
    case 'float':
      return type === 'float4'
        ? (text) => orderly(Math.fround(floatOf(text)))
        : (text) => orderly(floatOf(text));
    case 'instant':
      return microsOf;
    case 'char':
      // Filled up with spaces in the table, which count for nothing.
      return (text) => text.replace(/ +$/, '');
    case 'bool':
      return (text) => (text === 't' || text === 'true' ? 1 : 0);
    case 'decimal':
      return readDecimal;
    default:
      return (text) => text;
  }
}

function floatOf(text: string): number {
  return Number(text);
}

/** Postgres takes NaN for equal to itself and greater than all; here that is one step above Infinity. */
function orderly(value: number): Comparable {
  return Number.isNaN(value) ? 'NaN' : value;
}

/** @returns below, at or above zero */
export function comparer(kind: Kind): (a: Comparable, b: Comparable) => number {
  switch (kind) {
    case 'decimal':
      return (a, b) => compareDecimals(a as number | Decimal, b as number | Decimal);
    case 'text':
    case 'char':
      return (a, b) => compareText(a as string, b as string);
    case 'float':
      return (a, b) => (a === 'NaN' ? (b === 'NaN' ? 0 : 1) : b === 'NaN' ? -1 : plain(a, b));
    default:
      return plain;
  }
}

function plain(a: Comparable, b: Comparable): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** One key of a Map for all values that compare as equal. @param value as a reader gave it */
export function sameKey(kind: Kind, value: Comparable): Comparable {
  if (kind !== 'decimal') return value;
  const { rank, whole, part } = asDecimal(value as number | Decimal);
  return `${rank} ${whole}.${part}`;
}

/** By code points, which is the order of the bytes; JavaScript's own is that of UTF-16. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    // Halves of a pair stand for what lies above all other units.
    if (x >= 0xd800) x = x >= 0xe000 ? x - 0x800 : x + 0x2000;
    if (y >= 0xd800) y = y >= 0xe000 ? y - 0x800 : y + 0x2000;
    return x - y;
  }
  return a.length - b.length;
}

/** Whole numbers of a common size are numbers; all others are compared digit by digit, without rounding. */
function readDecimal(text: string): number | Decimal {
  return text.length <= 15 && WHOLE.test(text) ? Number(text) : decimalOf(text);
}

function asDecimal(value: number | Decimal): Decimal {
  return typeof value === 'number' ? decimalOf(String(value)) : value;
}

function compareDecimals(a: number | Decimal, b: number | Decimal): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [x, y] = [asDecimal(a), asDecimal(b)];
  if (x.rank !== y.rank) return x.rank - y.rank;
  if (x.rank !== 1 && x.rank !== -1) return 0;
  const more = x.whole.length - y.whole.length || plain(x.whole, y.whole) || plain(x.part, y.part);
  return more * x.rank;
}

const WHOLE = /^-?\d+$/;

interface Decimal {
  /** −2 for minus infinity, then −1, 0, 1 for the sign, 2 for infinity, and 3 for NaN. */
  readonly rank: number;
  readonly whole: string;
  readonly part: string;
}

function decimalOf(text: string): Decimal {
  if (text === 'NaN') return { rank: 3, whole: '', part: '' };
  if (text.endsWith('Infinity')) return { rank: text.startsWith('-') ? -2 : 2, whole: '', part: '' };
  const isNegative = text.startsWith('-');
  const [digits = '', exponent = '0'] = text.replace(/^[+-]/, '').toLowerCase().split('e');
  const [before = '', after = ''] = digits.split('.');
  const shift = Number(exponent);
  const all = before + after;
  const point = before.length + shift;
  const whole = (point <= 0 ? '' : all.padEnd(point, '0').slice(0, point)).replace(/^0+/, '');
  const part = (point < 0 ? '0'.repeat(-point) + all : all.slice(Math.max(point, 0))).replace(/0+$/, '');
  if (whole === '' && part === '') return { rank: 0, whole, part };
  return { rank: isNegative ? -1 : 1, whole, part };
}

const INSTANT =
  /^(\d{4,})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?( BC)?$/;
/** Far beyond the years that Postgres knows. */
const ENDLESS = 10n ** 24n;

function microsOf(text: string): bigint {
  if (text === 'infinity') return ENDLESS;
  if (text === '-infinity') return -ENDLESS;
  const found = INSTANT.exec(text);
  // Never wrong rows: a form that is not known ends the shape, loudly, and is no guess.
  if (found === null) throw new Error(`Postgres wrote a time in a form that is not known here: ${text}`);
  const [
    ,
    year,
    month,
    day,
    hour = '0',
    minute = '0',
    second = '0',
    part = '',
    sign,
    oh = '0',
    om = '0',
    os = '0',
    bc,
  ] = found;
  const days = daysOf(bc === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day));
  const offset = (Number(oh) * 3_600 + Number(om) * 60 + Number(os)) * (sign === '-' ? -1 : 1);
  const seconds = days * 86_400 + Number(hour) * 3_600 + Number(minute) * 60 + Number(second) - offset;
  return BigInt(seconds) * 1_000_000n + BigInt(part.padEnd(6, '0'));
}

/** Days since 1970-01-01 in the Gregorian calendar carried back for ever, as Postgres counts. */
function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
