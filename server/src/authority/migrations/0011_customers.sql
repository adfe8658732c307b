-- People who buy. Journals and orders know them by opaque ids only; what names them stands here alone.
create table tallystick.customers (
  id text collate "C" primary key,
  version tallystick.whole not null default 1,
  personal jsonb not null,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);
