-- What has outlived its time, of what waits (deliveries/store/overdue).
drop index concurrently if exists deliveries_expiring;
create index concurrently deliveries_expiring on deliveries (expires_at) where coalesce(decided_at, 'infinity') = 'infinity';
