-- The people.

create table secrets (
  name text primary key,
  wrapped bytea not null,
  created_at timestamptz not null default now()
);

create table settings (
  key text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);

create table branches (
  code text primary key,
  name text,
  timezone text,
  updated_at timestamptz not null default now()
);

create table clients (
  id text collate "C" primary key,
  external_id text,
  phone_index bytea,
  phone bytea,
  full_name bytea,
  branch_code text,
  -- Wrapped by a master key. Null after erasure: nothing sealed with it opens again.
  data_key bytea,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  erased_at timestamptz
);
-- Each of the two serves its own query only: on an empty table Postgres would take either for both, and keep that plan.
-- find by the sender's id (events/receive, PUT /clients)
create unique index clients_external_id on clients (external_id) where external_id is not null and erased_at is null;
-- find by phone (events/receive, journal search)
create index clients_phone on clients (phone_index) where phone_index is not null and erased_at is null;
-- one nameless client a phone: two processes that meet a new phone at once make one client
create unique index clients_phone_only on clients (phone_index) where external_id is null and erased_at is null;

create table contacts (
  id text collate "C" primary key,
  client_id text collate "C" not null references clients on delete cascade,
  channel text not null,
  address bytea not null,
  address_index bytea not null,
  -- The phone that proved the link; a client whose phone has changed since is no longer linked by it.
  phone_index bytea,
  linked_by text not null,
  team boolean not null default false,
  linked_at timestamptz not null default now(),
  blocked_at timestamptz,
  blocked_reason text,
  -- When this person last wrote to us here: some messengers let us speak freely only for a while after it.
  last_wrote_at timestamptz,
  -- When this chat's own limit is free again (deliveries/store claim).
  free_at timestamptz not null default 'epoch',
  -- One that 1C gave, and one for each phone that proved a link: a slip in a phone, corrected later, costs nothing.
  unique nulls not distinct (client_id, channel, phone_index)
);
-- chats that were proved by a phone (clients/resolve)
create index contacts_phone on contacts (phone_index) where phone_index is not null;
-- find by a messenger's address (bot updates)
create index contacts_address on contacts (channel, address_index);

create table consents (
  id text collate "C" primary key,
  client_id text collate "C" not null references clients on delete cascade,
  purpose text not null,
  granted boolean not null,
  wording text,
  wording_hash text,
  at timestamptz not null,
  given_by text not null,
  channel text,
  -- Said by whoever proved this phone; counts while it is the client's.
  phone_index bytea,
  recorded_at timestamptz not null default now()
);
-- the latest word of a client (notifications/plan)
create index consents_client on consents (client_id, purpose, at desc, recorded_at desc);

-- A chat with the bot whose person is not known as a client yet.
create table chats (
  channel text not null,
  address_index bytea not null,
  wording_hash text,
  consented_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (channel, address_index)
);

-- What happened.

create table events (
  id text collate "C" primary key,
  seq bigint generated always as identity,
  source text not null,
  test boolean not null,
  identity text collate "C" not null,
  content_hash bytea not null,
  external_id text,
  type text not null,
  occurred_at timestamptz,
  received_at timestamptz not null default clock_timestamp(),
  client_id text collate "C" not null references clients on delete cascade,
  infobase text,
  branch_code text,
  operation_id text,
  operation_number text,
  amount_kopecks bigint,
  stage int,
  -- money or ordinary, as of its type.
  lane text not null,
  -- Times it could not be planned: one that cannot be planned must not hold its client for ever.
  plan_failures int not null default 0,
  -- Sealed with the client's key: the canonical event and its warnings.
  payload bytea not null,
  planned_at timestamptz
);
-- one fact, one event (promise 2)
create unique index events_identity on events (source, test, identity);
-- the sweep finds what was kept but never planned
create index events_unplanned on events (seq) where planned_at is null;
-- an earlier fact of the same client that is not planned yet (deliveries/store claim)
create index events_client_unplanned on events (client_id, seq) where planned_at is null;
-- late facts of the same operation (notifications/plan)
create index events_operation on events (source, operation_id, seq) where operation_id is not null;

-- Whom we tell, and what became of it.

create table notifications (
  id text collate "C" primary key,
  event_id text collate "C" not null unique references events on delete cascade,
  client_id text collate "C" not null references clients on delete cascade,
  created_at timestamptz not null default now()
);

