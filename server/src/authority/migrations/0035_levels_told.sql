-- Telling levels answers which pools had news: whoever paces them must not rest after a look that told nothing,
-- or a sale soon after units moved between shops would wait out the pace.
drop function tallystick.tell_levels(text[]);
create function tallystick.tell_levels(p_pools text[]) returns text[] language plpgsql as $$
declare
  types text[];
  payloads jsonb[];
  told text[];
  at_position bigint;
begin
  perform pg_advisory_xact_lock(7214013);
  select position into at_position from tallystick.books;
  with level as (
    select pool, min(sku) as sku, min(location) as location, sum(received - departed)::bigint as on_hand,
      sum(received + reinstated - used - owed + repaid)::bigint as available
    from unnest(coalesce(p_pools, (select array_agg(distinct pool) from tallystick.rows))) p(pool)
      join tallystick.rows using (pool) group by pool
  ), compared as (
    select l.*, t.threshold, coalesce(l.available <= t.threshold, false) as is_low,
      greatest(0, -l.available) as short, coalesce(s.is_low, false) as was_low, coalesce(s.short, 0) as was_short,
      s.pool is null or s.on_hand <> l.on_hand or s.available <> l.available as is_moved
    from level l
    left join tallystick.stock_thresholds t using (pool)
    left join tallystick.stock_levels s using (pool)
  ), news as (
    select * from compared where is_moved or is_low <> was_low or short <> was_short
  ), kept as (
    insert into tallystick.stock_levels (pool, on_hand, available, is_low, short)
      select pool, on_hand, available, is_low, short from news
      on conflict (pool) do update set on_hand = excluded.on_hand, available = excluded.available,
        is_low = excluded.is_low, short = excluded.short
  )
  select array_agg(e.type order by n.pool, e.rank),
      array_agg(jsonb_build_object('sku', n.sku, 'locationId', n.location, 'onHand', n.on_hand,
        'available', n.available, 'committed', n.on_hand - n.available) || e.more order by n.pool, e.rank),
      array_agg(distinct n.pool)
    into types, payloads, told
    from news n cross join lateral (values
      (1, 'stock.level_changed', '{}'::jsonb, n.is_moved),
      (2, 'stock.low', jsonb_build_object('threshold', n.threshold), n.is_low and not n.was_low),
      (3, 'stock.shortage', jsonb_build_object('short', n.short), n.short > n.was_short)
    ) e(rank, type, more, is_due)
    where e.is_due;
  if types is not null then
    perform tallystick.tell(array_fill(at_position, array[cardinality(types)]), types, payloads);
  end if;
  return coalesce(told, '{}');
end $$;
