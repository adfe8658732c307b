-- Who has not been changed for longest is looked at first, where customers are forgotten by rule.
create index customers_by_age on tallystick.customers (changed_at) where erased_at is null;
