-- What became of the deliveries of an endpoint is its log. Millions of rows cannot go in one statement, so an endpoint that
-- is removed is gone at once, and its log goes in pieces after it; another endpoint of that name begins a log of its own.

create sequence tallystick.webhook_log;
alter table tallystick.webhook_endpoints add column log text collate "C";
alter table tallystick.webhook_endpoints disable trigger note_webhook;
update tallystick.webhook_endpoints set log = id;
alter table tallystick.webhook_endpoints enable trigger note_webhook;
-- With a number behind a space: no id has one, so none of these is the log of an endpoint that was made before.
alter table tallystick.webhook_endpoints alter column log set not null,
  add constraint webhook_endpoints_log unique (log);

create table tallystick.removed_webhooks (
  log text collate "C" primary key,
  removed_at timestamptz not null default now()
);

alter table tallystick.webhook_deliveries drop constraint webhook_deliveries_endpoint_fkey;
alter table tallystick.webhook_deliveries rename column endpoint to log;
-- What is old is found by the log, under `webhook_deliveries_newest`. Ranges of blocks said nothing any more once what was
-- deleted had made room for new rows among the old.
drop index tallystick.webhook_deliveries_by_time;
-- Few among many: those that somebody looks for because they failed.
create index webhook_deliveries_troubled on tallystick.webhook_deliveries (log, last_at desc, event_id desc)
  where state <> 'delivered';

create or replace function tallystick.note_deliveries(p_deliveries jsonb, p_places jsonb) returns void language sql as $$
  insert into tallystick.webhook_deliveries as d (log, event_id, type, state, attempts, last_at)
    select e.log, n.event_id, n.type, n.state, n.attempts, n.last_at
    from jsonb_to_recordset(p_deliveries)
      n(log text, event_id text, type text, state text, attempts jsonb, last_at timestamptz)
    join tallystick.webhook_endpoints e using (log)
    -- Until this is committed it is not removed: nothing is written behind the back of whoever deletes its log.
    for key share of e
    on conflict (log, event_id) do update set
      state = case when d.state = 'delivered' then d.state else excluded.state end,
      -- Redelivered by hand as often as somebody likes: the newest fifty are kept.
      attempts = case when jsonb_array_length(d.attempts) >= 50 then d.attempts - 0 else d.attempts end || excluded.attempts,
      last_at = excluded.last_at;
  update tallystick.webhook_endpoints e set cursor = p.cursor,
      attempts = case when e.version = p.version then p.attempts else 0 end,
      next_at = case when e.version = p.version then p.next_at else now() end
    from jsonb_to_recordset(p_places)
      p(log text, version bigint, cursor bigint, attempts integer, next_at timestamptz)
    where e.log = p.log
      and (e.cursor < p.cursor or (e.cursor = p.cursor and e.version = p.version and e.attempts <= p.attempts));
$$;

-- Which log it is is no change of an endpoint.
create or replace function tallystick.note_webhook() returns trigger language plpgsql as $$
declare
  was jsonb;
  now jsonb;
begin
  if tg_op <> 'INSERT' then
    was := to_jsonb(old) - array['cursor', 'attempts', 'next_at', 'version', 'log'];
  end if;
  if tg_op <> 'DELETE' then
    now := to_jsonb(new) - array['cursor', 'attempts', 'next_at', 'version', 'log'];
  end if;
  if was is distinct from now then
    perform tallystick.note(
      array[case tg_op when 'INSERT' then 'created' when 'DELETE' then 'removed' else 'changed' end],
      array['webhook'], array[coalesce(now ->> 'id', was ->> 'id')],
      array[jsonb_build_object('fields', tallystick.changed_fields(was, now))]);
  end if;
  return null;
end $$;
