alter table deliveries
  -- This channel came to nothing, and another is being looked for; until then it holds the line of its client.
  add column move_since timestamptz,
  -- When other channels were last looked for in vain.
  add column looked_at timestamptz;
-- the sweep: what a worker left between the failure and the next channel
create index deliveries_moving on deliveries (move_since) where move_since is not null;
-- the sweep: what was tried and is not decided, for its type's patience
create index deliveries_hindered on deliveries (event_seq) where decided_at is null and reason is not null;

-- A failure that is still being moved to another channel is no news yet.
drop trigger deliveries_changes_update on deliveries;
create trigger deliveries_changes_update after update of state, reason, engagement, move_since on deliveries for each row
  when (new.state in ('sent', 'delivered', 'unknown', 'failed', 'skipped') and new.move_since is null
    and ((new.state, new.reason, new.engagement) is distinct from (old.state, old.reason, old.engagement) or old.move_since is not null))
  execute function vestnik_note_delivery();

alter table channel_limits
  -- Calls without an answer, one after another, and since when: a burst of them stops the channel.
  add column failures_in_row int not null default 0,
  add column failing_since timestamptz,
  -- Since when it takes nothing; null while it works.
  add column down_since timestamptz;

-- Where administrators are told of a channel that went down: by another one.
create table alert_chats (
  channel text not null,
  address text not null,
  added_by text not null,
  added_at timestamptz not null default clock_timestamp(),
  primary key (channel, address)
);
create table alerts (
  id text collate "C" primary key,
  channel text not null,
  -- down or up
  turn text not null,
  description text not null,
  at timestamptz not null default clock_timestamp(),
  -- Set before it is told: an alert that came twice would be worse than one that is only in the log.
  told_at timestamptz
);
-- the sweep
create index alerts_untold on alerts (at) where told_at is null;

-- The owner's choice for a branch: unread for so long, a message is told in the client's next messenger as well.
alter table branches add column also_if_unread_minutes int;
-- the sweep: what was taken and not read, where reading is told of
create index deliveries_unread on deliveries (decided_at)
  where engagement is null and state in ('sent', 'delivered') and channel in ('vk', 'whatsapp');
