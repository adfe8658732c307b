-- One turn of an authority, all of it or nothing, in one call and so in one round trip.
-- Returns the number of the turn, or null when another process committed first.

create function tallystick.commit_turn(
  p_position bigint, p_turn bigint, p_count bigint, p_self text, p_awaits boolean,
  -- Bytes of all runs, one behind the other, and the hash after each.
  p_bytes bytea, p_hashes bytea,
  p_run_writer text[], p_run_via text[], p_run_seq bigint[], p_run_entries integer[],
  p_run_offset integer[], p_run_size integer[],
  p_heads jsonb,
  p_row_writer text[], p_row_pool text[], p_row_sku text[], p_row_location text[],
  p_received bigint[], p_reinstated bigint[], p_used bigint[], p_departed bigint[],
  p_opened bigint[], p_closed bigint[], p_owed bigint[], p_repaid bigint[],
  p_sent bigint[], p_took bigint[], p_reclaimed bigint[], p_cells jsonb[], p_fenced boolean[],
  p_doc_kind text[], p_doc_id text[], p_doc_writer text[], p_doc_seq bigint[],
  p_order_id text[], p_order_writer text[], p_order_seq bigint[], p_channel text[],
  p_client text[], p_customer text[], p_priority bigint[], p_placed_ms double precision[],
  p_hold_id text[], p_payments jsonb[], p_note text[], p_override text[],
  p_line_order text[], p_line_id text[], p_line_sku text[], p_line_location text[],
  p_quantity integer[], p_unit text[], p_quantity_units bigint[], p_price bigint[], p_currency text[],
  p_tax bigint[], p_tax_included boolean[], p_discounts jsonb[], p_line_departed boolean[], p_line_owed integer[],
  p_fact_position bigint[], p_fact_type text[], p_fact jsonb[],
  -- What is rare or small.
  p_progress jsonb, p_holds jsonb, p_duplicates jsonb, p_quarantine jsonb
) returns bigint language plpgsql as $$
declare
  turn_now bigint := p_turn + 1;
  wrong text;
