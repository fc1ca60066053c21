-- What waits, as the sweep looks for it every two seconds (deliveries/store/overdue), however many there are: of each channel and
-- lane what is due, and what has outlived its time.
-- safe: on a large base it is built by hand before the update (docs/ru/obnovlenie.md).
create index if not exists deliveries_ways on deliveries (channel, lane, (coalesce(next_attempt_at, created_at))) where decided_at is null;
-- safe: on a large base it is built by hand before the update (docs/ru/obnovlenie.md).
create index if not exists deliveries_expiring on deliveries (expires_at) where decided_at is null;
-- safe: whoever still looks by it, the sweep of the version before, finds the same by deliveries_ways or a scan of what is undecided.
drop index if exists deliveries_due;
