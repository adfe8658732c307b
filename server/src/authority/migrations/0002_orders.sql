-- Orders as queryable books. Everything here is a projection of entries.

create table tallystick.orders (
  order_id text collate "C" primary key,
  -- The entry that sold it; its writer owns the order.
  writer text collate "C" not null,
  seq tallystick.whole not null,
  channel text collate "C" not null,
  client_id text collate "C",
  customer_id text collate "C",
  priority tallystick.whole not null,
  placed_at timestamptz not null,
  settled_at timestamptz not null default now(),
  hold_id text collate "C",
  payments jsonb not null,
  note text,
  -- F8: why a cashier sold without rights.
  override_reason text
);

create trigger orders_stay before delete or truncate on tallystick.orders
  for each statement execute function tallystick.refuse_change();

-- As it was sold, for ever: `order_lines` below shows it with what happened since.
create table tallystick.sold_lines (
  order_id text collate "C" not null,
  line_id text collate "C" not null,
  sku text collate "C" not null,
  location text collate "C" not null,
  quantity integer not null check (quantity >= 1),
  unit text not null,
  quantity_units tallystick.whole not null check (quantity_units >= 1),
  unit_price_minor tallystick.whole not null,
  currency text not null,
  tax_rate_bp tallystick.whole not null,
  tax_included boolean not null,
  discounts jsonb not null,
  -- Whether the goods left with the sale, as at a till.
  departed boolean not null,
  owed integer not null check (owed between 0 and quantity),
  primary key (order_id, line_id)
);

-- What has happened to a line since. It may be told before the order itself is, for
-- entries of different writers come in any order; then `quantity` is not known yet.
create table tallystick.line_progress (
  order_id text collate "C" not null,
  line_id text collate "C" not null,
  cancelled tallystick.whole not null,
  shipped tallystick.whole not null,
  returned tallystick.whole not null,
  quantity integer,
  -- A fenced writer said so, or nobody could compare when it was said.
  excused boolean not null,
  -- The owner cancelled what the keeper shipped: each was right as far as it could know.
  conflict boolean generated always as (coalesce(cancelled + shipped > quantity, false)) stored,
  primary key (order_id, line_id),
  constraint line_progress_within check (
    excused or quantity is null
    or (cancelled <= quantity and shipped <= quantity and returned <= quantity))
);
create index line_progress_without_order on tallystick.line_progress (order_id) where quantity is null;
create index line_progress_in_conflict on tallystick.line_progress (order_id) where conflict;

create view tallystick.order_lines as
  select l.*, coalesce(p.cancelled, 0) as cancelled, coalesce(p.shipped, 0) as shipped,
    coalesce(p.returned, 0) as returned, coalesce(p.conflict, false) as conflict
  from tallystick.sold_lines l
  left join tallystick.line_progress p on p.order_id = l.order_id and p.line_id = l.line_id;

-- One row a business fact, written in the commit of its entry. Ids follow the order of commits.
create table tallystick.outbox (
  id bigint generated always as identity primary key,
  position tallystick.whole not null,
  type text collate "C" not null,
  payload jsonb not null
);
