alter table deliveries
  -- This channel came to nothing, and another is being looked for; until then it holds the line of its client.
  add column move_since timestamptz,
  -- When other channels were last looked for in vain.
  add column looked_at timestamptz;
-- the sweep: what a worker left between the failure and the next channel
create index deliveries_moving on deliveries (move_since) where move_since is not null;
