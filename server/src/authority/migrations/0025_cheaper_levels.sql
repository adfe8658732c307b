-- Levels told by a plan that asks for the pools that are named, however many rows there are: "all or these" made
-- Postgres plan each call anew, for thousands of names.
do $$
declare
  was text := pg_get_functiondef('tallystick.tell_levels'::regproc);
  now text := replace(was, 'from tallystick.rows where p_pools is null or pool = any(p_pools) group by pool',
    'from unnest(coalesce(p_pools, (select array_agg(distinct pool) from tallystick.rows))) p(pool)
      join tallystick.rows using (pool) group by pool');
begin
  if now = was then
    raise exception 'tell_levels is not the one that this migration changes';
  end if;
  execute now;
end $$;
