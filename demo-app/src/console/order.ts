/** Replicas in the order in which a tree is read: each before those below it. */
import type { Replica } from './fleet.tsx';

export interface TreeRow {
  readonly id: string;
  readonly depth: number;
  /** The row of its parent; -1 for the root. */
  readonly parentAt: number;
  /** Undefined for the root, which is the books themselves. */
  readonly replica: Replica | undefined;
}

export const ROOT = 'authority';

export function treeRows(replicas: readonly Replica[]): TreeRow[] {
  const below = new Map<string, Replica[]>();
  for (const replica of replicas) below.set(replica.parent, [...(below.get(replica.parent) ?? []), replica]);
  const rows: TreeRow[] = [{ id: ROOT, depth: 0, parentAt: -1, replica: undefined }];
  const add = (parent: string, parentAt: number, depth: number) => {
    for (const replica of below.get(parent) ?? []) {
      const at = rows.length;
      rows.push({ id: replica.id, depth, parentAt, replica });
      add(replica.id, at, depth + 1);
    }
  };
  add(ROOT, 0, 1);
  return rows;
}
