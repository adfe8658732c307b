/**
 * The tables of a journal, as numbered steps that only go forward.
 *
 * A step that was released is never changed; `pragma user_version` says how many a
 * file has seen. Small tables refer to `names` by foreign key; the three hot ones
 * (`runs`, `rows`, `documents`) do not, for there it would cost a look-up per line.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- Writers are long texts and stand everywhere, so each gets a small number here.
  create table names (
    id     integer primary key,
    writer text not null unique
  ) strict;

  create table meta (
    id       integer primary key check (id = 1),
    self     integer references names (id),
    awaits   integer not null check (awaits in (0, 1)),
    -- Entries ever written, the pruned ones included.
    position integer not null check (position >= 0),
    -- Why the life of self is over although no entry says so yet (F1).
    past     text check (past in ('restored')),
    -- Digests of what neither a chain nor the digest of a head covers, and of this line (D6): see seals.ts.
    seal     blob not null
  ) strict;
  insert into meta (id, self, awaits, position, past, seal) values (1, null, 0, 0, null, x'');

  create table streams (
    writer       integer primary key references names (id),
    seq          integer not null check (seq >= 0),
    hash         blob    not null check (length(hash) = 32),
    kind         text    not null,
    parent       integer references names (id),
    via          text,
    fence_seq    integer,
    fence_hash   blob,
    fence_reason text,
    parent_seen  integer not null,
    relayed_seq  integer not null,
    relayed_hash blob    not null,
    settled_seq  integer not null,
    settled_hash blob    not null,
    digest_lo    integer not null,
    digest_hi    integer not null,
    check ((fence_seq is null) = (fence_reason is null) and (fence_seq is null) = (fence_hash is null))
  ) strict;

  -- Entries of one writer in a row. The key is the journal position of the first one, counted from 1.
  create table runs (
    pos_first integer primary key,
    writer    integer not null,
    seq_first integer not null,
    seq_last  integer not null check (seq_last >= seq_first),
    hash_last blob    not null check (length(hash_last) = 32),
    bytes     blob    not null
  ) strict;
  create unique index runs_by_writer on runs (writer, seq_first);

  -- T6 once more: free is null where the writer is fenced, and is never below zero elsewhere.
  create table rows (
    writer     integer not null,
    pool       text    not null,
    received   integer not null check (received >= 0),
    reinstated integer not null check (reinstated >= 0),
    used       integer not null check (used >= 0),
    departed   integer not null check (departed >= 0),
    opened     integer not null check (opened >= 0),
    closed     integer not null check (closed >= 0),
    owed       integer not null check (owed >= 0),
    repaid     integer not null check (repaid >= 0),
    -- Nearly every row took from one parent and nobody else; all other cells share a blob.
    took_from  integer,
    took_n     integer,
    took_seq   integer,
    cells      blob,
    free       integer check (free is null or (free >= 0 and opened >= closed and owed >= repaid)),
    primary key (writer, pool)
  ) strict, without rowid;

  create table documents (
    kind   integer not null,
    id     text    not null,
    writer integer not null,
    seq    integer not null,
    -- The day of its commit on this machine's clock, counted from 1970: retention alone reads it.
    day    integer not null,
    primary key (kind, id)
  ) strict, without rowid;

  create table progress (
    order_id  text    not null,
    line_id   text    not null,
    cancelled integer not null check (cancelled >= 0),
    shipped   integer not null check (shipped >= 0),
    returned  integer not null check (returned >= 0),
    primary key (order_id, line_id)
  ) strict, without rowid;

  -- Open holds only (F9).
  create table holds (
    hold_id      text    primary key,
    writer       integer not null references names (id),
    lines        text    not null,
    ttl_ms       integer not null,
    wall_ms      integer not null,
    monotonic_ms integer not null,
    boot_id      text    not null,
    capturing    integer not null check (capturing in (0, 1))
  ) strict, without rowid;

  -- T3: entries that no chain has a place for. Kept for ever; one that comes twice is one.
  create table quarantine (
    id     integer primary key,
    writer integer not null references names (id),
    seq    integer not null,
    hash   blob    not null,
    reason text    not null,
    bytes  blob    not null,
    unique (writer, seq, hash)
  ) strict;

  -- D7: what pruning leaves of a writer: where its chain goes on from, and its rows at that entry.
  create table checkpoints (
    writer    integer primary key references names (id),
    seq       integer not null check (seq > 0),
    hash      blob    not null check (length(hash) = 32),
    digest_lo integer not null,
    digest_hi integer not null
  ) strict;
  create table checkpoint_rows (
    writer     integer not null,
    pool       text    not null,
    received   integer not null,
    reinstated integer not null,
    used       integer not null,
    departed   integer not null,
    opened     integer not null,
    closed     integer not null,
    owed       integer not null,
    repaid     integer not null,
    took_from  integer,
    took_n     integer,
    took_seq   integer,
    cells      blob,
    primary key (writer, pool)
  ) strict, without rowid;
  `,
  `
  -- D7: how far each writer was settled at times when journals were pruned.
  create table settled_notes (
    writer   integer not null references names (id),
    noted_ms integer not null,
    seq      integer not null,
    primary key (writer, noted_ms)
  ) strict, without rowid;
  `,
  `
  -- D7: what the books took back they have to call settled anew for as long: a mark that falls takes its notes along,
  -- however soon it comes back.
  create trigger settled_fell before insert on streams
  when exists (select 1 from settled_notes n where n.writer = new.writer and n.seq > new.settled_seq)
  begin
    update settled_notes set seq = new.settled_seq where writer = new.writer and seq > new.settled_seq;
  end;
  update settled_notes as n set seq = min(seq, (select settled_seq from streams s where s.writer = n.writer))
  where exists (select 1 from streams s where s.writer = n.writer);
  `,
];
