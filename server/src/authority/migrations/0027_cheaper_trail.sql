-- What an import costs the trail: the chain is made entry by entry, as each hash needs the one before, but all entries
-- of a statement are written at once, and the fields of what is new are named without a call for each.

create or replace function tallystick.note(p_action text[], p_kind text[], p_id text[], p_what jsonb[])
returns void language plpgsql as $$
declare
  head tallystick.audit_head;
  who jsonb := coalesce(nullif(current_setting('tallystick.by', true), ''), '{}')::jsonb;
  who_asks text := coalesce(who ->> 'actor', 'books');
  who_from text := who ->> 'from';
  who_via text := who ->> 'via';
  entries text[] := '{}';
  hashes bytea[] := '{}';
begin
  select * into head from tallystick.audit_head for update;
  for i in 1 .. cardinality(p_action) loop
    entries[i] := json_build_object(
      'v', 1, 'seq', head.seq + i, 'prevHash', encode(head.hash, 'hex'),
      'at', to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'actor', who_asks, 'from', who_from, 'via', who_via,
      'action', p_action[i], 'kind', p_kind[i], 'id', p_id[i], 'what', p_what[i])::text;
    head.hash := sha256(convert_to(entries[i], 'UTF8'));
    hashes[i] := head.hash;
  end loop;
  insert into tallystick.audit (seq, entry, hash, kind, subject, actor)
    select head.seq + n.at, n.entry, n.hash, n.kind, n.id, who_asks
      from unnest(entries, hashes, p_kind, p_id) with ordinality n(entry, hash, kind, id, at);
  update tallystick.audit_head set seq = head.seq + cardinality(p_action), hash = head.hash;
end $$;

create or replace function tallystick.note_items() returns trigger language plpgsql as $$
declare
  noted record;
begin
  if tg_op = 'INSERT' then
    select array_agg('created'::text order by version) as action, array_agg(kind order by version) as kind,
        array_agg(id order by version) as id, array_agg(jsonb_build_object(
          'version', version,
          'fields', coalesce((select jsonb_agg(key order by key) from jsonb_object_keys(body) key), '[]'),
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
