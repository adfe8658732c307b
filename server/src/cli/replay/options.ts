/** The command line of a replay, and the trade that it names. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError, readArgs, wholeNumber } from '@tallystick/store-agent';
import { parseColumnMap } from './columns.ts';
import { generateTrade } from './generated-trade.ts';
import { type MalformedRow, readInvoices } from './invoice-reader.ts';
import { CUT_SHARE_DEFAULT } from './plan.ts';
import { collectTrade, type TradeTable } from './trade-table.ts';

export interface ReplayOptions {
  /** Without a file, trade of a stated shape is made up. */
  readonly file: string | undefined;
  readonly limit: number;
  readonly seed: number;
  readonly cutShare: number;
  readonly strict: boolean;
  readonly dayFirst: boolean;
  readonly map: string;
  readonly json: boolean;
  readonly apart: boolean;
  readonly stores?: number;
  readonly kills?: number;
}

const LIMIT_MAX = 100_000_000;
/** Without a file and without --limit: about an eighth of the year that the UCI file holds. */
const GENERATED_LINES = 60_000;
/** More malformed rows than this are counted, not listed. */
const LISTED_MAX = 20;

export function readReplayOptions(args: readonly string[]): ReplayOptions {
  const { values, positionals } = readArgs(args, {
    limit: { type: 'string' },
    stores: { type: 'string' },
    'cut-share': { type: 'string' },
    kills: { type: 'string' },
    seed: { type: 'string' },
    map: { type: 'string' },
    strict: { type: 'boolean' },
    'day-first': { type: 'boolean' },
    json: { type: 'boolean' },
    apart: { type: 'boolean' },
  });
  const [file, ...more] = positionals;
  if (more.length > 0) throw new ConfigError('One file at a time.');
  if (file !== undefined && !existsSync(file)) throw new ConfigError(`There is no file ${resolve(file)}.`);
  const cutShare = values['cut-share'] === undefined ? CUT_SHARE_DEFAULT : Number(values['cut-share']);
  const number = (name: 'limit' | 'stores' | 'kills' | 'seed', max: number, other: number) =>
    values[name] === undefined ? other : wholeNumber(`--${name}`, values[name], name === 'seed' ? 0 : 1, max);
  return {
    file,
    limit: number('limit', LIMIT_MAX, file === undefined ? GENERATED_LINES : LIMIT_MAX),
    seed: number('seed', Number.MAX_SAFE_INTEGER, 1),
    cutShare,
    strict: values.strict === true,
    dayFirst: values['day-first'] === true,
    map: values.map ?? '',
    json: values.json === true,
    apart: values.apart === true,
    ...(values.stores === undefined ? {} : { stores: number('stores', 64, 8) }),
    ...(values.kills === undefined ? {} : { kills: number('kills', 1_000, 24) }),
  };
}

export async function readTrade(
  options: ReplayOptions,
  say: (line: string) => void,
): Promise<{ table: TradeTable; malformed: number }> {
  let malformed = 0;
  const onMalformed = ({ lineNo, reason }: MalformedRow) => {
    malformed += 1;
    if (malformed <= LISTED_MAX) say(`  line ${lineNo} is skipped: ${reason}`);
  };
  const invoices =
    options.file === undefined
      ? generateTrade({ seed: options.seed, lines: options.limit })
      : readInvoices(options.file, {
          columns: parseColumnMap(options.map),
          dayFirst: options.dayFirst,
          strict: options.strict,
          onMalformed,
        });
  const table = await collectTrade(invoices, options.limit);
  if (malformed > LISTED_MAX) say(`  and ${malformed - LISTED_MAX} more lines were skipped`);
  return { table, malformed };
}
