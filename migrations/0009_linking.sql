-- How a client and his chat find each other, and clients who turn out to be one.

-- One-time links of the weighing slip. The token itself is kept nowhere.
create table link_tokens (
  token_hash bytea primary key,
  client_id text collate "C" not null references clients on delete cascade,
  made_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
-- erasure and merging of a client (clients/linking)
create index link_tokens_client on link_tokens (client_id);
-- removing what has expired (clients/linking)
create index link_tokens_expiry on link_tokens (expires_at);

-- The code that an operator reads out to a client. One a client: a new one takes the place of the old one and its tries.
create table link_codes (
  client_id text collate "C" primary key references clients on delete cascade,
  code_hash bytea not null,
  made_by text not null,
  expires_at timestamptz not null,
  tries int not null default 0
);

alter table chats
  -- The link that somebody came by, until he agrees.
  add column token_hash bytea,
  add column token_at timestamptz,
  -- The phone that was typed here, as a blind index.
  add column phone_index bytea,
  add column phone_at timestamptz,
  -- Guesses at links and codes since then.
  add column tries int not null default 0,
  add column tries_since timestamptz not null default 'epoch';

-- a new code gives those who typed its phone their tries back (clients/linking)
-- safe: the column is new, so the index is empty.
create index chats_phone on chats (phone_index) where phone_index is not null;

-- An operator took this link away; it is kept for the journal of what was sent there.
alter table contacts add column unlinked_at timestamptz;

-- The other ids of a client who was two: whoever names one of them means him.
create table client_aliases (
  external_id text primary key,
  client_id text collate "C" not null references clients on delete cascade,
  merged_at timestamptz not null default now(),
  merged_by text not null
);
-- the other ids of one client (merging, erasure)
create index client_aliases_client on client_aliases (client_id);

-- What became of this record when it was merged into another. It is empty then, as after an erasure.
alter table clients add column merged_into text collate "C" references clients on delete set null;
-- the records that went into a client (erasure)
-- safe: the column is new, so the index is empty.
create index clients_merged_into on clients (merged_into) where merged_into is not null;

-- Whoever erases a client takes the ways to him, and the other ids he was known by.
create function vestnik_erase_links() returns trigger language plpgsql as $$
begin
  delete from link_tokens where client_id = new.id;
  delete from link_codes where client_id = new.id;
  delete from client_aliases where client_id = new.id;
  return null;
end $$;
-- safe: an erasure takes the links as well; the running version has none.
create trigger clients_links after update of erased_at on clients for each row
  when (new.erased_at is not null and old.erased_at is null) execute function vestnik_erase_links();

-- Others hear when a client's phone changes: the links that the old one proved do not hold any more.
create function vestnik_note_unlinked() returns trigger language plpgsql as $$
begin
  insert into changes (kind, client_id, channel)
  select 'unlinked', new.id, k.channel from contacts k
  where k.client_id = new.id and k.phone_index = old.phone_index and k.unlinked_at is null and k.channel <> 'sandbox';
  return null;
end $$;
-- safe: the running version changes phones as before; that links end is only told.
create trigger clients_unlinked after update of phone_index on clients for each row
  when (old.phone_index is not null and new.phone_index is distinct from old.phone_index and new.erased_at is null)
  execute function vestnik_note_unlinked();

-- How far the file of an import was read, by its content: begun again, it goes on from there.
create table client_imports (
  file_hash bytea primary key,
  lines_done int not null default 0,
  made int not null default 0,
  changed int not null default 0,
  refused int not null default 0,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);
