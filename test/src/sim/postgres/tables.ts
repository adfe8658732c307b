/** Tables: what the books hold, as text by table and key, from the model or from Postgres. */
import { plain } from './texts.ts';

export const TABLES = [
  'books',
  'writers',
  'runs',
  'rows',
  'documents',
  'duplicates',
  'holds',
  'quarantine',
  'orders',
  'sold_lines',
  'line_progress',
  'outbox',
] as const;
export type TableName = (typeof TABLES)[number];
export type Tables = Readonly<Record<TableName, ReadonlyMap<string, string>>>;

/** A table of the model: each record is put into text once, when it is written. */
export class ModelTable<T extends object> {
  readonly records = new Map<string, T>();
  readonly texts = new Map<string, string>();

  set(key: string, record: T): void {
    this.records.set(key, record);
    this.texts.set(key, plain(record));
  }

  delete(key: string): void {
    this.records.delete(key);
    this.texts.delete(key);
  }
}

const DIFFERENCES_MAX = 5;

/** @returns the first few differences, in words; none where both hold the same. */
export function differencesOf(model: Tables, found: Tables): string[] {
  const differences: string[] = [];
  for (const table of TABLES) {
    const keys = new Set([...model[table].keys(), ...found[table].keys()]);
    for (const key of keys) {
      const expected = model[table].get(key);
      const stored = found[table].get(key);
      if (expected === stored) continue;
      differences.push(
        `${table} ${key}\n  model     ${expected ?? 'has none'}\n  Postgres  ${stored ?? 'has none'}`,
      );
      if (differences.length === DIFFERENCES_MAX) return differences;
    }
  }
  return differences;
}
