-- The books: every writer's chain, the rows folded from it, and what makes "twice" visible.
-- Every bigint is at most 2^53-1, because a JavaScript number must hold it exactly (T7).

-- Not `count`: a user of the schema's name has it in its search path, before the function.
create domain tallystick.whole as bigint
  check (value between 0 and 9007199254740991);

-- One row. `position` counts the entries in the journal, `turn` the commits; a turn is
-- committed only onto the very state that it was decided on.
create table tallystick.books (
  id boolean primary key default true check (id),
  position tallystick.whole not null default 0,
  turn tallystick.whole not null default 0,
  self text collate "C",
  awaits_former_lives boolean not null default false,
  -- F6: which Postgres these books were last written by; another one means a restore.
  system_identifier text,
  timeline integer
);
insert into tallystick.books default values;

create table tallystick.writers (
  writer text collate "C" primary key,
  seq tallystick.whole not null,
  hash bytea not null check (octet_length(hash) = 32),
  kind text not null,
  parent text collate "C",
  via text collate "C",
  fence_seq tallystick.whole,
  fence_hash bytea check (octet_length(fence_hash) = 32),
  fence_reason text,
  parent_seen tallystick.whole not null,
  relayed_seq tallystick.whole not null,
  relayed_hash bytea not null check (octet_length(relayed_hash) = 32),
  settled_seq tallystick.whole not null,
  settled_hash bytea not null check (octet_length(settled_hash) = 32),
  -- D6: of all rows of this writer, for start-up to compare.
  digest text not null check (digest ~ '^[0-9a-f]{16}$'),
  turn tallystick.whole not null,
  check (settled_seq <= seq and relayed_seq <= seq),
  check ((fence_seq is null) = (fence_hash is null) and (fence_seq is null) = (fence_reason is null)),
  check (fence_seq is null or fence_seq <= seq)
);
create index writers_by_turn on tallystick.writers (turn);

-- Entries as they came, byte for byte: length-prefixed, some of one writer in a row.
create table tallystick.runs (
  pos_first tallystick.whole primary key check (pos_first >= 1),
  writer text collate "C" not null,
  via text collate "C",
  seq_first tallystick.whole not null check (seq_first >= 1),
  seq_last tallystick.whole not null check (seq_last >= seq_first),
  bytes bytea not null,
  last_hash bytea not null check (octet_length(last_hash) = 32)
);
-- Bytes of ids and hashes hardly shrink, and uncompressed they are read in part.
alter table tallystick.runs alter column bytes set storage external;
create unique index runs_by_writer on tallystick.runs (writer, seq_first);

create table tallystick.rows (
  writer text collate "C" not null,
  pool text collate "C" not null,
  sku text collate "C" not null,
  location text collate "C" not null,
  received tallystick.whole not null,
  reinstated tallystick.whole not null,
  used tallystick.whole not null,
  departed tallystick.whole not null,
  opened tallystick.whole not null,
  closed tallystick.whole not null,
  owed tallystick.whole not null,
  repaid tallystick.whole not null,
  sent tallystick.whole not null,
  took tallystick.whole not null,
  reclaimed tallystick.whole not null,
  -- {"sent": [[writer, n, seq], …], "took": …, "reclaimed": …}; null where there is none.
  cells jsonb,
  -- What a fenced writer says is kept as it came; its account may fall below zero (F5).
  fenced boolean not null,
  primary key (writer, pool),
  constraint rows_pool check (pool = sku || '@' || location),
  constraint t6_rights check (
    fenced or received + reinstated + took + reclaimed - sent - used >= opened - closed),
  constraint t6_holds check (fenced or opened >= closed),
  constraint t6_debt check (fenced or owed >= repaid)
) with (fillfactor = 70);
create index rows_by_pool on tallystick.rows (pool);

-- T8: the first entry that carried a document, over all writers. Orders are not here:
-- the row of an order is its document.
create table tallystick.documents (
  kind text collate "C" not null,
  id text collate "C" not null,
  writer text collate "C" not null,
  seq tallystick.whole not null,
  primary key (kind, id),
  check (kind <> 'order')
);

-- The same document again, from another entry: kept, and counted as nothing.
create table tallystick.duplicates (
  kind text collate "C" not null,
  id text collate "C" not null,
  writer text collate "C" not null,
  seq tallystick.whole not null,
  primary key (kind, id, writer, seq)
);

create table tallystick.holds (
  hold_id text collate "C" primary key,
  hold jsonb not null
);

-- T3: entries that no chain has a place for.
create table tallystick.quarantine (
  writer text collate "C" not null,
  seq tallystick.whole not null,
  hash bytea not null check (octet_length(hash) = 32),
  reason text not null,
  bytes bytea not null,
  position tallystick.whole not null,
  primary key (writer, seq, hash)
);

-- T1 and T2 once more, below the program: rows and heads only grow, and nothing written goes away.
create function tallystick.rows_only_grow() returns trigger language plpgsql as $$
begin
  if new.received < old.received or new.reinstated < old.reinstated or new.used < old.used
    or new.departed < old.departed or new.opened < old.opened or new.closed < old.closed
    or new.owed < old.owed or new.repaid < old.repaid or new.sent < old.sent
    or new.took < old.took or new.reclaimed < old.reclaimed or (old.fenced and not new.fenced)
  then
    raise exception 'T1: the row of % for % would shrink', old.writer, old.pool
      using errcode = 'check_violation', constraint = 't1_rows_only_grow';
  end if;
  return new;
end $$;
create trigger rows_only_grow before update on tallystick.rows
  for each row execute function tallystick.rows_only_grow();

create function tallystick.heads_only_grow() returns trigger language plpgsql as $$
begin
  if new.seq < old.seq or new.settled_seq < old.settled_seq or new.kind <> old.kind
    or (new.seq = old.seq and new.hash <> old.hash)
    or (old.fence_seq is not null and new.fence_seq is distinct from old.fence_seq)
  then
    raise exception 'T2: the head of % would go back', old.writer
      using errcode = 'check_violation', constraint = 't2_heads_only_grow';
  end if;
  return new;
end $$;
create trigger heads_only_grow before update on tallystick.writers
  for each row execute function tallystick.heads_only_grow();

create function tallystick.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'D5: what stands in %.% is never changed or taken out', tg_table_schema, tg_table_name
    using errcode = 'check_violation', constraint = 'd5_append_only';
end $$;
create trigger runs_append_only before update or delete or truncate on tallystick.runs
  for each statement execute function tallystick.refuse_change();
create trigger rows_stay before delete or truncate on tallystick.rows
  for each statement execute function tallystick.refuse_change();
create trigger writers_stay before delete or truncate on tallystick.writers
  for each statement execute function tallystick.refuse_change();
create trigger documents_append_only before update or delete or truncate on tallystick.documents
  for each statement execute function tallystick.refuse_change();
