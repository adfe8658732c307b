-- F6: what makes the feed jump. It holds the row's lock before it looks where the feed stands, so a jump
-- begins where the last event is. Jumps may follow each other: whoever stands at the last event that is left reads on
-- through all of them, so where nobody can know whether one is due, one more is harmless and one too few is not.
-- Where it leads is the clock's word: a hundred thousand positions for each second, more than are ever told, so that
-- the same backup, put back twice, goes on behind whatever it gave out in between. Fifteen digits until 2286.
drop function tallystick.feed_put_back();
create function tallystick.feed_put_back(
  p_base bigint default floor(extract(epoch from clock_timestamp()) * 1000)::bigint * 100
) returns bigint language plpgsql as $$
declare
  was bigint;
  upto bigint;
begin
  select f.last into was from tallystick.feed f for update;
  upto := greatest(was + 1, p_base);
  insert into tallystick.feed_jumps (after, upto) values (was, upto);
  update tallystick.feed set last = upto;
  perform pg_notify('tallystick_feed', upto::text);
  return upto;
end $$;

-- A life of the authority that ends, or that the books hear of only when it is over, ends because they were put back
-- or stood in two places: the feed jumps in the same commit, and what the next life tells stands behind it.
create function tallystick.feed_after_life() returns trigger language plpgsql as $$
begin
  perform tallystick.feed_put_back();
  return null;
end $$;
create trigger feed_after_lost_life after insert on tallystick.writers for each row
  when (new.kind = 'authority' and new.fence_reason is not null)
  execute function tallystick.feed_after_life();
create trigger feed_after_life after update on tallystick.writers for each row
  when (new.kind = 'authority' and new.fence_reason is not null and old.fence_reason is null)
  execute function tallystick.feed_after_life();

-- Somebody who hears nothing but this feed has heard of a position. One that the books do not know is one that they
-- forgot, and they jump beyond it; one that no clock has reached yet was never given out, and is no evidence.
create function tallystick.feed_seen(
  p_seen bigint,
  p_base bigint default floor(extract(epoch from clock_timestamp()) * 1000)::bigint * 100
) returns boolean language plpgsql as $$
declare
  was bigint;
begin
  select f.last into was from tallystick.feed f for update;
  if p_seen <= was or p_seen > p_base then
    return false;
  end if;
  perform tallystick.feed_put_back(p_base);
  return true;
end $$;
