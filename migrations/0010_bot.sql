-- What clients ask, choose and say in the chat with the bot.

-- A question to the operators of a branch, and the one answer to it. The texts are sealed with the client's key.
create table questions (
  id text collate "C" primary key,
  client_id text collate "C" not null references clients on delete cascade,
  -- The chat it was asked in: the answer goes there or nowhere.
  contact_id text collate "C" references contacts on delete set null,
  channel text not null,
  address_index bytea not null,
  branch_code text,
  zone text,
  -- open, answered or closed
  state text not null default 'open',
  body bytea,
  -- The messenger's update it came with: one that is worked twice asks once.
  update_key text not null,
  created_at timestamptz not null default clock_timestamp(),
  answer bytea,
  answered_at timestamptz,
  answered_by text,
  -- The answer goes the way of every event.
  answer_event_id text collate "C" references events on delete set null,
  closed_at timestamptz,
  closed_by text,
  unique (channel, update_key)
);
-- the operators' list (questions/store)
create index questions_state on questions (state, id desc);
create index questions_branch on questions (branch_code, id desc) where branch_code is not null;
-- retention
create index questions_created on questions (created_at);
-- erasure, and what one client has asked
create index questions_client on questions (client_id);
-- whether an answer goes to the chat it was asked in (deliveries/store claim)
create index questions_answer on questions (answer_event_id) where answer_event_id is not null;

-- What a client has chosen for himself; null leaves what the owner has.
create table client_settings (
  client_id text collate "C" primary key references clients on delete cascade,
  channel_order text[],
  quiet_from int,
  quiet_to int,
  private_texts boolean not null default false,
  updated_at timestamptz not null default now()
);

-- Where a chat stands: a question is being written, or a numbered menu was shown. Holds no text.
create table conversations (
  channel text not null,
  address_index bytea not null,
  -- question or choice
  kind text not null,
  client_id text collate "C" references clients on delete cascade,
  choices text[],
  at timestamptz not null default clock_timestamp(),
  primary key (channel, address_index)
);
-- erasure
create index conversations_client on conversations (client_id) where client_id is not null;

-- One payout, one mark. No foreign keys: they would lock rows once more in every send.
create table ratings (
  event_id text collate "C" primary key,
  delivery_id text collate "C" not null,
  client_id text collate "C" not null,
  -- due, asked, rated or dropped
  state text not null default 'due',
  due_at timestamptz not null,
  score int,
  asked_at timestamptz,
  rated_at timestamptz
);
-- the sweep: whom to ask now
create index ratings_due on ratings (due_at) where state = 'due';
-- a press finds its payout
create index ratings_delivery on ratings (delivery_id);
-- erasure
create index ratings_client on ratings (client_id);

create function vestnik_note_rating() returns trigger language plpgsql as $$
begin
  insert into ratings (event_id, delivery_id, client_id, due_at)
  values (new.event_id, new.id, new.client_id, clock_timestamp() + interval '30 minutes')
  on conflict (event_id) do nothing;
  return null;
end $$;
-- Only once the messenger has taken it: nobody is asked about money he was not told of.
-- safe: the running version only meets one more insert, into a table that it does not know.
create trigger deliveries_ratings after update of state on deliveries for each row
  when (new.type = 'payout.paid' and new.state in ('sent', 'delivered') and old.state not in ('sent', 'delivered')
    and not new.test and new.channel is distinct from 'sandbox')
  execute function vestnik_note_rating();

-- A client asks to be erased; an operator decides.
create table erasure_requests (
  id text collate "C" primary key,
  client_id text collate "C" not null references clients on delete cascade,
  channel text not null,
  -- open or done
  state text not null default 'open',
  requested_at timestamptz not null default clock_timestamp(),
  done_at timestamptz
);
-- one open request a client
create unique index erasure_requests_open on erasure_requests (client_id) where state = 'open';
-- the operators' list, oldest first
create index erasure_requests_state on erasure_requests (state, id);

-- Whoever erases a client takes what he asked and chose; that he asked, and his marks, are counted on.
create function vestnik_erase_bot() returns trigger language plpgsql as $$
begin
  update questions set body = null, answer = null, state = 'closed', closed_at = coalesce(closed_at, clock_timestamp())
    where client_id = new.id;
  delete from client_settings where client_id = new.id;
  delete from conversations where client_id = new.id;
  update ratings set state = 'dropped' where client_id = new.id and state = 'due';
  update erasure_requests set state = 'done', done_at = clock_timestamp() where client_id = new.id and state = 'open';
  return null;
end $$;
-- safe: an erasure takes what the bot kept as well; the running version keeps none of it.
create trigger clients_bot after update of erased_at on clients for each row
  when (new.erased_at is not null and old.erased_at is null) execute function vestnik_erase_bot();
