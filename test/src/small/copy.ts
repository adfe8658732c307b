/**
 * Copy: a replica as it stands, a second time, so that two futures can begin in one present.
 *
 * The bundle that explores has every `#name` of the core as `_name` (see `bundle.ts`), so
 * all state is in plain properties. A fresh replica gives the closures, which belong to
 * it; everything else is copied over by walking both graphs side by side.
 */
import type { Replica } from '@tallystick/crdt';
import { type Commit, SimDisk } from '../sim/disk.ts';

type Fields = Record<string, unknown>;

interface OpenDisk {
  _log: unknown[];
  _syncedCount: number;
  _tables: Fields & { places: Map<string, number[]>; rows: Map<string, Map<string, unknown>> };
}

/** Everything a disk holds was copied when it was written and is never changed again: its maps are new, what is in them is shared. */
export function copyDisk(disk: SimDisk): SimDisk {
  const from = disk as unknown as OpenDisk;
  const image = new SimDisk();
  const to = image as unknown as OpenDisk;
  to._log = [...from._log];
  to._syncedCount = from._syncedCount;
  for (const [name, value] of Object.entries(from._tables)) {
    if (Array.isArray(value)) to._tables[name] = [...value];
    else if (value instanceof Map) to._tables[name] = new Map(value);
    else to._tables[name] = value;
  }
  for (const [writer, places] of from._tables.places) to._tables.places.set(writer, [...places]);
  for (const [writer, rows] of from._tables.rows) to._tables.rows.set(writer, new Map(rows));
  return image;
}

/** What each commit added: an image of the disk ends with one of them. */
export function commitsOf(disk: SimDisk): unknown {
  const { _log } = disk as unknown as { _log: readonly Commit[] };
  return _log.map(({ entries, heads }) => ({
    count: entries.length,
    heads: heads.map(({ writer, head }) => ({ writer, head })),
  }));
}

/** Makes `fresh` say what `old` says; `shared` are objects that both refer to, each by the object that takes its place. */
export function copyReplica(fresh: Replica, old: Replica, shared: ReadonlyMap<object, object>): void {
  copyFields(fresh as unknown as Fields, old as unknown as Fields, new Map(shared));
}

function copyFields(fresh: Fields, old: Fields, seen: Map<object, object>): void {
  seen.set(old, fresh);
  for (const name of Object.keys(old)) {
    const value = old[name];
    if (typeof value === 'function') {
      if (typeof fresh[name] !== 'function')
        throw new Error(`${name} is a closure that a fresh replica lacks.`);
    } else {
      fresh[name] = copyValue(value, fresh[name], seen);
    }
  }
}

function copyValue(value: unknown, counterpart: unknown, seen: Map<object, object>): unknown {
  if (typeof value === 'function') throw new Error('A closure cannot be copied.');
  if (typeof value !== 'object' || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  // Bytes and frozen objects are never changed by anyone.
  if (value instanceof Uint8Array || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return value.map((each) => copyValue(each, undefined, seen));
  if (value instanceof Map) {
    const map = new Map();
    seen.set(value, map);
    for (const [key, each] of value)
      map.set(copyValue(key, undefined, seen), copyValue(each, undefined, seen));
    return map;
  }
  if (value instanceof Set) {
    const set = new Set();
    seen.set(value, set);
    for (const each of value) set.add(copyValue(each, undefined, seen));
    return set;
  }
  const proto = Object.getPrototypeOf(value);
  const isPair =
    typeof counterpart === 'object' && counterpart !== null && Object.getPrototypeOf(counterpart) === proto;
  const copy = isPair ? (counterpart as Fields) : (Object.create(proto) as Fields);
  copyFields(copy, value as Fields, seen);
  return copy;
}
