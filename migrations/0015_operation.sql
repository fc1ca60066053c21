-- The journal as a chain: a row written into the past, changed or taken out is seen (journal/chain.ts).

-- A block stands for up to a thousand rows of one month of one table of the journal. `marks` holds 8 bytes a row, made with
-- a key that is not in the database in the clear; `hash` binds them to the block before.
create table journal_blocks (
  journal text not null check (journal in ('attempts', 'receipts')),
  -- Of the partition its rows lie in.
  month date not null,
  number int not null,
  -- Its last row, in the order of writing.
  until_at timestamptz not null,
  until_id text collate "C" not null,
  marks bytea not null,
  previous bytea not null,
  hash bytea not null,
  sealed_at timestamptz not null default clock_timestamp(),
  primary key (journal, month, number)
);
-- where sealing goes on (journal/chain-store)
create index journal_blocks_until on journal_blocks (journal, until_at desc, until_id desc);

-- The end of each chain, once a day. It stays when retention drops the month, and is logged, so that it is known outside.
create table journal_anchors (
  day date not null,
  journal text not null,
  month date not null,
  number int not null,
  rows bigint not null,
  hash bytea not null,
  anchored_at timestamptz not null default clock_timestamp(),
  primary key (day, journal, month)
);

-- safe: a BRIN index of a month's rows is made in seconds and costs a write next to nothing.
-- the rows of a span of time, for sealing and checking (journal/chain-store)
create index attempts_started on attempts using brin (started_at) with (pages_per_range = 32);
-- safe: a BRIN index is made in seconds, as above.
create index receipts_recorded on receipts using brin (recorded_at) with (pages_per_range = 32);
