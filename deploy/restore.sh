#!/bin/sh
# Puts an archive and a file of keys together again, into an empty database. Take the newest keys, not those of the
# archive's day: whoever was erased in between stays erased.
#
#   deploy/restore.sh ARCHIVE.dump KEYS.dump
set -eu
archive=${1:?which archive? For example: deploy/restore.sh archive/2026-11-24T030000.dump keys/2026-11-30T030000.dump}
keys=${2:?which keys? Take the newest}
pg=${VESTNIK_PG:-docker compose exec -T postgres}
database=${VESTNIK_DATABASE:--U vestnik -d vestnik}

restore() {
  file=$1
  shift
  # shellcheck disable=SC2086
  $pg pg_restore $database --no-owner --exit-on-error "$@" <"$file"
}

restore "$archive" --section=pre-data
restore "$archive" --section=data
restore "$keys" --data-only
# A contact that went after the archive was made is in no file any more.
# shellcheck disable=SC2086
$pg psql $database -v ON_ERROR_STOP=1 -qc 'update deliveries d set contact_id = null
  where contact_id is not null and not exists (select 1 from contacts k where k.id = d.contact_id)'
restore "$archive" --section=post-data
echo "restored. Whoever was erased after $keys was made: npm run cli -- erase-client ID…"
