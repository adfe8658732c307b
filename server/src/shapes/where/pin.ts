/**
 * Pins: what a row must have in one column to be in a clause at all. Of a thousand shapes that ask for one
 * location each, a change is then offered to those of its location alone.
 */
import { type Comparable, type Kind, reader, sameKey } from './kinds.ts';
import type { Operand, Predicate, Where } from './predicate.ts';

export interface Pin {
  readonly column: number;
  /** How the column is read before it is looked up: pins with one name read alike. */
  readonly name: string;
  readonly read: (text: string) => Comparable;
  /** As they are read; of a row with any other value, or null, the clause is never true. */
  readonly values: ReadonlySet<Comparable>;
}

/** @returns undefined where rows of any value may be in it */
export function pinOf({ predicate, constants }: Where): Pin | undefined {
  const pin = (of: Operand, kind: Kind, list: readonly Operand[]): Pin | undefined => {
    if (of.is !== 'column' || list.some((one) => one.is === 'column')) return undefined;
    const values = list.flatMap((one) => {
      const text = constants[one.index]?.text ?? null;
      return text === null ? [] : [valueReader(kind, one.type)(text)];
    });
    return {
      column: of.index,
      name: `${of.index} ${kind} ${of.type}`,
      read: valueReader(kind, of.type),
      values: new Set(values),
    };
  };
  const find = (asked: Predicate): Pin | undefined => {
    switch (asked.is) {
      case 'compare':
        if (asked.op !== '=') return undefined;
        return pin(asked.left, asked.kind, [asked.right]) ?? pin(asked.right, asked.kind, [asked.left]);
      case 'in':
        return pin(asked.of, asked.kind, asked.list);
      case 'truth':
        return asked.wanted === true ? find(asked.of) : undefined;
      case 'and':
        return narrowest(asked.of.map(find));
      case 'or':
        return united(asked.of.map(find));
      default:
        return undefined;
    }
  };
  return find(predicate);
}

/** Of conditions that must all hold, the one that lets the fewest values pass. */
export function narrowest(pins: readonly (Pin | undefined)[]): Pin | undefined {
  let found: Pin | undefined;
  for (const pin of pins)
    if (pin !== undefined && (found === undefined || pin.values.size < found.values.size)) found = pin;
  return found;
}

function united(pins: readonly (Pin | undefined)[]): Pin | undefined {
  const [first] = pins;
  if (first === undefined || pins.some((pin) => pin?.name !== first.name)) return undefined;
  return { ...first, values: new Set(pins.flatMap((pin) => [...(pin as Pin).values])) };
}

/** Values that compare as equal are read as one. */
function valueReader(kind: Kind, type: string): (text: string) => Comparable {
  const read = reader(kind, type);
  return (text) => sameKey(kind, read(text));
}
