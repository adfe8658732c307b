/**
 * Commands with one hostile value: an id with a space, a text of three thousand characters,
 * a number that is none. Every command is one that would be taken in without it.
 */
import type { Command, SellLine } from '@tallystick/crdt';
import type { Prng } from '../sim/prng.ts';
import * as say from './commands.ts';
import type { Town } from './town.ts';

export interface HostileCommand {
  readonly command: Command;
  /** Where the value stands, without the places in lists: `lines.unit`. */
  readonly field: string;
  readonly kind: string;
}

const TEXTS: Readonly<Record<string, string>> = {
  empty: '',
  'with a space': 'a b',
  'with a line break': 'a\nb',
  'with a nought byte': 'a\0b',
  'not ASCII': 'grün',
  'half a character': 'a\ud83e',
  'of 300 characters': 'x'.repeat(300),
  'of 3,000 characters': 'x'.repeat(3_000),
  'with an @': 'a@b@c',
};

const NUMBERS: Readonly<Record<string, number>> = {
  'below nought': -1,
  nought: 0,
  broken: 1.5,
  'no number': Number.NaN,
  'of 32 bits': 2 ** 32,
  'past what is exact': 2 ** 53,
  enormous: 1e300,
  endless: Number.POSITIVE_INFINITY,
};

/** Runs what must come first, and gives a command that follows it. */
const MAKERS: readonly ((town: Town) => Command)[] = [
  () => say.sell('o-1', 'berlin', 1),
  () => say.sell('o-1', 'berlin', 1, { note: 'n', clientId: 'c', customerId: 'c' }),
  () => say.sell('o-1', 'berlin', 1, { waitMs: 100, lines: discounted(say.order('o-1', 'berlin', 1).lines) }),
  () => say.sell('o-1', 'berlin', 1, { override: { reason: 'r', owedMax: 5 } }),
  () => say.sell('o-1', 'berlin', 40, { override: { reason: 'r', owedMax: 50 } }),
  () => say.hold('h-1', 'berlin', 1),
  withHold(() => say.extend('e-1', 'h-0')),
  withHold(() => say.onHold('capture', 'p-1', 'h-0')),
  withHold(() => say.onHold('release', 'r-1', 'h-0')),
  withHold(() => say.confirm('o-2', 'h-0', 'berlin', 1)),
  withOrder(() => say.cancel('x-1', 'o-0')),
  withOrder(() => say.mark('o-0')),
  withOrder(() => say.goods('ship', 's-1', 'o-0', 'berlin')),
  withOrder(() => say.goods('return', 'r-1', 'o-0', 'berlin')),
  () => say.receive('d-1', 'berlin', 1),
  () => say.count('c-1', 'berlin', 21),
  () => say.lose('l-1', 'berlin', 1),
];

function discounted(lines: readonly SellLine[]): SellLine[] {
  return lines.map((line) => ({
    ...line,
    discounts: [
      { kind: 'rate', rateBp: 500, code: 'spring' },
      { kind: 'amount', amountMinor: 10, code: 'coupon' },
    ],
  }));
}

function withHold(make: () => Command) {
  return ({ berlin }: Town) => {
    berlin.do(say.hold('h-0', 'berlin', 2));
    return make();
  };
}

function withOrder(make: () => Command) {
  return ({ berlin }: Town) => {
    berlin.do(say.sell('o-0', 'berlin', 2, { departsFrom: [] }));
    return make();
  };
}

export function hostileCommand(prng: Prng, town: Town): HostileCommand {
  const honest = prng.pick(MAKERS)(town);
  const paths = pathsOf(honest).filter(({ path }) => path[0] !== 'type' && path.at(-1) !== 'kind');
  const { path, value } = prng.pick(paths);
  const table: Readonly<Record<string, unknown>> = typeof value === 'number' ? NUMBERS : TEXTS;
  const kind = prng.chance(0.1) ? 'as it should be' : prng.pick(Object.keys(table));
  const command = kind in table ? (withValue(honest, path, table[kind]) as Command) : honest;
  const field = path.filter((step) => typeof step === 'string').join('.');
  return { command, field: `${honest.type}.${field}`, kind };
}

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): { path: Path; value: string | number }[] {
  if (typeof value === 'string' || typeof value === 'number') return [{ path, value }];
  if (Array.isArray(value)) return value.flatMap((item, i) => pathsOf(item, [...path, i]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, key]));
}

function withValue(whole: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(whole)) return whole.map((item, i) => (i === step ? withValue(item, rest, value) : item));
  const part = (whole as Record<string, unknown>)[step];
  return { ...(whole as object), [step]: withValue(part, rest, value) };
}
