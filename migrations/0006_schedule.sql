-- What the owner decided for one branch; null leaves the default (events/branch-rules.ts).
alter table branches
  add column quiet_hours jsonb,
  add column reminders jsonb;

-- Reminders of instalments to come: made by an event that names the next date, turned into an event of their own at `due_at`.
create table schedules (
  id text collate "C" primary key,
  client_id text collate "C" not null references clients on delete cascade,
  source text not null,
  key_id text not null,
  team_only boolean not null,
  branch_code text,
  operation_id text,
  operation_number text,
  stage int,
  next_date date not null,
  due_at timestamptz not null,
  -- Sealed with the client's key: the event to be, without its client. Null once there is nothing more to say.
  payload bytea,
  -- planned, fired or cancelled.
  state text not null,
  -- Why it was cancelled: paid, corrected, told_by_sender, too_late, off, erased.
  reason text,
  -- The event that named the date.
  made_by text collate "C" references events on delete set null,
  made_by_seq bigint not null,
  -- The event that cancelled it, or into which it was turned.
  ended_by text collate "C" references events on delete set null,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz
);
-- what is due (notifications/fire)
create index schedules_due on schedules (due_at) where state = 'planned';
-- what a later event of the same operation changes (notifications/plan)
create index schedules_operation on schedules (source, operation_id) where operation_id is not null;
create index schedules_number on schedules (client_id, operation_number) where operation_number is not null;
-- erasure, and GET /schedules of one client
create index schedules_client on schedules (client_id);

-- Whoever erases a client takes what was to be said to him.
create function vestnik_erase_schedules() returns trigger language plpgsql as $$
begin
  update schedules set payload = null,
    state = case when state = 'planned' then 'cancelled' else state end,
    reason = case when state = 'planned' then 'erased' else reason end,
    ended_at = coalesce(ended_at, clock_timestamp())
  where client_id = new.id;
  return null;
end $$;
create trigger clients_schedules after update of erased_at on clients for each row
  when (new.erased_at is not null and old.erased_at is null) execute function vestnik_erase_schedules();

-- what the test phones tell later (deliveries/store/rehearsed)
create index deliveries_sandbox on deliveries (decided_at) where channel = 'sandbox';
