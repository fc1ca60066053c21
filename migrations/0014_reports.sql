-- The numbers of each day, made from the journal for the last days by delete and insert (reports/facts.ts): a rerun changes
-- nothing. A day is that of the branch's own zone, or of TIMEZONE.

alter table deliveries
  -- As it left, it had a button or a link that tells us of a tap. Null is unknown: it left before this column, or did not leave.
  add column tells_tap boolean,
  -- Of an advertising message under a hold-out: `told` or `held`, drawn by lot (notifications/holdout.ts).
  add column trial text;

create table fact_days (
  day date primary key,
  computed_at timestamptz not null
);

create table daily_facts (
  day date not null,
  branch_code text,
  channel text,
  type text not null,
  source text not null,
  -- As of deliveries; `moved` is one that failed here and went on by another channel.
  state text not null,
  reason text,
  engagement text,
  tells_tap boolean,
  count int not null
);
-- every report reads a span of days
create index daily_facts_day on daily_facts (day);

-- How long things took, as a histogram whose steps grow by 2 % (reports/spans.ts): medians of any span of days are read from it.
create table daily_times (
  day date not null,
  branch_code text,
  channel text,
  type text not null,
  source text not null,
  -- fact_to_messenger, kept_to_messenger or accepted_to_paid
  measure text not null,
  step int not null,
  count int not null
);
-- every report reads a span of days of one measure; a day is made anew
create index daily_times_day on daily_times (day, measure);

-- Who came and who was told; ids only.
create table daily_clients (
  day date not null,
  branch_code text,
  client_id text collate "C" not null references clients on delete cascade,
  source text not null,
  -- Deals that were begun.
  visits int not null,
  -- Messages that were due, and of those the ones a messenger took.
  due int not null,
  reached int not null
);
-- reach and repeat visits read a span of days
create index daily_clients_day on daily_clients (day);
-- the next visits of one client (reports/store/returns)
create index daily_clients_client on daily_clients (client_id, day) where visits > 0;

-- What is only counted: `opt_out` and `answer` of the bot, by kind.
create table daily_counts (
  day date not null,
  branch_code text,
  channel text,
  measure text not null,
  kind text not null,
  count int not null
);
-- every report reads a span of days of one measure; a day is made anew
create index daily_counts_day on daily_counts (day, measure);

-- What the bot answered by itself. Nobody is named: only that it was asked, where and of what.
create table bot_answers (
  at timestamptz not null default clock_timestamp(),
  channel text not null,
  branch_code text,
  kind text not null
);
-- a day's answers (reports/store/facts)
create index bot_answers_at on bot_answers (at);

-- a day's refusals (reports/store/facts)
-- safe: few words of consent are refusals.
create index consents_refused on consents (recorded_at) where not granted;
-- a day's blocks (reports/store/facts)
-- safe: few contacts are blocked.
create index contacts_blocked on contacts (blocked_at) where blocked_at is not null;
-- the hold-out (reports/store/holdout)
-- safe: the column is new, so the index is empty.
create index deliveries_trial on deliveries (id) where trial is not null;

-- To whom the day's numbers go: his chat is sealed with the service's key.
create table digests (
  only_row boolean primary key default true check (only_row),
  sealed bytea not null,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by text not null
);
-- A day's digest leaves once: the row is there before it does.
create table digest_days (
  day date primary key,
  taken_at timestamptz not null default clock_timestamp(),
  outcome text,
  code text
);
