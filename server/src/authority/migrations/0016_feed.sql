-- The feed: the outbox with positions. A position is given out under a row lock that is kept until the
-- commit, so nobody ever sees a position before every smaller one: no gap to wait for, none to skip, and
-- what is rolled back gives its positions back. Turns stand in one queue anyway (`books`), so the lock costs
-- them nothing; whoever else tells something holds it for one commit, and takes it last.

create table tallystick.feed (
  id boolean primary key default true check (id),
  -- Of the newest event; the first has 1.
  last tallystick.whole not null,
  -- Events up to here are not kept any more.
  floor tallystick.whole not null default 0,
  check (floor <= last)
);
insert into tallystick.feed (last) select coalesce(max(id), 0) from tallystick.outbox;

-- F6: books that were put back forgot events that somebody has seen. Their positions are never given out again.
create table tallystick.feed_jumps (
  after tallystick.whole primary key,
  upto tallystick.whole not null check (upto > after)
);

alter table tallystick.outbox alter column id drop identity;
alter table tallystick.outbox add column at timestamptz not null default now();
create index outbox_by_time on tallystick.outbox using brin (at);

-- All events come in here, in the transaction of their fact.
create function tallystick.tell(p_position bigint[], p_type text[], p_payload jsonb[])
returns bigint language plpgsql as $$
declare
  last_now bigint;
  told_at timestamptz;
begin
  if cardinality(p_type) = 0 then
    return null;
  end if;
  update tallystick.feed set last = last + cardinality(p_type) returning last into last_now;
  -- After the lock: later positions have later times.
  told_at := clock_timestamp();
  insert into tallystick.outbox (id, position, type, payload, at)
    select last_now - cardinality(p_type) + e.nth, e.position, e.type, e.payload, told_at
    from unnest(p_position, p_type, p_payload) with ordinality e(position, type, payload, nth);
  perform pg_notify('tallystick_feed', last_now::text);
  return last_now;
end $$;

-- More than could have been told between a backup and now; there is room for thousands of these.
create function tallystick.feed_put_back() returns void language sql as $$
  insert into tallystick.feed_jumps (after, upto) select last, last + 1000000000000 from tallystick.feed
    on conflict do nothing;
  update tallystick.feed set last = last + 1000000000000;
$$;

do $$
declare
  was text := pg_get_functiondef('tallystick.commit_turn'::regproc);
  now text := replace(was, 'insert into tallystick.outbox (position, type, payload)
    select f.position, f.type, f.payload
    from unnest(p_fact_position, p_fact_type, p_fact) with ordinality f(position, type, payload, at)
    order by f.at;', 'perform tallystick.tell(p_fact_position, p_fact_type, p_fact);');
begin
  if now = was then
    raise exception 'commit_turn is not the one that this migration changes';
  end if;
  execute now;
end $$;
