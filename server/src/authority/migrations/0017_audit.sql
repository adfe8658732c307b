-- The trail: who changed what, when and from where, in one hash chain that is only ever added to. It begins with what
-- the books hold when they get it. No personal data: of a customer it says which fields changed, not what they say.

create table tallystick.audit (
  seq tallystick.whole primary key check (seq >= 1),
  -- The very text that is hashed: JSON, with the hash of the entry before it inside.
  entry text not null,
  hash bytea not null check (octet_length(hash) = 32),
  -- For queries; the entry says the same, and that is what counts.
  kind text collate "C" not null,
  subject text collate "C" not null,
  actor text collate "C" not null
);
create index audit_by_subject on tallystick.audit (kind, subject, seq);
create index audit_by_actor on tallystick.audit (actor, seq);

create table tallystick.audit_head (
  id boolean primary key default true check (id),
  seq tallystick.whole not null default 0,
  hash bytea not null default decode(repeat('00', 32), 'hex') check (octet_length(hash) = 32)
);
insert into tallystick.audit_head default values;

-- Up to where the heads of writers stand in the trail.
create table tallystick.anchored (
  writer text collate "C" primary key,
  seq tallystick.whole not null
);

create function tallystick.audit_is_only_added_to() returns trigger language plpgsql as $$
begin
  raise exception 'the trail is only added to';
end $$;
create trigger only_added_to before update or delete or truncate on tallystick.audit
  for each statement execute function tallystick.audit_is_only_added_to();

-- Adds entries, in the order of the arrays. Who asks stands in the setting tallystick.by of the transaction, as {actor, from, via}.
create function tallystick.note(p_action text[], p_kind text[], p_id text[], p_what jsonb[]) returns void language plpgsql as $$
declare
  head tallystick.audit_head;
  who jsonb := coalesce(nullif(current_setting('tallystick.by', true), ''), '{}')::jsonb;
  said text;
begin
  select * into head from tallystick.audit_head for update;
  for i in 1 .. cardinality(p_action) loop
    head.seq := head.seq + 1;
    said := json_build_object(
      'v', 1, 'seq', head.seq, 'prevHash', encode(head.hash, 'hex'),
      'at', to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'actor', coalesce(who ->> 'actor', 'books'), 'from', who ->> 'from', 'via', who ->> 'via',
      'action', p_action[i], 'kind', p_kind[i], 'id', p_id[i], 'what', p_what[i])::text;
    head.hash := sha256(convert_to(said, 'UTF8'));
    insert into tallystick.audit (seq, entry, hash, kind, subject, actor)
      values (head.seq, said, head.hash, p_kind[i], p_id[i], coalesce(who ->> 'actor', 'books'));
  end loop;
  update tallystick.audit_head set seq = head.seq, hash = head.hash;
end $$;

create function tallystick.json_hash(p_body jsonb) returns text language sql immutable as $$
  select encode(sha256(convert_to(p_body::text, 'UTF8')), 'hex')
$$;

-- The names of the fields in which two objects differ.
create function tallystick.changed_fields(p_was jsonb, p_is jsonb) returns jsonb language sql immutable as $$
  select coalesce(jsonb_agg(key order by key), '[]')
    from (select jsonb_object_keys(coalesce(p_was, '{}')) as key
          union select jsonb_object_keys(coalesce(p_is, '{}'))) keys
   where p_was -> key is distinct from p_is -> key
$$;

create function tallystick.note_items() returns trigger language plpgsql as $$
declare
  noted record;
begin
  if tg_op = 'INSERT' then
    select array_agg('created'::text order by version) as action, array_agg(kind order by version) as kind,
        array_agg(id order by version) as id, array_agg(jsonb_build_object(
          'version', version, 'fields', tallystick.changed_fields(null, body),
          'bodyHash', tallystick.json_hash(body)) order by version) as what
      into noted from written;
  else
    -- Another version of the same, as after a recovery, changes nothing that anybody could see.
    select array_agg(case when w.body is null then 'removed' when b.body is null then 'created' else 'changed' end
          order by w.version) as action,
        array_agg(w.kind order by w.version) as kind, array_agg(w.id order by w.version) as id,
        array_agg(jsonb_build_object(
          'version', w.version, 'fields', tallystick.changed_fields(b.body, w.body),
          'bodyHash', tallystick.json_hash(w.body)) order by w.version) as what
      into noted from written w join before b using (kind, id) where w.body is distinct from b.body;
  end if;
  if noted.action is not null then
    perform tallystick.note(noted.action, noted.kind, noted.id, noted.what);
  end if;
  return null;
end $$;
create trigger note_new_items after insert on tallystick.catalogue
  referencing new table as written for each statement execute function tallystick.note_items();
create trigger note_changed_items after update on tallystick.catalogue
  referencing old table as before new table as written for each statement execute function tallystick.note_items();

create function tallystick.note_customer() returns trigger language plpgsql as $$
begin
  perform tallystick.note(
    array[case tg_op when 'INSERT' then 'created' else 'changed' end], array['customer'], array[new.id],
    array[jsonb_build_object(
      'version', new.version,
      'fields', tallystick.changed_fields(case when tg_op = 'UPDATE' then old.personal end, new.personal))]);
  return null;
end $$;
create trigger note_customer after insert or update on tallystick.customers
  for each row execute function tallystick.note_customer();

-- Puts the heads of writers that have grown into the trail: from then on none of their entries can be changed or cut
-- off unnoticed, though all of their own chain were made anew.
create function tallystick.anchor_heads(p_max integer) returns integer language plpgsql as $$
declare
  heads jsonb;
  found integer;
begin
  -- Nobody else anchors meanwhile.
  perform from tallystick.audit_head for update;
  with grown as (
    select w.writer, w.seq, w.hash from tallystick.writers w left join tallystick.anchored a using (writer)
     where w.seq > coalesce(a.seq, 0) order by w.writer limit p_max
  ), kept as (
    insert into tallystick.anchored (writer, seq) select writer, seq from grown
    on conflict (writer) do update set seq = excluded.seq
  )
  select jsonb_object_agg(writer, jsonb_build_array(seq, encode(hash, 'hex'))), count(*) into heads, found from grown;
  if found > 0 then
    perform tallystick.note(
      array['anchored'], array['heads'], array['books'], array[jsonb_build_object('heads', heads)]);
  end if;
  return found;
end $$;

do $$
declare
  noted record;
begin
  select array_agg('found'::text order by version) as action, array_agg(kind order by version) as kind,
      array_agg(id order by version) as id, array_agg(jsonb_build_object(
        'version', version, 'bodyHash', tallystick.json_hash(body)) order by version) as what
    into noted from tallystick.catalogue where body is not null;
  if noted.action is not null then
    perform tallystick.note(noted.action, noted.kind, noted.id, noted.what);
  end if;
end $$;
