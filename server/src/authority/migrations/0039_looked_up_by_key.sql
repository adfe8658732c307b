-- What a turn asks of tables that grow for ever, it looks up by key. A plan is kept from when the tables were small, and a
-- plain join may read all of them at each turn until they are analyzed again: a quarter of what Postgres did in a fleet's first
-- minutes. `offset 0` keeps each look-up a look-up, and without sequential scans it goes by an index, however small the table was
-- when it was planned. Releases of Postgres before 18 take a plan that must scan all the same for dear, and would compile it.
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
  execute format('alter function %s set enable_seqscan = off set jit = off', 'tallystick.commit_turn'::regproc::regprocedure);
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
  alter function tallystick.tell_levels(text[]) set enable_seqscan = off set jit = off;
end $$;

-- What a turn asks before it is decided: `at` is the place of the question.
create function tallystick.find_orders(p_ids text[]) returns table (at bigint, writer text, seq bigint)
language plpgsql stable set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
begin
  return query select q.at, o.writer, o.seq::bigint
    from unnest(p_ids) with ordinality q(id, at)
    cross join lateral (select k.writer, k.seq from tallystick.orders k where k.order_id = q.id offset 0) o;
end $$;

create function tallystick.find_documents(p_kinds text[], p_ids text[])
returns table (at bigint, writer text, seq bigint)
language plpgsql stable set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
begin
  return query select q.at, d.writer, d.seq::bigint
    from unnest(p_kinds, p_ids) with ordinality q(kind, id, at)
    cross join lateral (
      select k.writer, k.seq from tallystick.documents k where k.kind = q.kind and k.id = q.id offset 0) d;
end $$;

-- The runs that hold these entries, each once.
create function tallystick.find_entries(p_writers text[], p_from bigint[], p_to bigint[])
returns table (writer text, seq_first bigint, bytes bytea)
language plpgsql stable set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
begin
  return query select r.writer, r.seq_first::bigint, r.bytes
    from (
      select distinct f.pos_first
      from unnest(p_writers, p_from, p_to) q(writer, from_seq, to_seq)
      cross join lateral (
        select k.pos_first from tallystick.runs k
        where k.writer = q.writer and k.seq_first <= q.to_seq and k.seq_first >= coalesce((
          select max(b.seq_first) from tallystick.runs b where b.writer = q.writer and b.seq_first <= q.from_seq), 0)
        offset 0
      ) f
    ) wanted
    cross join lateral (
      select k.writer, k.seq_first, k.bytes from tallystick.runs k where k.pos_first = wanted.pos_first offset 0) r;
end $$;

create function tallystick.find_progress(p_orders text[])
returns table (order_id text, line_id text, cancelled bigint, shipped bigint, returned bigint)
language plpgsql stable set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
begin
  return query select l.order_id, l.line_id, l.cancelled::bigint, l.shipped::bigint, l.returned::bigint
    from tallystick.line_progress l where l.order_id = any(p_orders);
end $$;
