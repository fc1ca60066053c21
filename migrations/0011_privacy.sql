-- What the law on personal data asks for: consents with their texts, erasure, terms of keeping, who looked at whom.

-- Texts of consent that we show ourselves; nothing personal is in them. A text that a sender gave may name its client:
-- it is sealed with his key (consents.wording_sealed).
create table wordings (
  hash text primary key,
  wording text not null,
  first_shown_at timestamptz not null default clock_timestamp()
);
insert into wordings (hash, wording, first_shown_at)
select distinct on (wording_hash) wording_hash, wording, recorded_at from consents
where given_by = 'bot' and wording is not null and wording_hash is not null
order by wording_hash, recorded_at;

alter table consents
  -- button, stop, api, event, import, block or operator; null before this was noted.
  add column act text,
  -- The chat it was said in, as a blind index.
  add column chat_index bytea,
  add column wording_sealed bytea;
-- texts that older versions kept open (journal/retention/tidy)
-- safe: one row a word of consent: seconds even for a million clients.
create index consents_open_wording on consents (id) where wording is not null;

alter table deliveries
  -- The word of consent by which it left, looked up at the moment of sending. No foreign key: it would be checked in every send.
  add column consent_id text collate "C";
-- erasure: a contact that goes leaves its deliveries
-- safe: on a large base it is built by hand before the update (docs/ru/obnovlenie.md).
create index if not exists deliveries_contact on deliveries (contact_id) where contact_id is not null;

-- Cleared by erasure, and when its time of keeping is over.
alter table events alter column payload drop not null;
-- retention: events with a content, the oldest first
-- safe: on a large base it is built by hand before the update (docs/ru/obnovlenie.md).
create index if not exists events_content on events (id) where payload is not null;

-- retention: messages with a text, the oldest first
-- safe: on a large base it is built by hand before the update (docs/ru/obnovlenie.md).
create index if not exists deliveries_text on deliveries (id) where message is not null and decided_at is not null;

-- clients erased lately, looked at once more (clients/erasure/store)
-- safe: nobody is erased yet, so the index is empty.
create index clients_erased on clients (erased_at) where erased_at is not null;

-- The acts: proof of each erasure. Nothing personal but the ids.
create table erasures (
  id text collate "C" primary key,
  client_id text collate "C" not null unique references clients on delete cascade,
  external_id text,
  at timestamptz not null default clock_timestamp(),
  by text not null,
  ground text not null,
  counts jsonb not null
);
-- the act of a client whom the sender names
create index erasures_external_id on erasures (external_id, at desc) where external_id is not null;

-- Who looked at whose data. No foreign keys: it is written aside, in thousands, and outlives what it speaks of.
create table looks (
  id text collate "C" primary key,
  at timestamptz not null,
  -- `user:…`, `key:…` or `admin-key`
  who text not null,
  place text not null,
  -- Null for an export: its filter and its count stand for the clients.
  client_id text collate "C",
  filter jsonb,
  shown int not null default 1
);
-- who looked at this client
create index looks_client on looks (client_id, id desc) where client_id is not null;
-- exports
create index looks_exports on looks (id) where client_id is null;

-- Each run of a term of keeping.
create table retention_runs (
  id text collate "C" primary key,
  kind text not null,
  days int not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  removed bigint not null default 0,
  fault text
);
-- the last run of each kind
create index retention_runs_kind on retention_runs (kind, id desc);

-- Drops the months of the journal that are wholly older; answers how many partitions those were. It gives up rather than
-- keep the journal waiting behind a long reader: tomorrow is another night.
create function vestnik_drop_journal(before timestamptz) returns int language plpgsql as $$
declare
  part record;
  dropped int := 0;
begin
  perform set_config('lock_timeout', '2s', true);
  for part in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent in ('attempts'::regclass, 'receipts'::regclass) and c.relname ~ '_[0-9]{4}_[0-9]{2}$'
      and to_timestamp(right(c.relname, 7) || ' +00', 'YYYY_MM TZH') + interval '1 month' <= before
  loop
    execute format('drop table %I', part.relname);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;
