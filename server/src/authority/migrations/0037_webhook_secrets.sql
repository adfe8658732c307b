-- Each secret that was replaced stays valid for a day: a second rotation within that day must not end the first
-- one's, which may be the only one that a receiver knows.
alter table tallystick.webhook_endpoints add column secrets_before jsonb not null default '[]';
update tallystick.webhook_endpoints
  set secrets_before = jsonb_build_array(jsonb_build_object('secret', secret_before, 'until', secret_before_until))
  where secret_before_until > now();
alter table tallystick.webhook_endpoints drop column secret_before, drop column secret_before_until;
