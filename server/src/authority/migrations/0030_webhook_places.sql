-- An attempt at an address that was corrected meanwhile may end after the correction: how far the endpoint has come by
-- it is true, and when the next attempt is due is not its to say.

create or replace function tallystick.note_deliveries(p_deliveries jsonb, p_places jsonb) returns void language sql as $$
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
  update tallystick.webhook_endpoints e set cursor = p.cursor,
      attempts = case when e.version = p.version then p.attempts else 0 end,
      next_at = case when e.version = p.version then p.next_at else now() end
    from jsonb_to_recordset(p_places)
      p(endpoint text, version bigint, cursor bigint, attempts integer, next_at timestamptz)
    where e.id = p.endpoint
      and (e.cursor < p.cursor or (e.cursor = p.cursor and e.version = p.version and e.attempts <= p.attempts));
$$;
