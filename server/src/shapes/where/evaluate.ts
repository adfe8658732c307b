/** A predicate asked of one row here. */
import { type Comparable, comparer, type Kind, reader, sameKey } from './kinds.ts';
import { liker } from './like.ts';
import type { Comparison, Operand, Predicate, Where } from './predicate.ts';

/** The columns of a row, in their order, as Postgres writes them. */
export type TextRow = readonly (string | null)[];
/** Null where SQL would say that it is not known. */
export type Truth = (row: TextRow) => boolean | null;

const HOLDS: Readonly<Record<Comparison, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** @param where whose constants Postgres has written */
export function evaluator({ predicate, constants }: Where): Truth {
  const text = (operand: Operand): ((row: TextRow) => string | null) => {
    if (operand.is === 'column') {
      const { index } = operand;
      return (row) => row[index] ?? null;
    }
    const constant = constants[operand.index]?.text ?? null;
    return () => constant;
  };

  /** A constant is read once, and not for each row. */
  const value = (operand: Operand, kind: Kind): ((row: TextRow) => Comparable | null) => {
    const [of, read] = [text(operand), reader(kind, operand.type)];
    const valueIn = (row: TextRow) => {
      const found = of(row);
      return found === null ? null : read(found);
    };
    if (operand.is === 'column') return valueIn;
    const constant = valueIn([]);
    return () => constant;
  };

  const truth = (asked: Predicate): Truth => {
    switch (asked.is) {
      case 'literal':
        return () => asked.value;
      case 'compare': {
        const [left, right] = [value(asked.left, asked.kind), value(asked.right, asked.kind)];
        const compare = comparer(asked.kind);
        const holds = HOLDS[asked.op];
        return (row) => {
          const [a, b] = [left(row), right(row)];
          return a === null || b === null ? null : holds(compare(a, b));
        };
      }
      case 'in': {
        const of = text(asked.of);
        const read = reader(asked.kind, asked.of.type);
        const texts = asked.list.map((one) => text(one)([]));
        const otherwise = texts.includes(null) ? null : false;
        const values = new Set(
          asked.list.flatMap((one, i) => {
            const value = texts[i] as string | null;
            return value === null ? [] : [sameKey(asked.kind, reader(asked.kind, one.type)(value))];
          }),
        );
        return (row) => {
          const found = of(row);
          if (found === null) return null;
          return values.has(sameKey(asked.kind, read(found))) || otherwise;
        };
      }
      case 'like': {
        const of = text(asked.of);
        const pattern = text(asked.pattern)([]);
        if (pattern === null) return () => null;
        const isLike = liker(pattern, asked.ignoresCase);
        return (row) => {
          const found = of(row);
          return found === null ? null : isLike(found);
        };
      }
      case 'null': {
        const of = text(asked.of);
        return (row) => of(row) === null;
      }
      case 'truth': {
        const of = truth(asked.of);
        return (row) => of(row) === asked.wanted;
      }
      case 'bool': {
        const of = text(asked.of);
        return (row) => {
          const found = of(row);
          return found === null ? null : found === 'true' || found === 't';
        };
      }
      case 'not': {
        const of = truth(asked.of);
        return (row) => {
          const found = of(row);
          return found === null ? null : !found;
        };
      }
      case 'and':
        return together(asked.of.map(truth), false);
      case 'or':
        return together(asked.of.map(truth), true);
      default:
        return asked satisfies never;
    }
  };
  return truth(predicate);
}

/** One that is decisive decides; else one that is not known leaves it so. */
function together(parts: readonly Truth[], decisive: boolean): Truth {
  return (row) => {
    let found: boolean | null = !decisive;
    for (const part of parts) {
      const one = part(row);
      if (one === decisive) return decisive;
      if (one === null) found = null;
    }
    return found;
  };
}
