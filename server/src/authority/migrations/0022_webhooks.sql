-- Webhooks. An endpoint is a reader of the feed that is pushed to: it has a place in the feed and no queue. So an
-- event costs nothing for each endpoint when it happens, the order is the feed's, and one endpoint that does not
-- answer stands at its own place while the others go on.

create table tallystick.webhook_endpoints (
  id text collate "C" primary key,
  url text not null,
  -- Empty for all.
  types text[] not null,
  description text not null,
  is_enabled boolean not null default true,
  -- Why it was disabled, where nobody asked for it.
  disabled_because text,
  secret text not null,
  secret_before text,
  secret_before_until timestamptz,
  -- Everything up to here was delivered, or does not concern it.
  cursor tallystick.whole not null,
  -- Attempts that the event behind the cursor has had, and when the next is due.
  attempts integer not null default 0 check (attempts between 0 and 10),
  next_at timestamptz not null default now(),
  version tallystick.whole not null default 1,
  created_at timestamptz not null default now()
);

create table tallystick.webhook_deliveries (
  endpoint text collate "C" not null references tallystick.webhook_endpoints (id) on delete cascade,
  event_id text collate "C" not null,
  type text collate "C" not null,
  state text collate "C" not null check (state in ('delivered', 'retrying', 'failed')),
  -- Oldest first: [{"at", "durationMs", "status", "error", "kind"}, …]
  attempts jsonb not null,
  last_at timestamptz not null,
  primary key (endpoint, event_id)
);
create index webhook_deliveries_newest on tallystick.webhook_deliveries (endpoint, last_at desc, event_id desc);
create index webhook_deliveries_by_time on tallystick.webhook_deliveries using brin (last_at);

-- What became of attempts, some of them at once, and how far their endpoints have come: never back, for a leader
-- that does not know yet that it was followed may write beside its successor.
create function tallystick.note_deliveries(p_deliveries jsonb, p_places jsonb) returns void language sql as $$
  insert into tallystick.webhook_deliveries as d (endpoint, event_id, type, state, attempts, last_at)
    select n.endpoint, n.event_id, n.type, n.state, n.attempts, n.last_at
    from jsonb_to_recordset(p_deliveries)
      n(endpoint text, event_id text, type text, state text, attempts jsonb, last_at timestamptz)
    join tallystick.webhook_endpoints e on e.id = n.endpoint
    on conflict (endpoint, event_id) do update set
      state = case when d.state = 'delivered' then d.state else excluded.state end,
      -- Redelivered by hand as often as somebody likes: the newest fifty are kept.
      attempts = case when jsonb_array_length(d.attempts) >= 50 then d.attempts - 0 else d.attempts end || excluded.attempts,
      last_at = excluded.last_at;
  update tallystick.webhook_endpoints e set cursor = p.cursor, attempts = p.attempts, next_at = p.next_at
    from jsonb_to_recordset(p_places) p(endpoint text, cursor bigint, attempts integer, next_at timestamptz)
    where e.id = p.endpoint and (e.cursor < p.cursor or (e.cursor = p.cursor and e.attempts <= p.attempts));
$$;
