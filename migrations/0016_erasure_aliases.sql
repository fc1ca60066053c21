-- The other ids of a client who had been two: whoever asks again by one of them gets the same act (clients/erasure).
alter table erasures add column aliases text[] not null default '{}';
-- the act of a client whom the sender names by one of them
-- safe: the column is new, so there is nothing in it to build from.
create index erasures_aliases on erasures using gin (aliases);
