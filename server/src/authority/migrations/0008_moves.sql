-- Who was given another parent, by whom, and when (F3a): the registry says where a replica
-- belongs now, this says how it came there.
create table tallystick.moves (
  id bigint generated always as identity primary key,
  replica text collate "C" not null references tallystick.replicas (id),
  parent_before text collate "C" not null,
  parent_after text collate "C" not null,
  operator text not null check (operator <> ''),
  moved_at timestamptz not null default now(),
  check (parent_before <> parent_after)
);
