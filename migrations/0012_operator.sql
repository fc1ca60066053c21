-- The operator's hand.

alter table deliveries
  -- The delivery whose words it says once more, by an operator's hand.
  add column resent_from text collate "C",
  -- Who did it: a user or a key.
  add column resent_by text;
-- A channel or a lane of which nothing leaves until somebody says so.
create table queue_pauses (
  queue text primary key,
  -- paused: nothing leaves; draining: only what was begun goes on.
  mode text not null check (mode in ('paused', 'draining')),
  paused_at timestamptz not null default clock_timestamp(),
  paused_by text not null
);

-- Users.

alter table users
  -- The branches an operator sees; null means all.
  add column branches text[],
  -- Somebody else has set the password: its owner has to choose one of his own first.
  add column must_change_password boolean not null default false,
  add column disabled_at timestamptz,
  add column last_login_at timestamptz;

-- Who did what: nothing in here is ever changed or removed.
create table audit (
  id text collate "C" primary key,
  at timestamptz not null default clock_timestamp(),
  -- A user's name, or the id of a key.
  who text not null,
  kind text not null check (kind in ('user', 'key', 'stranger')),
  act text not null,
  -- An id, a code or a name of ours; never a person's.
  object text,
  outcome text not null check (outcome in ('done', 'refused', 'denied', 'failed')),
  detail jsonb
);
-- what one of them did (audit/store)
create index audit_who on audit (who, id desc);
-- what was done to one thing (audit/store)
create index audit_object on audit (object, id desc) where object is not null;

create function vestnik_keep_audit() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is only ever added to';
end $$;
create trigger audit_append_only before update or delete or truncate on audit
  for each statement execute function vestnik_keep_audit();