create table deliveries (
  id text collate "C" primary key,
  notification_id text collate "C" not null references notifications on delete cascade,
  event_id text collate "C" not null references events on delete cascade,
  event_seq bigint not null,
  client_id text collate "C" not null references clients on delete cascade,
  contact_id text collate "C" references contacts on delete set null,
  source text not null,
  type text not null,
  lane text not null,
  -- The consent it needs: service or advertising.
  purpose text not null,
  test boolean not null,
  branch_code text,
  -- Where its quiet hours are counted.
  zone text not null,
  operation_id text,
  operation_number text,
  -- Null when there was no channel to choose: the delivery is then the record of why.
  channel text,
  state text not null,
  reason text,
  engagement text,
  repeat boolean not null default false,
  -- Sealed with the client's key: the message as rendered.
  message bytea,
  template_version text,
  attempts int not null default 0,
  failures int not null default 0,
  attempt_id text collate "C",
  next_attempt_at timestamptz,
  lease_until timestamptz,
  -- When the sweep last hinted the queue of it.
  hinted_at timestamptz,
  -- The wording is only true until then («12:43 МСК» without a day): rendered anew when it leaves later.
  stale_at timestamptz,
  expires_at timestamptz not null,
  provider_message_id text,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  -- Set once, when nothing more will be tried.
  decided_at timestamptz
);
-- the earlier undecided message of a client (promise 3)
create index deliveries_undecided on deliveries (client_id, event_seq) where decided_at is null;
-- the sweep: what is due, what a dead worker left, what has expired
create index deliveries_due on deliveries (next_attempt_at) where decided_at is null;
-- the event's page
create index deliveries_event on deliveries (event_id);
-- the journal of a client
create index deliveries_client on deliveries (client_id, id desc);
-- the journal by operation
create index deliveries_operation_id on deliveries (operation_id) where operation_id is not null;
create index deliveries_operation_number on deliveries (operation_number) where operation_number is not null;
-- receipts find their delivery
create index deliveries_provider_message on deliveries (channel, provider_message_id) where provider_message_id is not null;

-- The journal: one row a call, one row a receipt. Partitioned by month; partitions are made by vestnik_make_partitions.

create table attempts (
  id text collate "C" not null,
  delivery_id text collate "C" not null,
  channel text not null,
  number int not null,
  repeat boolean not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  outcome text,
  code text,
  description text,
  provider_message_id text,
  primary key (id, started_at)
) partition by range (started_at);
-- a delivery's attempts
create index attempts_delivery on attempts (delivery_id);

create table receipts (
  id text collate "C" not null,
  delivery_id text collate "C" not null,
  state text not null,
  at timestamptz not null,
  recorded_at timestamptz not null default now(),
  primary key (id, at)
) partition by range (at);
-- a delivery's receipts
create index receipts_delivery on receipts (delivery_id);

create function vestnik_make_partitions(months_ahead int) returns void language plpgsql as $$
declare
  journal text;
  first_day date;
begin
  foreach journal in array array['attempts', 'receipts'] loop
    for month in -1..months_ahead loop
      first_day := (date_trunc('month', now() at time zone 'utc') + make_interval(months => month))::date;
      if to_regclass(journal || to_char(first_day, '_YYYY_MM')) is null then
        execute format('create table if not exists %I partition of %I for values from (%L) to (%L)',
          journal || to_char(first_day, '_YYYY_MM'), journal,
          first_day::text || ' 00:00:00+00', (first_day + interval '1 month')::date::text || ' 00:00:00+00');
      end if;
    end loop;
    execute format('create table if not exists %I partition of %I default', journal || '_rest', journal);
  end loop;
end $$;
select vestnik_make_partitions(3);

-- What a messenger sent us. The payload is sealed with the service's key and cleared once it is worked.
create table updates (
  id text collate "C" primary key,
  channel text not null,
  key text not null,
  payload bytea,
  received_at timestamptz not null default now(),
  handled_at timestamptz,
  unique (channel, key)
);
-- the sweep finds what was stored but not worked
create index updates_unhandled on updates (received_at) where handled_at is null;

-- The limits of a bot, shared by all workers.
create table channel_limits (
  channel text primary key,
  free_at timestamptz not null default 'epoch',
  paused_until timestamptz not null default 'epoch',
  pause_code text,
  pause_description text,
  -- How many pauses for a broken channel came one after another; a success resets it.
  broken_count int not null default 0
);

-- The operators.

create table users (
  name text primary key,
  password_hash text not null,
  role text not null,
  failed_logins int not null default 0,
  locked_until timestamptz,
  created_at timestamptz not null default now()
);

create table sessions (
  token_hash bytea primary key,
  user_name text not null references users on delete cascade,
  csrf text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
-- expired sessions are removed by the sweep
create index sessions_expiry on sessions (expires_at);
