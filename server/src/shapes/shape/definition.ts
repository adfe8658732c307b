/** What a shape is: what was asked for, and whose rows alone may be in it. Two that are equal are one shape. */

export interface ShapeDefinition {
  readonly table: string;
  readonly where: string | undefined;
  readonly params: Readonly<Record<string, string>>;
  /** All, where it is undefined. */
  readonly columns: readonly string[] | undefined;
  readonly replica: 'default' | 'full';
  readonly log: 'full' | 'changes_only';
  /** The business client that sees its own rows alone; undefined: all rows. */
  readonly client: string | undefined;
}

export function definitionKey({
  table,
  where,
  params,
  columns,
  replica,
  log,
  client,
}: ShapeDefinition): string {
  const sorted = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([table, where ?? null, sorted, columns ?? null, replica, log, client ?? null]);
}
