-- What a drain spends most of its time with in Postgres, made cheaper: the same checks, in fewer steps.

-- T1: whether a row shrinks is asked by the executor; the function is called for what does.
drop trigger rows_only_grow on tallystick.rows;
create trigger rows_only_grow before update on tallystick.rows for each row
  when (new.received < old.received or new.reinstated < old.reinstated or new.used < old.used
    or new.departed < old.departed or new.opened < old.opened or new.closed < old.closed
    or new.owed < old.owed or new.repaid < old.repaid or new.sent < old.sent
    or new.took < old.took or new.reclaimed < old.reclaimed or (old.fenced and not new.fenced))
  execute function tallystick.rows_only_grow();

-- An order names no line twice when it comes here, so its lines go in without a look for those that are there.
do $$
declare
  was text := pg_get_functiondef('tallystick.commit_turn'::regproc);
  now text := replace(was, '
    -- A hostile order may name a line twice: the entry keeps both, the projection the first.
    on conflict do nothing;

  -- Progress that was told', ';

  -- Progress that was told');
begin
  if now = was then
    raise exception 'commit_turn is not the one that this migration changes';
  end if;
  execute now;
end $$;
