/**
 * Typing: what stands in a clause gets its type as Postgres would give it. A string or a parameter has
 * none of its own and takes that of what it is compared with; a number in the text is a decimal.
 */
import { readArray } from './array-literal.ts';
import { isWrittenAsGiven, type Kind, kindOf } from './kinds.ts';
import { endsWithEscape } from './like.ts';
import type { Comparison, Constant, Operand, Predicate, WhereColumn } from './predicate.ts';
import { WhereError } from './where-error.ts';

export type Expression = { readonly at: number } & (
  | { readonly is: 'condition'; readonly of: Predicate }
  | {
      readonly is: 'column';
      readonly index: number;
      readonly type: string;
      readonly cast: string | undefined;
    }
  | { readonly is: 'unknown'; readonly text: string | null }
  | { readonly is: 'number'; readonly text: string }
  | { readonly is: 'typed'; readonly type: string; readonly text: string | null }
);

/** Of a number, a date and the like: nobody writes a longer one, and each change is compared with it. */
export const CONSTANT_LENGTH_MAX = 1_000;
/** Of all in a clause: they are sent to Postgres and kept as long as the shape is. */
export const CONSTANTS_LENGTH_MAX = 1_000_000;
const CONSTANTS_MAX = 10_000;

type Value = Exclude<Expression, { is: 'condition' }>;

export class Typing {
  readonly #columns: readonly WhereColumn[];
  readonly #params: Readonly<Record<string, string>>;
  readonly constants: Constant[] = [];
  #length = 0;

  constructor(columns: readonly WhereColumn[], params: Readonly<Record<string, string>>) {
    this.#columns = columns;
    this.#params = params;
  }

