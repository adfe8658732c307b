/**
 * Mutations of fields: a well-formed frame or entry that says something else. Its form is
 * never wrong, so it passes every decoder, and only what it means can give it away.
 */
import { isPoolId, isWriterId } from '@tallystick/crdt';
import type { Prng } from '../sim/prng.ts';

/** Names that mean something where the frame is heard. */
export interface Words {
  readonly writers: readonly string[];
  readonly pools: readonly string[];
}

const NUMBERS = [0, 1, 2, 3, 127, 128, 1_000, 2 ** 31 - 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER];

/** Changes one to three leaves or lists somewhere inside. The value that was given stays as it is. */
export function mutateFields<T>(prng: Prng, value: T, words: Words): T {
  let changed: unknown = value;
  for (let left = 1 + prng.below(3); left > 0; left -= 1) changed = changeOne(prng, changed, words);
  return changed as T;
}

function changeOne(prng: Prng, value: unknown, words: Words): unknown {
  if (value instanceof Uint8Array) return changedBytes(prng, value);
  if (Array.isArray(value)) return changedList(prng, value, words);
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([key]) => !FIXED.has(key));
    if (entries.length === 0) return value;
    const [key, part] = prng.pick(entries);
    return { ...value, [key]: changeOne(prng, part, words) };
  }
  if (typeof value === 'number') return changedNumber(prng, value);
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return changedText(prng, value, words);
  return value;
}

/** What a frame or an entry is, decides how it is written: another kind is another frame. */
const FIXED: ReadonlySet<string> = new Set(['kind', 'type', 'v', 'replicaKind', 'cause', 'reason', 'bootId']);

function changedNumber(prng: Prng, value: number): number {
  const near = [value + 1, value - 1, value * 2, value + 100].filter((n) => n >= 0);
  return prng.chance(0.6) ? prng.pick(near) : prng.pick(NUMBERS);
}

function changedText(prng: Prng, value: string, words: Words): string {
  if (isWriterId(value)) return prng.pick(words.writers);
  if (isPoolId(value)) return prng.pick(words.pools);
  return prng.pick(['1', 'other', 'hamburg', 'lamp', value]);
}

function changedBytes(prng: Prng, value: Uint8Array): Uint8Array {
  const copy = value.slice();
  if (copy.length > 0) {
    const at = prng.below(copy.length);
    copy[at] = (copy[at] as number) ^ (1 << prng.below(8));
  }
  return copy;
}

function changedList(prng: Prng, list: readonly unknown[], words: Words): readonly unknown[] {
  if (list.length === 0) return list;
  const at = prng.below(list.length);
  switch (prng.below(5)) {
    case 0:
      return [...list, list[at]];
    case 1:
      return list.filter((_, i) => i !== at);
    case 2:
      return [...list].reverse();
    default:
      return list.map((item, i) => (i === at ? changeOne(prng, item, words) : item));
  }
}
