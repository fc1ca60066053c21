-- Who may call us.

create table keys (
  id text collate "C" primary key,
  name text not null,
  -- live: real messages; team: only to contacts marked as team; test: nothing leaves.
  kind text not null,
  -- A sender's key names its source; a machine's key of /api/v1 has scopes instead.
  source text,
  branch_code text,
  scopes text[] not null default '{}',
  key_hash bytea not null,
  hint text not null,
  rate_per_minute int,
  window_start timestamptz not null default 'epoch',
  window_count int not null default 0,
  created_at timestamptz not null default now(),
  created_by text not null,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);
-- a request brings a key (keys/store)
create unique index keys_hash on keys (key_hash);

-- What an owner changed in the profile of a source, without code.
create table source_profiles (
  source text primary key,
  overrides jsonb not null,
  updated_at timestamptz not null default now(),
  updated_by text not null
);

-- A copy of an infobase posts with the same key: it is told apart by its own id, and must not message real clients.
create table infobases (
  key_id text not null,
  source text not null,
  infobase text not null,
  state text not null,
  first_seen_at timestamptz not null default now(),
  decided_at timestamptz,
  decided_by text,
  primary key (key_id, infobase)
);

alter table events
  add column key_id text not null default 'env',
  add column team_only boolean not null default false,
  -- Kept, but not planned until an operator says so: `infobase`.
  add column held_reason text;
alter table deliveries add column team_only boolean not null default false;

drop index events_unplanned;
drop index events_client_unplanned;
-- the sweep finds what was kept but never planned
create index events_unplanned on events (lane, seq) where planned_at is null and held_reason is null;
-- an earlier fact of the same client that is not planned yet (deliveries/store claim)
create index events_client_unplanned on events (client_id, seq) where planned_at is null and held_reason is null;
-- what waits for an operator's word
create index events_held on events (key_id, infobase, seq) where held_reason is not null;
-- late facts of a document known by its number only (notifications/plan)
create index events_client_number on events (client_id, operation_number) where operation_number is not null;
-- reconcile: what a source sent in a span of time
create index events_source_time on events (source, received_at);

-- Every change that somebody outside may want to hear of, in the order of commits: a reader takes only rows whose
-- transaction, and all before it, are over (`xact` below the oldest running one), so none is ever skipped.

-- Transactions are numbered anew in another cluster: after a restore `shift` lifts new rows above all that were kept.
create table change_clock (
  only_row boolean primary key default true check (only_row),
  shift bigint not null default 0
);
insert into change_clock default values;

create function vestnik_change_xact() returns bigint language sql volatile as
  'select pg_current_xact_id()::text::bigint + shift from change_clock';

create table changes (
  xact bigint not null default vestnik_change_xact(),
  seq bigint generated always as identity,
  at timestamptz not null default clock_timestamp(),
  kind text not null,
  -- No foreign key: it would lock the client's row once more in every send, and clients are erased, never deleted.
  client_id text collate "C" not null,
  delivery_id text collate "C",
  state text,
  reason text,
  engagement text,
  purpose text,
  channel text,
  -- Sealed with the client's key: what a client wrote.
  body bytea,
  -- The messenger's update it came with, so that one that is worked twice is noted once.
  update_key text,
  primary key (xact, seq)
);
-- removing old changes
create index changes_at on changes (at);
-- one reply an update (changes/store)
create unique index changes_update on changes (client_id, channel, update_key) where update_key is not null;

create function vestnik_note_delivery() returns trigger language plpgsql as $$
begin
  insert into changes (kind, client_id, delivery_id, state, reason, engagement, channel)
  values ('delivery', new.client_id, new.id, new.state, new.reason, new.engagement, new.channel);
  return null;
end $$;
-- The condition stands here, so that the many steps in between call no function.
create trigger deliveries_changes_insert after insert on deliveries for each row
  when (new.state in ('sent', 'delivered', 'unknown', 'failed', 'skipped')) execute function vestnik_note_delivery();
create trigger deliveries_changes_update after update of state, reason, engagement on deliveries for each row
  when (new.state in ('sent', 'delivered', 'unknown', 'failed', 'skipped')
    and (new.state, new.reason, new.engagement) is distinct from (old.state, old.reason, old.engagement))
  execute function vestnik_note_delivery();

create function vestnik_note_consent() returns trigger language plpgsql as $$
begin
  insert into changes (kind, client_id, purpose, channel)
  values (case when new.granted then 'consent' else 'optOut' end, new.client_id, new.purpose, new.channel);
  return null;
end $$;
create trigger consents_changes after insert on consents for each row
  when (new.given_by = 'bot') execute function vestnik_note_consent();

-- Outgoing webhooks for a CRM: each reads `changes` at its own pace.
create table webhook_endpoints (
  id text collate "C" primary key,
  url text not null,
  -- Sealed with the service's key.
  secret bytea not null,
  kinds text[] not null,
  -- What the key that made it may see; null means all.
  source text,
  branch_code text,
  created_at timestamptz not null default now(),
  created_by text not null,
  cursor_xact bigint not null,
  cursor_seq bigint not null,
  failing_since timestamptz,
  failures int not null default 0,
  last_error text,
  next_attempt_at timestamptz not null default now(),
  -- Who works it, and until when nobody else may.
  lease_id text,
  lease_until timestamptz,
  disabled_at timestamptz,
  disabled_reason text
);
