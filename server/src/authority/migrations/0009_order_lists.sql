-- Orders as lists: newest first, and by what integrators filter on.

create index orders_newest_first on tallystick.orders (placed_at desc, order_id desc);
create index orders_of_client on tallystick.orders (client_id, placed_at desc, order_id desc) where client_id is not null;
create index orders_of_customer on tallystick.orders (customer_id, placed_at desc, order_id desc)
  where customer_id is not null;

-- How far an order has come by the word of its owner, in whichever life it spoke.
create function tallystick.order_mark(p_order text, p_writer text) returns text language sql stable as $$
  select d.kind from tallystick.documents d
   where d.kind in ('processing', 'delivered') and d.id = p_order
     and split_part(d.writer, '.', 1) = split_part(p_writer, '.', 1)
   order by d.kind = 'delivered' desc limit 1
$$;

-- The status as every replica works it out from lines and mark.
create function tallystick.order_status(p_order text, p_writer text) returns text language sql stable as $$
  select case
      when bool_and(l.cancelled >= l.quantity) then 'cancelled'
      when bool_and(l.cancelled >= l.quantity or l.returned >= l.quantity - l.cancelled) then 'returned'
      when bool_and(l.departed) or m.mark = 'delivered' then 'delivered'
      when bool_and(l.cancelled >= l.quantity or l.shipped >= l.quantity - l.cancelled) then 'shipped'
      when m.mark = 'processing' or bool_or(l.shipped > 0 and l.cancelled < l.quantity) then 'processing'
      else 'confirmed'
    end
    from tallystick.order_lines l,
      (select tallystick.order_mark(p_order, p_writer) as mark) m
   where l.order_id = p_order
   group by m.mark
$$;

-- An order as doors answer it.
create function tallystick.order_json(p_order text) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object(
      'id', o.order_id,
      'status', tallystick.order_status(o.order_id, o.writer),
      'stage', 'settled',
      'owner', split_part(o.writer, '.', 1),
      'channel', o.channel,
      'client', o.client_id,
      'customer', o.customer_id,
      'priority', o.priority,
      'placedAt', to_char(o.placed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'note', o.note,
      'overrideReason', o.override_reason,
      'payments', o.payments,
      'lines', (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
          'lineId', l.line_id, 'sku', l.sku, 'locationId', l.location, 'quantity', l.quantity, 'unit', l.unit,
          'unitPrice', jsonb_build_object('amountMinor', l.unit_price_minor, 'currency', l.currency),
          'taxRateBp', l.tax_rate_bp, 'taxIncluded', l.tax_included,
          'cancelled', l.cancelled, 'returned', l.returned,
          'shipped', case when l.departed then l.quantity else l.shipped end,
          'owed', nullif(l.owed, 0),
          'conflict', nullif(l.conflict, false)
        )) order by length(l.line_id), l.line_id)
        from tallystick.order_lines l where l.order_id = o.order_id)))
    from tallystick.orders o where o.order_id = p_order
$$;
