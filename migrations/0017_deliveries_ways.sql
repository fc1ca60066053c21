-- What is due of each channel and lane, as the sweep looks for it every two seconds however many wait (deliveries/store/overdue).
-- Its condition is worded for the sweep alone: whoever looks for the line of one client must not be led here by old statistics.
drop index concurrently if exists deliveries_ways;
create index concurrently deliveries_ways on deliveries (channel, lane, (coalesce(next_attempt_at, created_at))) where coalesce(decided_at, 'infinity') = 'infinity';