  column(name: string, at: number): Expression {
    const index = this.#columns.findIndex((column) => column.name === name);
    if (index < 0) {
      const names = this.#columns.map((column) => column.name).join(', ');
      throw new WhereError(`names ${JSON.stringify(name)}, which is none of the columns ${names}`, at);
    }
    return { is: 'column', index, type: (this.#columns[index] as WhereColumn).type, cast: undefined, at };
  }

  param(number: string, at: number): Expression {
    if (!Object.hasOwn(this.#params, number))
      throw new WhereError(`names $${number}, and params[${number}] is not given`, at);
    return { is: 'unknown', text: this.#params[number] as string, at };
  }

  cast(given: Expression, type: string): Expression {
    const value = asValue(given);
    const { at } = value;
    switch (value.is) {
      case 'unknown':
      case 'number':
        return { is: 'typed', type, text: value.text, at };
      case 'typed':
        if (value.type === type || (type === 'text' && kindOf(value.type) === 'text'))
          return { ...value, type };
        throw new WhereError('casts a value twice', at);
      case 'column': {
        if (value.type === type) return value;
        const kind = kindOf(value.type);
        const isWider =
          (kind === 'text' && (type === 'text' || type === 'varchar')) ||
          (kind === 'decimal' && (type === 'numeric' || type === 'float8')) ||
          (kind !== undefined && kind !== 'float' && kind !== 'char' && type === 'text');
        if (isWider) return { ...value, type, cast: type };
        throw new WhereError(
          `casts a column of type ${value.type} to ${type}, which may fail or round for some rows`,
          at,
        );
      }
    }
  }

  condition(given: Expression): Predicate {
    if (given.is === 'condition') return given.of;
    if (given.is === 'unknown' && given.text === null) return { is: 'literal', value: null };
    if (given.is === 'typed' && given.type === 'bool')
      return { is: 'bool', of: this.#operand(given, 'bool') };
    if (given.is === 'unknown') return { is: 'bool', of: this.#operand(given, 'bool') };
    if (given.is === 'column' && kindOf(given.type) === 'bool')
      return { is: 'bool', of: this.#operand(given, 'bool') };
    throw new WhereError('needs a condition where it has a value', given.at);
  }

  isNull(given: Expression): Predicate {
    // A condition is null where it is neither true nor false.
    if (given.is === 'condition') return { is: 'truth', of: given.of, wanted: null };
    return { is: 'null', of: this.#operand(given, 'text') };
  }

  compare(op: Comparison, a: Expression, b: Expression): Predicate {
    const [left, right] = [asValue(a), asValue(b)];
    const { kind, types } = this.#agree(left, right);
    if (kind === 'label' && op !== '=' && op !== '<>')
      throw new WhereError('compares an enum by its order: ask with =, <> or in', left.at);
    return {
      is: 'compare',
      op,
      kind,
      left: this.#operand(left, types[0]),
      right: this.#operand(right, types[1]),
    };
  }

  isIn(given: Expression, list: readonly Expression[]): Predicate {
    const of = asValue(given);
    const agreed = list.map((one) => ({ value: asValue(one), ...this.#agree(of, asValue(one)) }));
    const [first] = agreed as [(typeof agreed)[0]];
    if (agreed.some(({ kind, value }) => kind !== first.kind || value.is === 'column'))
      throw new WhereError('lists values that are not all of one kind, or columns', of.at);
    return {
      is: 'in',
      kind: first.kind,
      of: this.#operand(of, first.types[0]),
      list: agreed.map(({ value, types }) => this.#operand(value, inList(list.length, types))),
    };
  }

  /** `= any ($1)`, with the list as Postgres writes arrays: what the stock client makes of its own `in`. */
  anyOf(given: Expression, list: Expression, most: number): Predicate {
    const { is, at } = list;
    if (is !== 'unknown') throw new WhereError('needs a parameter or a string behind "any"', at);
    if (list.text === null) return { is: 'literal', value: null };
    // What is blank in it is read each time as well.
    this.#spend(list.text.length, at);
    const items = readArray(list.text);
    if (items === undefined) throw new WhereError('needs a list such as {a,b} behind "any"', at);
    if (items.length > most) throw new WhereError(`lists more than ${most} values`, at);
    if (items.length > 0)
      return this.isIn(
        given,
        items.map((text) => ({ is: 'unknown', text, at })),
      );
    asValue(given);
    return { is: 'literal', value: false };
  }

  like(given: Expression, patternGiven: Expression, ignoresCase: boolean): Predicate {
    const [of, pattern] = [asValue(given), asValue(patternGiven)];
    if (of.is === 'number' || (of.is !== 'unknown' && kindOf(of.type) !== 'text'))
      throw new WhereError('uses like on what is not text: cast it with ::text', of.at);
    if (pattern.is === 'column' || pattern.is === 'number')
      throw new WhereError('needs a string or a parameter as the pattern of like', pattern.at);
    if (pattern.text !== null && endsWithEscape(pattern.text))
      throw new WhereError('has a pattern that ends with a backslash', pattern.at);
    return {
      is: 'like',
      of: this.#operand(of, 'text'),
      pattern: this.#operand(pattern, 'text'),
      ignoresCase,
    };
  }

  #agree(left: Value, right: Value): { kind: Kind; types: readonly [string, string] } {
    const [a, b] = [typeOf(left), typeOf(right)];
    // Neither side says: two strings are text, as in Postgres.
    const types = [a ?? b ?? 'text', b ?? a ?? 'text'] as const;
    const [x, y] = [kindOf(types[0]), kindOf(types[1])];
    if (x === undefined || y === undefined) {
      const type = x === undefined ? types[0] : types[1];
      throw new WhereError(
        `compares a value of type ${type}: such a column can be asked for null alone`,
        left.at,
      );
    }
    if (x === 'label') this.#checkLabels(left, right);
    if (x === y) return { kind: x, types };
    const isNumber = [x, y].every((kind) => kind === 'decimal' || kind === 'float');
    if (isNumber) return { kind: 'float', types: [widened(types[0]), widened(types[1])] };
    throw new WhereError(`compares ${types[0]} with ${types[1]}: cast one of them`, left.at);
  }

  /** Postgres refuses what is no label; and two enums are compared only where they are one. */
  #checkLabels(left: Value, right: Value): void {
    const [column, other] = left.is === 'column' ? [left, right] : [right, left];
    if (column.is !== 'column' || other.is !== 'unknown')
      throw new WhereError('compares an enum with something that is no string or parameter', left.at);
    const labels = this.#columns[column.index]?.labels ?? [];
    if (other.text !== null && !labels.includes(other.text))
      throw new WhereError(
        `names ${JSON.stringify(other.text)}, which is none of ${labels.slice(0, 50).join(', ')}`,
        other.at,
      );
  }

  #operand(value: Value, type: string): Operand {
    if (value.is === 'column')
      return { is: 'column', index: value.index, type: value.type, cast: value.cast };
    const own = value.is === 'typed' ? value.type : type;
    if (value.text !== null) {
      checkLength(own, value.text, value.at);
      this.#spend(value.text.length, value.at);
    }
    if (this.constants.length === CONSTANTS_MAX)
      throw new WhereError(`has more than ${CONSTANTS_MAX} values`, value.at);
    this.constants.push({ type: own, text: value.text });
    return { is: 'constant', index: this.constants.length - 1, type: own };
  }

  #spend(length: number, at: number): void {
    this.#length += length;
    if (this.#length > CONSTANTS_LENGTH_MAX)
      throw new WhereError(`has values of more than ${CONSTANTS_LENGTH_MAX} characters together`, at);
  }
}

/** Before Postgres writes it in full: 1e131071 is as many digits. */
function checkLength(type: string, text: string, at: number): void {
  if (isWrittenAsGiven(type)) return;
  const exponent = /e[+-]?([\d_]+)\s*$/i.exec(text.slice(-CONSTANT_LENGTH_MAX))?.[1];
  const isNumber = kindOf(type) === 'decimal' && exponent !== undefined;
  if (
    text.length > CONSTANT_LENGTH_MAX ||
    (isNumber && Number(exponent.replaceAll('_', '')) > CONSTANT_LENGTH_MAX)
  )
    throw new WhereError(`has a value of type ${type} with more than ${CONSTANT_LENGTH_MAX} characters`, at);
}

/** Postgres finds one type for a list, where a number beside a float4 becomes a float4; alone it would be a float8. */
function inList(length: number, [of, value]: readonly [string, string]): string {
  return length > 1 && of === 'float4' && value === 'float8' ? 'float4' : value;
}

/** A number that meets a float is one. */
function widened(type: string): string {
  return kindOf(type) === 'decimal' ? 'float8' : type;
}

function typeOf(value: Value): string | undefined {
  switch (value.is) {
    case 'unknown':
      return undefined;
    case 'number':
      return 'numeric';
    default:
      return value.type;
  }
}

function asValue(given: Expression): Value {
  if (given.is === 'condition')
    throw new WhereError('compares a condition, where a value is needed', given.at);
  return given;
}