begin
  -- The row lock makes others wait for this commit and then find another position.
  update tallystick.books
    set position = p_position + p_count, turn = turn_now, self = p_self, awaits_former_lives = p_awaits
    where position = p_position and turn = p_turn;
  if not found then
    return null;
  end if;
  -- D1: an answer goes out after this commit, so it must be on disk whatever the session says.
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;

  select h.writer into wrong
    from jsonb_to_recordset(p_heads) h(writer text, seq bigint)
    left join tallystick.writers w on w.writer = h.writer
    left join (
      select r.writer, sum(r.entries) as entries
      from unnest(p_run_writer, p_run_entries) r(writer, entries) group by r.writer
    ) r on r.writer = h.writer
    where h.seq <> coalesce(w.seq, 0) + coalesce(r.entries, 0)
    limit 1;
  if found then
    raise exception 'T2: the entries of % do not lead to its head', wrong
      using errcode = 'check_violation', constraint = 't2_no_holes';
  end if;

  insert into tallystick.writers (
      writer, seq, hash, kind, parent, via, fence_seq, fence_hash, fence_reason,
      parent_seen, relayed_seq, relayed_hash, settled_seq, settled_hash, digest, turn)
    -- What stands in the books is settled: that is what the word means.
    select h.writer, h.seq, decode(h.hash, 'hex'), h.kind, h.parent, h.via,
      h.fence_seq, decode(h.fence_hash, 'hex'), h.fence_reason, h.parent_seen,
      h.relayed_seq, decode(h.relayed_hash, 'hex'), h.seq, decode(h.hash, 'hex'), h.digest, turn_now
    from jsonb_to_recordset(p_heads) h(
      writer text, seq bigint, hash text, kind text, parent text, via text,
      fence_seq bigint, fence_hash text, fence_reason text, parent_seen bigint,
      relayed_seq bigint, relayed_hash text, digest text)
    on conflict (writer) do update set
      seq = excluded.seq, hash = excluded.hash, kind = excluded.kind, parent = excluded.parent,
      via = excluded.via, fence_seq = excluded.fence_seq, fence_hash = excluded.fence_hash,
      fence_reason = excluded.fence_reason, parent_seen = excluded.parent_seen,
      relayed_seq = excluded.relayed_seq, relayed_hash = excluded.relayed_hash,
      settled_seq = excluded.settled_seq, settled_hash = excluded.settled_hash,
      digest = excluded.digest, turn = excluded.turn;

  insert into tallystick.runs (pos_first, writer, via, seq_first, seq_last, bytes, last_hash)
    select p_position + 1 + sum(r.entries) over (order by r.at) - r.entries,
      r.writer, r.via, r.seq, r.seq + r.entries - 1,
      substring(p_bytes from r.start + 1 for r.size),
      substring(p_hashes from (r.at::integer - 1) * 32 + 1 for 32)
    from unnest(p_run_writer, p_run_via, p_run_seq, p_run_entries, p_run_offset, p_run_size)
      with ordinality r(writer, via, seq, entries, start, size, at);

  insert into tallystick.rows (
      writer, pool, sku, location, received, reinstated, used, departed, opened, closed,
      owed, repaid, sent, took, reclaimed, cells, fenced)
    select * from unnest(
      p_row_writer, p_row_pool, p_row_sku, p_row_location,
      p_received, p_reinstated, p_used, p_departed, p_opened, p_closed,
      p_owed, p_repaid, p_sent, p_took, p_reclaimed, p_cells, p_fenced)
    on conflict (writer, pool) do update set
      received = excluded.received, reinstated = excluded.reinstated, used = excluded.used,
      departed = excluded.departed, opened = excluded.opened, closed = excluded.closed,
      owed = excluded.owed, repaid = excluded.repaid, sent = excluded.sent, took = excluded.took,
      reclaimed = excluded.reclaimed, cells = excluded.cells, fenced = excluded.fenced;

  insert into tallystick.documents (kind, id, writer, seq)
    select * from unnest(p_doc_kind, p_doc_id, p_doc_writer, p_doc_seq);

  insert into tallystick.orders (
      order_id, writer, seq, channel, client_id, customer_id, priority, placed_at,
      hold_id, payments, note, override_reason)
    select o.id, o.writer, o.seq, o.channel, o.client, o.customer, o.priority,
      to_timestamp(o.placed_ms / 1000), o.hold_id, o.payments, o.note, o.override_reason
    from unnest(
      p_order_id, p_order_writer, p_order_seq, p_channel, p_client, p_customer, p_priority,
      p_placed_ms, p_hold_id, p_payments, p_note, p_override)
      o(id, writer, seq, channel, client, customer, priority, placed_ms, hold_id,
        payments, note, override_reason);

  insert into tallystick.sold_lines (
      order_id, line_id, sku, location, quantity, unit, quantity_units, unit_price_minor,
      currency, tax_rate_bp, tax_included, discounts, departed, owed)
    select * from unnest(
      p_line_order, p_line_id, p_line_sku, p_line_location, p_quantity, p_unit, p_quantity_units,
      p_price, p_currency, p_tax, p_tax_included, p_discounts, p_line_departed, p_line_owed)
    -- A hostile order may name a line twice: the entry keeps both, the projection the first.
    on conflict do nothing;

  -- Progress that was told before its order.
  if exists (select from tallystick.line_progress where quantity is null) then
    update tallystick.line_progress p set quantity = l.quantity
      from unnest(p_line_order, p_line_id, p_quantity) l(order_id, line_id, quantity)
      where p.quantity is null and p.order_id = l.order_id and p.line_id = l.line_id;
  end if;

  if p_progress is not null then
    insert into tallystick.line_progress (
        order_id, line_id, cancelled, shipped, returned, quantity, excused)
      select p.order_id, p.line_id, p.cancelled, p.shipped, p.returned, l.quantity,
        p.excused or l.quantity is null
      from jsonb_to_recordset(p_progress) p(
        order_id text, line_id text, cancelled bigint, shipped bigint, returned bigint, excused boolean)
      left join tallystick.sold_lines l on l.order_id = p.order_id and l.line_id = p.line_id
      on conflict (order_id, line_id) do update set
        cancelled = excluded.cancelled, shipped = excluded.shipped, returned = excluded.returned,
        quantity = excluded.quantity, excused = line_progress.excused or excluded.excused;
  end if;

  if p_holds is not null then
    delete from tallystick.holds h
      using jsonb_to_recordset(p_holds) n(hold_id text, hold jsonb)
      where n.hold is null and h.hold_id = n.hold_id;
    insert into tallystick.holds (hold_id, hold)
      select n.hold_id, n.hold from jsonb_to_recordset(p_holds) n(hold_id text, hold jsonb)
      where n.hold is not null
      on conflict (hold_id) do update set hold = excluded.hold;
  end if;

  if p_duplicates is not null then
    insert into tallystick.duplicates (kind, id, writer, seq)
      select d.kind, d.id, d.writer, d.seq
      from jsonb_to_recordset(p_duplicates) d(kind text, id text, writer text, seq bigint);
  end if;

  if p_quarantine is not null then
    insert into tallystick.quarantine (writer, seq, hash, reason, bytes, position)
      select q.writer, q.seq, decode(q.hash, 'hex'), q.reason, decode(q.bytes, 'hex'), p_position + p_count
      from jsonb_to_recordset(p_quarantine) q(
        writer text, seq bigint, hash text, reason text, bytes text)
      -- The sender does not know that it was put aside, and sends it again.
      on conflict do nothing;
  end if;

  insert into tallystick.outbox (position, type, payload)
    select f.position, f.type, f.payload
    from unnest(p_fact_position, p_fact_type, p_fact) with ordinality f(position, type, payload, at)
    order by f.at;

  perform pg_notify('tallystick_books', (p_position + p_count)::text);
  return turn_now;
end $$;
