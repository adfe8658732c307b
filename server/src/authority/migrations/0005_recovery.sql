-- F6: books that were put back to an earlier point are noticed, and what they say goes on from there.

-- A recovery to a point in time, and a standby that takes over, begin a new timeline at once;
-- the control file says so only after the next checkpoint.
create function tallystick.current_timeline() returns integer language sql volatile as $$
  select ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer
$$;

update tallystick.books set timeline = tallystick.current_timeline(),
  system_identifier = (select system_identifier::text from pg_control_system());

-- Each life of the authority is begun on one Postgres and one timeline, in one commit with its first entry.
create function tallystick.note_system() returns trigger language plpgsql as $$
begin
  new.timeline := tallystick.current_timeline();
  new.system_identifier := (select system_identifier::text from pg_control_system());
  return new;
end $$;
create trigger note_system before update on tallystick.books
  for each row when (new.self is distinct from old.self) execute function tallystick.note_system();

-- Copies below went on while these books forgot: every item gets a version that no copy has seen.
create function tallystick.raise_catalogue(p_beyond bigint) returns void language plpgsql as $$
declare
  last_version bigint;
begin
  update tallystick.catalogue_version
    set version = p_beyond + (select count(*) from tallystick.catalogue)
    where version < p_beyond returning version into last_version;
  if not found then
    return;
  end if;
  update tallystick.catalogue c set version = p_beyond + n.at
    from (select kind, id, row_number() over (order by version) as at from tallystick.catalogue) n
    where c.kind = n.kind and c.id = n.id;
  perform pg_notify('tallystick_catalogue', last_version::text);
end $$;
