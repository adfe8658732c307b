-- Customers of the books whom a region is to keep from now on: an operator asked for it, and the region takes them over.
alter table tallystick.customers add column moves_to text collate "C" references tallystick.replicas (id);
-- Which asking it was: what was copied for one that was stopped is of no use to the next.
alter table tallystick.customers add column move_id uuid;
alter table tallystick.customers add check ((moves_to is null) = (move_id is null));
alter table tallystick.customers add check (moves_to is null or (kept_at is null and erased_at is null));
create index customers_to_move on tallystick.customers (moves_to, id) where moves_to is not null;
-- Requests that registered a customer: looked for where somebody is erased or moved.
create index idempotent_requests_of_customers on tallystick.idempotent_requests ((answer ->> 'id'))
  where answer ->> 'id' is not null;
