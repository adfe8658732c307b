-- Who changed an endpoint, or a threshold, stands in the trail: which fields, and never a secret. How far an endpoint
-- has come is no change of it.

create function tallystick.note_webhook() returns trigger language plpgsql as $$
declare
  was jsonb;
  now jsonb;
begin
  if tg_op <> 'INSERT' then
    was := to_jsonb(old) - array['cursor', 'attempts', 'next_at', 'version'];
  end if;
  if tg_op <> 'DELETE' then
    now := to_jsonb(new) - array['cursor', 'attempts', 'next_at', 'version'];
  end if;
  if was is distinct from now then
    perform tallystick.note(
      array[case tg_op when 'INSERT' then 'created' when 'DELETE' then 'removed' else 'changed' end],
      array['webhook'], array[coalesce(now ->> 'id', was ->> 'id')],
      array[jsonb_build_object('fields', tallystick.changed_fields(was, now))]);
  end if;
  return null;
end $$;
create trigger note_webhook after insert or update or delete on tallystick.webhook_endpoints
  for each row execute function tallystick.note_webhook();

create function tallystick.note_threshold() returns trigger language plpgsql as $$
begin
  if tg_op <> 'UPDATE' or old.threshold <> new.threshold then
    perform tallystick.note(
      array[case tg_op when 'INSERT' then 'created' when 'DELETE' then 'removed' else 'changed' end],
      array['threshold'], array[case when tg_op = 'DELETE' then old.pool else new.pool end],
      array[jsonb_build_object('threshold', case when tg_op = 'DELETE' then null else new.threshold end)]);
  end if;
  return null;
end $$;
create trigger note_threshold after insert or update or delete on tallystick.stock_thresholds
  for each row execute function tallystick.note_threshold();

-- When each replica was last known to be connected, by whichever process of the authority looked.
create table tallystick.replica_links (
  replica text collate "C" primary key,
  seen_at timestamptz not null,
  -- Since when it was never away for long.
  up_since timestamptz not null,
  is_told_offline boolean not null default false
);

-- Notes who is connected, and tells who was not for a while, or is again. A process asks of those alone whose
-- parent answered it: of others nobody can say. A parent that has only just come back may wait for its children.
-- Right when several do it at once.
create function tallystick.tell_links(p_up text[], p_replica text[], p_parent text[], p_after interval)
returns bigint language plpgsql as $$
declare
  types text[];
  payloads jsonb[];
  at_position bigint;
begin
  perform pg_advisory_xact_lock(7214014);
  select position into at_position from tallystick.books;
  with online as (
    insert into tallystick.replica_links as l (replica, seen_at, up_since)
      select r, clock_timestamp(), clock_timestamp() from unnest(p_up) r order by r
    on conflict (replica) do update set seen_at = excluded.seen_at, is_told_offline = false,
      up_since = case when l.seen_at < excluded.seen_at - p_after then excluded.seen_at else l.up_since end
    returning replica, (select b.is_told_offline from tallystick.replica_links b where b.replica = l.replica) as was_told
  ), offline as (
    update tallystick.replica_links l set is_told_offline = true
      from unnest(p_replica, p_parent) as r(replica, parent)
      where l.replica = r.replica and l.replica <> all(p_up) and not l.is_told_offline
        and l.seen_at < clock_timestamp() - p_after
        and (r.parent = 'authority' or exists (select from tallystick.replica_links p
          where p.replica = r.parent and p.up_since < clock_timestamp() - p_after))
    returning l.replica, l.seen_at
  ), news as (
    select replica, 'replica.online' as type, jsonb_build_object('replica', replica) as payload
      from online where was_told
    union all
    select replica, 'replica.offline', jsonb_build_object('replica', replica,
        'since', to_char(seen_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      from offline
  )
  select array_agg(type order by replica), array_agg(payload order by replica) into types, payloads from news;
  if types is null then
    return null;
  end if;
  return tallystick.tell(array_fill(at_position, array[cardinality(types)]), types, payloads);
end $$;
