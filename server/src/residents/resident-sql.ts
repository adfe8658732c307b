/** The tables of a resident file, and its statements. */
import type Database from 'better-sqlite3';

/** How the tables came to be; a file has taken so many of these steps as its version says. */
export const STEPS: readonly string[] = [
  `
  create table people (
    id text primary key,
    version integer not null,
    client text,
    sealed blob,
    master text,
    wrapped blob,
    created_ms integer not null,
    erased_ms integer,
    check ((erased_ms is null) = (wrapped is not null))
  ) strict;
  create table notes (nr integer primary key autoincrement, note text not null) strict;
  create table requests (key text primary key, hash blob not null, id text not null, made_ms integer not null) strict;
  create index requests_by_age on requests (made_ms);
  create index requests_by_person on requests (id);
  `,
  // People whom the books are about to give away: copied here, and not this region's to speak of before the books said so.
  `
  create table arriving (
    id text primary key,
    version integer not null,
    move text not null,
    client text,
    sealed blob not null,
    master text not null,
    wrapped blob not null,
    created_ms integer not null,
    requests text not null
  ) strict;
  `,
];

/** Old requests go as new ones come, a few at a time. */
const FORGOTTEN_AT_ONCE = 10;

const SQL = {
  find: `select id, version, client, sealed, master, wrapped, created_ms as createdMs, erased_ms as erasedMs
        from people where id = ?`,
  add: `insert into people (id, version, client, sealed, master, wrapped, created_ms) values (?, 1, ?, ?, ?, ?, ?)
        on conflict (id) do nothing`,
  arrive: `insert or replace into arriving (id, version, move, client, sealed, master, wrapped, created_ms, requests)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  arriving: 'select id, version, move from arriving order by id limit ?',
  arrivingByOthers: 'select id, master, wrapped from arriving where master <> ? limit ?',
  wrapArriving: 'update arriving set master = ?, wrapped = ? where id = ?',
  arrivingOf: 'select id, version, move from arriving where id = ?',
  keep: `insert into people (id, version, client, sealed, master, wrapped, created_ms)
        select id, version, client, sealed, master, wrapped, created_ms from arriving where id = ? and version = ? and move = ?
        on conflict (id) do nothing`,
  keepRequests: `insert into requests (key, hash, id, made_ms)
        select r.value ->> 'key', unhex(r.value ->> 'hash'), a.id, r.value ->> 'madeAtMs'
          from arriving a, json_each(a.requests) r
         where a.id = ? and a.version = ? and a.move = ? on conflict (key) do nothing`,
  leave: 'delete from arriving where id = ? and version = ? and move = ?',
  change: 'update people set sealed = ?, version = version + 1 where id = ?',
  erase: `update people set sealed = null, master = null, wrapped = null, erased_ms = ?, version = version + 1
        where id = ?`,
  goOn: 'update people set version = max(version, ?) where id = ?',
  living: 'select id, version from people where erased_ms is null and id > ? order by id limit ?',
  wrappedByOthers: 'select id, master, wrapped from people where erased_ms is null and master <> ? limit ?',
  wrap: 'update people set master = ?, wrapped = ? where id = ?',
  note: 'insert into notes (note) values (?)',
  notes: 'select nr, note from notes order by nr limit ?',
  heard: 'delete from notes where nr = ?',
  request: 'select hash, id from requests where key = ?',
  remember: 'insert into requests (key, hash, id, made_ms) values (?, ?, ?, ?) on conflict (key) do nothing',
  oldRequests: `delete from requests where key in (
        select key from requests where made_ms < ? order by made_ms limit ${FORGOTTEN_AT_ONCE})`,
  forgetRequests: 'delete from requests where id = ?',
} as const;

export type Statements = Readonly<Record<keyof typeof SQL, Database.Statement>>;

export function statements(db: Database.Database): Statements {
  const prepared = Object.entries(SQL).map(([name, text]) => [name, db.prepare(text)]);
  return Object.fromEntries(prepared) as Statements;
}
