-- Requests that made something at the books under an Idempotency-Key, so that the key means one request at every
-- door of every region, and after a restart of any of them. What is known by an id of its own is not here.
create table tallystick.idempotent_requests (
  key text collate "C" primary key,
  request_hash bytea not null check (octet_length(request_hash) = 32),
  -- Null while it is carried out. Of a customer its id alone: what names people stands elsewhere.
  answer jsonb,
  made_at timestamptz not null default now()
);
create index idempotent_requests_by_age on tallystick.idempotent_requests (made_at);
