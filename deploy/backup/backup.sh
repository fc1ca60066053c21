#!/bin/sh
# The backup job: a dump every BACKUP_EVERY_HOURS into /backups, kept BACKUP_KEEP_DAYS; and what the operator asks for by hand:
#   backup.sh now       one dump, now
#   backup.sh restore   the newest dump into the scratch database vestnik_restored, for `backup-check --restored`
#   backup.sh drop      takes that database away again
#   backup.sh           the loop (what the container runs)
# PGHOST, PGUSER, PGPASSWORD and PGDATABASE come from the environment. Nothing of a row is ever printed.
set -eu
folder=${BACKUP_DIR:-/backups}
every=$(( ${BACKUP_EVERY_HOURS:-24} * 3600 ))
keep=${BACKUP_KEEP_DAYS:-14}

newest() { ls -1t "$folder"/*.dump 2>/dev/null | head -n 1; }

dump() {
  name="$folder/vestnik-$(date -u +%Y-%m-%dT%H%M%SZ).dump"
  # Under another name until it is whole: a dump that was cut off is never taken for one.
  if pg_dump -Fc --no-owner --no-privileges --file "$name.part" && mv "$name.part" "$name"; then
    echo "backup: $name, $(wc -c <"$name") bytes"
    find "$folder" -name '*.dump' -mtime "+$keep" ! -path "$name" -delete
    find "$folder" -name '*.part' -mmin +720 -delete
  else
    echo "backup: FAILED" >&2
    rm -f "$name.part"
    return 1
  fi
}

case ${1:-loop} in
  now) dump ;;
  restore)
    last=$(newest)
    [ -n "$last" ] || { echo "backup: no dump in $folder" >&2; exit 1; }
    dropdb --if-exists --force vestnik_restored
    createdb -T template0 vestnik_restored
    pg_restore --exit-on-error --no-owner --no-privileges -d vestnik_restored "$last"
    psql -q -d vestnik_restored -c 'grant usage on schema public to vestnik; grant select on all tables in schema public to vestnik'
    echo "backup: $last is restored as vestnik_restored"
    ;;
  drop) dropdb --if-exists --force vestnik_restored ;;
  loop)
    while :; do
      last=$(newest)
      age=$(( $(date +%s) - $( [ -n "$last" ] && stat -c %Y "$last" || echo 0 ) ))
      if [ "$age" -ge "$every" ]; then dump || sleep 300; else sleep $(( every - age < 300 ? every - age + 1 : 300 )); fi
    done
    ;;
  *) echo "usage: backup.sh [now|restore|drop]" >&2; exit 2 ;;
esac
