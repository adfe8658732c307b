/** Which tables can be followed at all: of some Postgres does not tell, or not all that a reader asks for. */
import { Problem } from '@tallystick/store-agent';
import type { Partition, Table, Untold } from './describe.ts';
import type { Source } from './source.ts';

/** Each is locked for a moment when it is first followed, and asked for with every answer. */
const PARTITIONS_MAX = 1_000;

export function isVirtual({ isVirtual: is }: Untold): boolean {
  return is;
}

/** @returns undefined where it can be followed, if only without some of its columns */
export function whyNotFollowed({
  columns,
  untold,
  isKeyDeferrable,
  partitions = [],
}: Table): Problem | undefined {
  const virtual = untold.filter(isVirtual);
  if (virtual.length > 0)
    return refusal(
      '/table',
      `This table has virtual columns (${names(virtual)}). Postgres lets nobody update a table with such columns while it is followed: make them stored.`,
    );
  const keys = untold.filter(({ isKey }) => isKey);
  if (keys.length > 0)
    return refusal(
      '/table',
      `The key of this table is generated (${names(keys)}), which Postgres does not tell before version 18.`,
    );
  if (isKeyDeferrable)
    return refusal(
      '/table',
      'The primary key of this table is deferrable: two rows may have the same for a moment, and their changes could not be told apart. Make it not deferrable.',
    );
  const silent = partitions.find(({ kind }) => kind !== undefined);
  if (silent !== undefined)
    return refusal(
      '/table',
      `The partition ${silent.name} of this table is ${silent.kind}, and Postgres does not tell what changes there.`,
    );
  for (const partition of partitions) {
    const missing = lacking(columns, partition);
    if (missing.length > 0)
      return refusal(
        '/table',
        `The partition ${partition.name} of this table generates columns of its own (${missing.join(', ')}), which Postgres does not tell before version 18. Follow its partitions one by one.`,
      );
  }
  if (partitions.length > PARTITIONS_MAX)
    return refusal(
      '/table',
      `This table has ${partitions.length} partitions, and ${PARTITIONS_MAX} are followed at most. Follow partitions of it.`,
    );
  return undefined;
}

/** Where a reader asks for columns that are not told: as Electric has it, it is to say which others it wants. */
export function whyNotColumns(
  { untold }: Pick<Source, 'untold'>,
  columns: readonly string[] | undefined,
): Problem | undefined {
  const wanted = untold.filter(({ name }) => columns?.includes(name) ?? true);
  if (wanted.length === 0) return undefined;
  return refusal(
    '/columns',
    `These columns are generated, which Postgres does not tell before version 18: ${names(wanted)}. Name the columns that you want, without them.`,
  );
}

/** Of a table's columns those that one of its partitions is told without. */
function lacking(columns: Table['columns'], { untold }: Partition): readonly string[] {
  return columns.map(({ name }) => name).filter((name) => untold.includes(name));
}

function names(columns: readonly Untold[]): string {
  return columns.map(({ name }) => name).join(', ');
}

function refusal(pointer: string, message: string): Problem {
  return new Problem('invalid_request', message, { errors: [{ pointer, message }] });
}
