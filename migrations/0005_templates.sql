-- What the owner says in place of the texts that ship: for a type, a channel or any (null), a branch or any (null), and a
-- class. A version is never changed once it was in force; going back is a new version with an old text.
create table template_versions (
  id text collate "C" primary key,
  type text not null,
  channel text,
  branch_code text,
  class text not null,
  number int not null,
  text text not null,
  -- Holds no personal field: for messengers whose servers are abroad.
  is_private boolean not null,
  -- draft, published (in force) or retired
  state text not null,
  -- The version whose text it brought back.
  restored int,
  created_at timestamptz not null default clock_timestamp(),
  created_by text not null,
  published_at timestamptz,
  published_by text,
  retired_at timestamptz,
  retired_by text,
  unique nulls not distinct (type, channel, branch_code, class, number)
);
-- one draft and one text in force for each (templates/store)
create unique index template_versions_draft on template_versions (type, channel, branch_code, class) nulls not distinct where state = 'draft';
create unique index template_versions_published on template_versions (type, channel, branch_code, class) nulls not distinct where state = 'published';

-- the last events of a type (templates: preview on real events, shadow run)
create index events_type on events (type, received_at desc);
