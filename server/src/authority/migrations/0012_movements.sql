-- What happened to the stock of a product, place by place: the net effect of one entry on one pool.
-- Derived from entries a moment after they settle, off the way of a turn; it could be made anew from them.
create table tallystick.movements (
  sku text collate "C" not null,
  location text collate "C" not null,
  -- By the clock of whoever did it; the position tells apart what happened at one moment.
  at_ms tallystick.whole not null,
  position tallystick.whole not null,
  type text collate "C" not null,
  on_hand bigint not null,
  available bigint not null,
  on_hold bigint not null,
  writer text collate "C" not null,
  seq tallystick.whole not null,
  actor text not null,
  document text not null,
  order_id text,
  reason text,
  primary key (sku, at_ms, position, location)
);

-- Up to which position of the books movements are written.
create table tallystick.movements_written (
  id boolean primary key default true check (id),
  position tallystick.whole not null default 0
);
insert into tallystick.movements_written default values;
