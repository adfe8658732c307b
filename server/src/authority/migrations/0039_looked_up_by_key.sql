-- What a turn asks of tables that grow for ever, it asks by key. A plan is kept from when the tables were small, and until
-- they were analyzed a plain join may read all of them at each turn: half of what Postgres did in a fleet's first minutes.
-- `offset 0` keeps each look-up a look-up.
do $$
declare
  was text := pg_get_functiondef('tallystick.commit_turn'::regproc);
  now text := replace(was, '
      left join tallystick.sold_lines l on l.order_id = p.order_id and l.line_id = p.line_id', '
      left join lateral (
        select s.quantity from tallystick.sold_lines s
        where s.order_id = p.order_id and s.line_id = p.line_id offset 0) l on true');
begin
  if now = was then
    raise exception 'commit_turn is not the one that this migration changes';
  end if;
  execute now;
end $$;

do $$
declare
  was text := pg_get_functiondef('tallystick.tell_levels'::regproc);
  by_pool text := replace(was, '
      join tallystick.rows using (pool) group by pool', '
      cross join lateral (
        select r.sku, r.location, r.received, r.reinstated, r.used, r.departed, r.owed, r.repaid
        from tallystick.rows r where r.pool = p.pool offset 0) of_pool
      group by pool');
  now text := replace(by_pool, '
    left join tallystick.stock_levels s using (pool)', '
    left join lateral (select k.* from tallystick.stock_levels k where k.pool = l.pool offset 0) s on true');
begin
  if by_pool = was or now = by_pool then
    raise exception 'tell_levels is not the one that this migration changes';
  end if;
  execute now;
end $$;
