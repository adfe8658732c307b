-- T7: sums over many liars pass what a bigint holds, and no level of anybody's would be told any more. A level goes as far as
-- a number is exact, as in the frames of the link.
do $$
declare
  was text := pg_get_functiondef('tallystick.tell_levels'::regproc);
  on_hand text := replace(was, 'sum(received - departed)::bigint',
    'least(9007199254740991, greatest(-9007199254740991, sum(received - departed)))::bigint');
  now text := replace(on_hand, 'sum(received + reinstated - used - owed + repaid)::bigint',
    'least(9007199254740991, greatest(-9007199254740991, sum(received + reinstated - used - owed + repaid)))::bigint');
begin
  if on_hand = was or now = on_hand then
    raise exception 'tell_levels is not the one that this migration changes';
  end if;
  execute now;
end $$;
