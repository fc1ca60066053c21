-- Apart from 0014_reports, so that a long build of an index holds no lock on its columns. The journal's filters (journal/search,
-- dashboard/journal): what is common is found at the end of the primary key, these find what is rare or was long ago.

-- by channel, and by channel and state
-- safe: on a large base it is built by hand before the update (docs/ru/obnovlenie.md).
create index if not exists deliveries_channel_state on deliveries (channel, state, id desc);
-- by event
-- safe: on a large base it is built by hand before the update (docs/ru/obnovlenie.md).
create index if not exists deliveries_type on deliveries (type, id desc);
-- by a state in which messages end, except the one in which almost all do
-- safe: on a large base it is built by hand before the update (docs/ru/obnovlenie.md).
create index if not exists deliveries_state on deliveries (state, id desc) where state in ('delivered', 'unknown', 'failed', 'skipped');
-- by branch; an earlier migration may have made it for the operators of one branch
-- safe: on a large base it is built by hand before the update (docs/ru/obnovlenie.md).
create index if not exists deliveries_branch on deliveries (branch_code, id desc) where branch_code is not null;
-- by reason
-- safe: on a large base it is built by hand before the update (docs/ru/obnovlenie.md).
create index if not exists deliveries_reason on deliveries (reason, id desc) where reason is not null;
-- by source, for a key of a source that is not the accounting system
-- safe: on a large base it is built by hand before the update (docs/ru/obnovlenie.md).
create index if not exists deliveries_source on deliveries (source, id desc) where source <> '1c';
-- which of them go together: MAX never says `delivered`, and who has no channel is skipped
create statistics deliveries_words (mcv, dependencies) on channel, state, reason, type from deliveries;
