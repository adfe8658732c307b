/**
 * The oracle: random writes, several shapes, and disturbances; whenever it is quiet, what the stock client has
 * is what plain SQL says. Seeded: SEED=… repeats a run, ROUNDS=… makes it longer.
 */
import type { Row } from '@electric-sql/client';
import { expect, test } from 'vitest';
import { freshDatabase } from '../authority/postgres/database.test-kit.ts';
import { TestDoor } from './shapes.test-kit.ts';

const SEED = Number(process.env.SEED ?? 8);
const ROUNDS = Number(process.env.ROUNDS ?? 8);
const TRANSACTIONS = 25;
const KEYS = 60;

const SHAPES: readonly { where?: string; columns?: string[]; replica?: 'full'; liveSse?: true }[] = [
  {},
  { where: 'n > 5' },
  { where: `name like 'a%' or n is null`, replica: 'full' },
  { where: `at between '2026-01-01' and '2026-06-01' and not gone`, columns: ['a', 'b', 'n'] },
  { where: `b in ('x', 'y') and n <> 3`, liveSse: true },
  { where: 'gone is not true', liveSse: true, replica: 'full' },
];

class Writer {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T;
  }

  statement(): string {
    const a = Math.floor(this.random() * KEYS);
    const b = this.pick(['x', 'y', 'z/"q"']);
    const at = `a = ${a} and b = '${b}'`;
    const n = this.pick(['null', '3', '4', '6', '9']);
    switch (
      this.pick(['insert', 'insert', 'insert', 'update', 'update', 'many', 'key', 'delete', 'same'] as const)
    ) {
      case 'insert':
        return `insert into public.things (a, b, name, n, at, gone) values (${a}, '${b}', '${this.pick(['ab', 'b', 'Äa'])}', ${n},
          timestamptz '2026-01-01' + interval '1 day' * ${Math.floor(this.random() * 300)}, ${this.pick(['true', 'false', 'null'])})
          on conflict (a, b) do update set n = excluded.n, gone = excluded.gone`;
      case 'update':
        return `update public.things set n = ${n}, name = '${this.pick(['abc', 'c'])}' where ${at}`;
      case 'many':
        return `update public.things set n = n + 1 where a % 7 = ${a % 7}`;
      case 'key':
        return `update public.things set a = a + ${KEYS} where ${at} and not exists (select from public.things where a = ${a + KEYS} and b = '${b}')`;
      case 'delete':
        return `delete from public.things where a in (${a}, ${a + KEYS}) and b = '${b}'`;
      case 'same':
        return `update public.things set name = name where a = ${a}`;
    }
  }

  transaction(): string {
    const statements = Array.from({ length: 1 + Math.floor(this.random() * 4) }, () => this.statement());
    const end = this.random() < 0.1 ? 'rollback' : 'commit';
    return `begin; ${statements.join('; ')}; ${end}`;
  }
}

test('whenever it is quiet, each client has what SQL says', async () => {
  const database = await freshDatabase();
  await database.pool.query(
    'create table public.things (a int, b text, name text, n int, at timestamptz, gone bool, primary key (a, b))',
  );
  const writer = new Writer(SEED);
  // So small that some fall behind it.
  const door = await TestDoor.open({ databaseUrl: database.url, lookEveryMs: 50, logBytesMax: 60_000 });
  const clients = SHAPES.map(({ liveSse, ...shape }) => ({
    shape,
    followed: door.follow({ table: 'public.things', ...shape }, { liveSse: liveSse === true }),
  }));
  const disturbances: Record<string, () => Promise<unknown>> = {
    nothing: async () => {},
    restart: async () => {
      await door.stop();
      await door.start();
    },
    'the stream breaks': () =>
      database.pool.query(
        'select pg_terminate_backend(active_pid) from pg_replication_slots where database = current_database()',
      ),
    truncate: () => database.pool.query('truncate public.things'),
    'another column': () =>
      database.pool.query(
        `alter table public.things add column c${Math.floor(writer.random() * 1e9)} int default 1`,
      ),
    'written anew': () =>
      database.pool.query(
        'alter table public.things alter column name type varchar(50) using name || 1::text',
      ),
  };
  let [compared, refetches] = [0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    const disturbed = Object.keys(disturbances)[round % Object.keys(disturbances).length] as string;
    const half = Math.floor(writer.random() * TRANSACTIONS);
    for (let i = 0; i < TRANSACTIONS; i += 1) {
      await database.pool.query(writer.transaction());
      if (i === half) await disturbances[disturbed]?.();
    }
    for (const { shape, followed } of clients) {
      const { rows } = await database.pool.query(
        `select * from public.things${shape.where === undefined ? '' : ` where ${shape.where}`}`,
      );
      const columns = shape.columns ?? Object.keys(rows[0] ?? {});
      const wanted = rows
        .map((row) => text(row, columns))
        .sort()
        .join('\n');
      await followed.until(
        (found) =>
          found
            .map((row) => text(row, columns))
            .sort()
            .join('\n') === wanted,
        `seed ${SEED}, round ${round} (${disturbed}), ${JSON.stringify(shape)}: ${rows.length} rows`,
      );
      compared += rows.length;
    }
  }
  for (const { followed } of clients) {
    refetches += followed.refetches;
    expect(followed.errors).toEqual([]);
  }
  // The run was not empty.
  expect(compared).toBeGreaterThan(20 * ROUNDS);
  expect(refetches).toBeGreaterThan(0);
});

/** A row as it is compared: times by their instant, whoever wrote them. */
function text(row: Row | Record<string, unknown>, columns: readonly string[]): string {
  return JSON.stringify(
    columns.map((name) => {
      const value = row[name];
      return name === 'at' && value !== null ? new Date(value as string).getTime() : value;
    }),
  );
}
