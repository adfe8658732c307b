-- Whose personal data a region keeps to itself: here is the opaque id alone, and which region it is.
alter table tallystick.customers add column kept_at text collate "C" references tallystick.replicas (id);
alter table tallystick.customers add check (kept_at is null or (sealed is null and personal is null));
-- By the rule of retention: the region is to forget it, and says when it did.
alter table tallystick.customers add column forget_at timestamptz;
create index customers_to_forget on tallystick.customers (kept_at) where forget_at is not null and erased_at is null;
