-- Personal data is sealed under a key per person, wrapped by a master key that is not in the books: who has the database
-- reads nothing, and whose key is destroyed is forgotten, though every chain stays as it is.
alter table tallystick.customers alter column personal drop not null;
alter table tallystick.customers add column sealed bytea;
alter table tallystick.customers add column erased_at timestamptz;
alter table tallystick.customers add check (erased_at is null or (sealed is null and personal is null));

create table tallystick.person_keys (
  customer text collate "C" primary key references tallystick.customers (id),
  -- Which master key wrapped it.
  master text collate "C" not null,
  wrapped bytea not null
);

-- Which fields changed can no more be read off the table: whoever changes them says it, in the same transaction.
drop trigger note_customer on tallystick.customers;
drop function tallystick.note_customer();
