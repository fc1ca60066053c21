-- A key and those it was exchanged for are one line: an infobase belongs to the line, whichever of its keys it came with.
alter table keys
  add column line text collate "C",
  add column revoked_by text;
update keys set line = id;
alter table keys alter column line set not null;
-- the other keys of a line, when one is exchanged (keys/store)
create index keys_line on keys (line);

-- Null while only events have told of the branch: what an operator said is not overruled by them.
alter table branches add column updated_by text;

-- The keys of the environment are one line, `env`, whatever their source: an infobase of one source says nothing of another's.
alter table infobases drop constraint infobases_pkey, add primary key (key_id, source, infobase);
