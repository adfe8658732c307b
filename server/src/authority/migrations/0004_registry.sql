-- What is for sale and where, and who may be a replica.

-- One counter for all items. Its row is locked until the commit, so versions have no
-- gaps and appear in the order of commits: who has read up to one has missed nothing.
create table tallystick.catalogue_version (
  id boolean primary key default true check (id),
  version tallystick.whole not null default 0
);
insert into tallystick.catalogue_version default values;

create table tallystick.catalogue (
  kind text collate "C" not null,
  id text collate "C" not null,
  version tallystick.whole not null,
  -- Null where the item was taken out, so that copies learn of it.
  body jsonb,
  primary key (kind, id)
);
create unique index catalogue_by_version on tallystick.catalogue (version);

-- Writes items and returns the version of the last. Each (kind, id) may stand in a call once.
create function tallystick.put_catalogue(p_kind text[], p_id text[], p_body jsonb[])
returns bigint language plpgsql as $$
declare
  last_version bigint;
begin
  update tallystick.catalogue_version
    set version = version + cardinality(p_id) returning version into last_version;
  insert into tallystick.catalogue (kind, id, version, body)
    select i.kind, i.id, last_version - cardinality(p_id) + i.at, i.body
    from unnest(p_kind, p_id, p_body) with ordinality i(kind, id, body, at)
    on conflict (kind, id) do update set version = excluded.version, body = excluded.body;
  perform pg_notify('tallystick_catalogue', last_version::text);
  return last_version;
end $$;

create table tallystick.replicas (
  id text collate "C" primary key,
  kind text not null check (kind in ('region', 'store', 'warehouse', 'terminal', 'channel')),
  parent text collate "C" not null,
  location text collate "C",
  public_key bytea,
  -- Only a hash: whoever reads the books cannot enrol.
  enrol_code_hash bytea not null check (octet_length(enrol_code_hash) = 32),
  code_expires_at timestamptz not null,
  code_used_at timestamptz,
  status text not null check (status in ('expected', 'enrolled', 'retired')),
  created_at timestamptz not null default now(),
  check (id <> parent),
  check (status <> 'expected' or public_key is null),
  check (status <> 'enrolled' or public_key is not null)
);

-- Every replica knows the others from its copy of the catalogue, so the two never differ.
create function tallystick.replica_to_catalogue() returns trigger language plpgsql as $$
begin
  perform tallystick.put_catalogue(array['replica'], array[new.id], array[jsonb_build_object(
    'id', new.id, 'kind', new.kind, 'parent', new.parent, 'location', new.location,
    'publicKey', translate(encode(new.public_key, 'base64'), E'\n', ''), 'status', new.status)]);
  return null;
end $$;
create trigger replica_to_catalogue after insert or update on tallystick.replicas
  for each row execute function tallystick.replica_to_catalogue();
