-- An order as doors answer it, with the quantity in the unit that was asked for.
create or replace function tallystick.order_json(p_order text) returns jsonb language sql stable as $$
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
          'quantityUnits', l.quantity_units,
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
