-- Whose customer somebody is: a business client sees its own alone. Null where the merchant registered them.
alter table tallystick.customers add column client text collate "C";
