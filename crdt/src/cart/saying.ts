/**
 * Sayings: how what the devices say about one SKU becomes its quantity.
 *
 *   quantity = the largest of the sets that no other set has seen + Σ units added that no set has seen
 *
 * Adding on two devices adds up. A set replaces all that its device had seen, and nothing that it
 * had not; of sets that did not know of each other the largest stays, so a removal (a set to 0)
 * never beats what it had not seen.
 */
import { QUANTITY_MAX } from '../tally/row.ts';
import { ADDED_MAX, isPlain, type QuantitySet, type Saying, type Seen } from './schema.ts';

/** What all slips together say about one SKU, by slip. */
export type Said = ReadonlyMap<string, Saying>;

/** From 0 to `QUANTITY_MAX`. */
export function quantityOf(said: Said): number {
  const seen = seenOf(said);
  let base = 0;
  let added = 0;
  for (const [slip, saying] of said) {
    const [seenAdded, seenNr] = seen.get(slip) ?? [0, 0];
    added += Math.max(0, saying.added - seenAdded);
    if (saying.set !== undefined && saying.set.nr > seenNr) base = Math.max(base, saying.set.to);
  }
  return Math.min(base + added, QUANTITY_MAX);
}

/** What any set has seen of each slip, its own set left out: a device's next set replaces that anyway. */
function seenOf(said: Said): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const { set } of said.values()) {
    for (const [slip, [added, nr]] of Object.entries(set?.saw ?? {})) {
      const [a, n] = seen.get(slip) ?? [0, 0];
      seen.set(slip, [Math.max(a, added), Math.max(n, nr)]);
    }
  }
  return seen;
}

/** What slip says once it has added so many more. */
export function sayAdd(said: Said, slip: string, units: number): Saying {
  const own = said.get(slip);
  // Where somebody threw the own saying away, it goes on behind what others have seen of it.
  const [seenAdded] = seenOf(said).get(slip) ?? [0];
  return { ...own, added: Math.max(own?.added ?? 0, seenAdded) + units };
}

/** What slip says once it has set the quantity: it replaces everything that is known here now. */
export function saySet(said: Said, slip: string, to: number): Saying {
  const own = said.get(slip);
  const seen = seenOf(said);
  const saw: Record<string, Seen> = {};
  for (const name of new Set([...said.keys(), ...seen.keys()])) {
    const saying = said.get(name);
    const [a, n] = seen.get(name) ?? [0, 0];
    const known: Seen = [Math.max(a, saying?.added ?? 0), Math.max(n, saying?.set?.nr ?? 0)];
    if (known[0] > 0 || known[1] > 0) saw[name] = known;
  }
  const nr = Math.max(own?.set?.nr ?? 0, seen.get(slip)?.[1] ?? 0) + 1;
  return { added: Math.max(own?.added ?? 0, seen.get(slip)?.[0] ?? 0), set: { to, nr, saw } };
}

/** A saying as it stands in a document that anybody may have written; undefined where it is none. */
export function readSaying(value: unknown): Saying | undefined {
  if (!isPlain(value) || !hasOnly(value, ['added', 'set'])) return undefined;
  const { added, set } = value;
  if (!isCount(added, ADDED_MAX)) return undefined;
  if (set === undefined) return { added };
  const read = readSet(set);
  return read === undefined ? undefined : { added, set: read };
}

function readSet(value: unknown): QuantitySet | undefined {
  if (!isPlain(value) || !hasOnly(value, ['to', 'nr', 'saw'])) return undefined;
  const { to, nr, saw } = value;
  if (!isCount(to, QUANTITY_MAX) || !isCount(nr, ADDED_MAX) || nr === 0 || !isPlain(saw)) return undefined;
  const isSeen = Object.entries(saw).every(
    ([slip, seen]) =>
      isSlipName(slip) &&
      Array.isArray(seen) &&
      seen.length === 2 &&
      seen.every((count) => isCount(count, ADDED_MAX)),
  );
  return isSeen ? { to, nr, saw: saw as Record<string, Seen> } : undefined;
}

/** The client id of a device, or `+` and the id of a cart that was merged. */
export function isSlipName(name: string): boolean {
  return /^(0|[1-9]\d{0,15}|\+[\x21-\x7e]{1,128})$/.test(name);
}

function isCount(value: unknown, max: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
}

function hasOnly(value: Record<string, unknown>, names: readonly string[]): boolean {
  return Object.keys(value).every((name) => names.includes(name));
}
