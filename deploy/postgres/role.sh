#!/bin/sh
# Least privilege: the service logs in as `vestnik`, which owns its schemas and may do nothing else on this server. Run by the
# image at the first start (docker-entrypoint-initdb.d); by hand on a server of one's own, as a superuser:
#   VESTNIK_DB_PASSWORD=… POSTGRES_USER=postgres POSTGRES_DB=vestnik sh deploy/postgres/role.sh
# It may run again: then it sets the password anew and hands the tables over.
set -eu
: "${VESTNIK_DB_PASSWORD:?set it: the password of the role vestnik}"
exec psql -v ON_ERROR_STOP=1 -q -U "${POSTGRES_USER:-postgres}" -d "${POSTGRES_DB:-vestnik}" -v word="$VESTNIK_DB_PASSWORD" <<'SQL'
select 'create role vestnik' where not exists (select 1 from pg_roles where rolname = 'vestnik') \gexec
alter role vestnik with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls connection limit 100 password :'word';
-- Nobody else may connect; the service makes the schema of the queue by itself.
select format('revoke all on database %I from public', current_database()) \gexec
select format('grant connect, create, temporary on database %I to vestnik', current_database()) \gexec
alter schema public owner to vestnik;
revoke all on schema public from public;
-- Tables that an earlier version made as a superuser. The tables' own sequences, indices and types follow them.
select format('alter %s %I.%I owner to vestnik',
              case c.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end, n.nspname, c.relname)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'bullmq') and c.relkind in ('r', 'p', 'v', 'S')
  and not exists (select 1 from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i') and c.relkind = 'S') \gexec
select format('alter function %s owner to vestnik', p.oid::regprocedure)
from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('public', 'bullmq') and p.prokind = 'f' \gexec
select 'alter schema bullmq owner to vestnik' where exists (select 1 from pg_namespace where nspname = 'bullmq') \gexec
SQL
