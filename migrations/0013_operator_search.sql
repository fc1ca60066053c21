-- safe throughout: a year's deliveries are indexed in seconds, which an intake waits out.
-- Apart from 0012, so that a long build of an index holds no lock on the columns.

-- the messages that ended without arriving, newest first (deliveries/store/dead-letters)
create index if not exists deliveries_dead on deliveries (id desc) where state in ('failed', 'skipped') and move_since is null;
-- an operator of one branch asks for its clients (dashboard/search, dashboard/clients)
create index if not exists deliveries_branch on deliveries (branch_code, id desc) where branch_code is not null;
-- a double click says it once (deliveries/store/resend)
create unique index deliveries_resent_from on deliveries (resent_from) where resent_from is not null;
