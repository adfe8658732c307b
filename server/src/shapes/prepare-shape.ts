/** Preparing a shape: what it is of, which rows are in it, and its snapshot, joined to the log. */
import { type Log, Problem } from '@tallystick/store-agent';
import type pg from 'pg';
import { type Following, StreamLost } from './following.ts';
import type { LockedTables } from './locked-tables.ts';
import type { Publisher } from './replication/publication.ts';
import type { ShapeDefinition } from './shape/definition.ts';
import { keyColumns, ShapeRows, whereColumns } from './shape/rows.ts';
import type { Shape } from './shape/shape.ts';
import { SnapshotFile } from './shape/snapshot-file.ts';
import { SnapshotTooLarge, TableChanged, takeSnapshot } from './shape/take-snapshot.ts';
import { whyNotColumns } from './sources/may-be-followed.ts';
import { publicSource } from './sources/public-tables.ts';
import { type Source, tableSource } from './sources/source.ts';
import { shownTable } from './sources/who-may.ts';
import { parseWhere } from './where/parse.ts';
import type { Where } from './where/predicate.ts';
import { writtenByPostgres } from './where/sql.ts';
import { WhereError } from './where/where-error.ts';

/** A snapshot is taken anew where it could not be joined to the log. */
const TRIES_MAX = 5;

export interface PrepareTools {
  /** For snapshots. */
  readonly pool: pg.Pool;
  /** For questions that are answered at once, however long snapshots take. */
  readonly questions: pg.Pool;
  readonly publisher: Publisher;
  readonly locked: LockedTables;
  readonly following: Following;
  readonly log: Log;
  /** Of its snapshot. */
  readonly path: string;
  readonly bytesMax: number;
  /** Told before it is asked of any change. @throws Problem where its caller has too many terms */
  readonly admit: (terms: number) => void;
}

/** Something that was read already is not seen by the snapshot yet. */
class NotJoined extends Error {}

/**
 * Resolves once the moment of the snapshot is known; its rows may still be on their way.
 * @param end told once what broke it, also later on
 * @throws Problem
 */
export function prepareShape(shape: Shape, tools: PrepareTools, end: (why: Error) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    prepare(shape, tools, resolve).catch((error: Error) => {
      const problem = problemOf(error, tools.log);
      end(problem);
      reject(problem);
    });
  });
}

async function prepare(shape: Shape, tools: PrepareTools, onMoment: () => void): Promise<void> {
  const { pool, questions, publisher, locked, following } = tools;
  const isEmpty = shape.definition.log === 'changes_only';
  const file = isEmpty ? undefined : await SnapshotFile.create(tools.path);
  shape.snapshot = file;
  for (let tries = 1; ; tries += 1) {
    await following.open(questions);
    const source = following.shared(await sourceOf(shape.definition, publisher));
    const wheres = await wheresOf(shape.definition, source, questions);
    const { columns, replica } = shape.definition;
    checkColumns(columns, source);
    const rows = new ShapeRows({ source, columns, isFull: replica === 'full', wheres });
    tools.admit(rows.terms);
    shape.restart(rows);
    const client = await pool.connect();
    try {
      if (shape.isEnded) throw new Error('The shape ended while it was made.');
      const misses = following.add(shape, source);
      await takeSnapshot(client, {
        rows,
        file,
        bytesMax: tools.bytesMax,
        locked,
        onMoment: (isInSnapshot) => {
          if (misses(isInSnapshot)) throw new NotJoined('The snapshot could not be joined to the log.');
          shape.setMoment(isInSnapshot);
          onMoment();
        },
      });
      return;
    } catch (error) {
      following.remove(shape, source);
      const isAgain =
        error instanceof NotJoined || error instanceof StreamLost || error instanceof TableChanged;
      if (!isAgain || tries === TRIES_MAX) throw error;
    } finally {
      client.release();
    }
  }
}

/** @throws Problem where there is nothing of that name */
async function sourceOf({ table }: ShapeDefinition, publisher: Publisher): Promise<Source> {
  const shown = shownTable(table);
  const found = shown && (await publisher.publish(shown.schema, shown.name));
  if (shown === undefined || found === undefined) throw noTable(table);
  return shown.is === 'public' ? publicSource(shown.table, found) : tableSource(found, shown.hidden);
}

export function noTable(table: string): Problem {
  const message = `No table ${JSON.stringify(table)} is there that may be followed.`;
  return new Problem('invalid_request', message, { errors: [{ pointer: '/table', message }] });
}

/** Those of the caller, and those that are added here. @throws WhereError */
async function wheresOf(
  { where, params, client, table }: ShapeDefinition,
  source: Source,
  pool: pg.Pool,
): Promise<Where[]> {
  const columns = whereColumns(source);
  const wheres: Where[] = [];
  if (where !== undefined) wheres.push(parseWhere(where, columns, params));
  if (client !== undefined) {
    const shown = shownTable(table);
    const owner = shown?.is === 'public' ? shown.table.owner : undefined;
    if (owner !== undefined) wheres.push(parseWhere(`"${owner}" = $1`, columns, { '1': client }));
    else if (shown?.is !== 'public' || !shown.table.isShared) throw noTable(table);
  }
  return Promise.all(wheres.map((one) => writtenByPostgres(pool, one)));
}

/** @throws Problem */
function checkColumns(columns: readonly string[] | undefined, source: Source): void {
  const refusal = whyNotColumns(source, columns);
  if (refusal !== undefined) throw refusal;
  if (columns === undefined) return;
  const wrong = (message: string) =>
    new Problem('invalid_request', message, { errors: [{ pointer: '/columns', message }] });
  const unknown = columns.find((name) => !source.columns.some((column) => column.name === name));
  if (unknown !== undefined) throw wrong(`There is no column ${JSON.stringify(unknown)}.`);
  const missing = keyColumns(source).find(({ name }) => !columns.includes(name));
  if (missing !== undefined) throw wrong(`The columns must include the key, and ${missing.name} is missing.`);
}

export function problemOf(error: Error, log: Log): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof WhereError) {
    const message = `The where clause ${error.message}.`;
    return new Problem('invalid_request', message, { errors: [{ pointer: '/where', message }] });
  }
  if (error instanceof SnapshotTooLarge)
    return new Problem(
      'overloaded',
      'There is no room for the rows of this shape now. Ask for fewer of them.',
    );
  const { code, message: why } = error as pg.DatabaseError;
  // Class 54: more than Postgres does at once, whenever it is tried.
  if (code?.startsWith('54') === true) {
    const message = `The where clause is more than Postgres takes: ${why.slice(0, 300)}.`;
    return new Problem('invalid_request', message, { errors: [{ pointer: '/where', message }] });
  }
  log.warn({ err: error }, 'a shape could not be made');
  // 42501: not ours to do, whenever it is tried.
  if (code === '42501')
    return new Problem(
      'authority_unreachable',
      'Shapes need a database user that owns the tables and may replicate: see docs/shapes.md.',
    );
  return new Problem('authority_unreachable', 'The books cannot be followed now. Try again in a moment.');
}
