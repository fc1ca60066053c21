-- What is due of each channel and lane, as the sweep looks for it every two seconds however many wait (deliveries/store/overdue).
drop index concurrently if exists deliveries_ways;
create index concurrently deliveries_ways on deliveries (channel, lane, (coalesce(next_attempt_at, created_at))) where decided_at is null;
