#!/bin/sh
# A backup in two files: the archive, kept for years, and the keys without which nothing personal in it opens, kept for
# two weeks. Whoever is erased is gone from every backup once the last keys of before are gone: docs/ru/personalnye-dannye.md.
#
#   deploy/backup.sh FOLDER        by cron, once a day; put archive/ and keys/ on different machines
#
# KEEP_KEYS_DAYS (14), KEEP_ARCHIVE_DAYS (1095); VESTNIK_PG: how to reach the programs of Postgres.
set -eu
folder=${1:?which folder? For example: deploy/backup.sh /var/backups/vestnik}
pg=${VESTNIK_PG:-docker compose exec -T postgres}
database=${VESTNIK_DATABASE:--U vestnik -d vestnik}

# Every table with keys, blind indexes, or what is sealed with the service's own key. A test holds the list.
key_tables='clients contacts consents chats updates secrets questions conversations'

umask 077
mkdir -p "$folder/archive" "$folder/keys"
stamp=$(date +%Y-%m-%dT%H%M%S)
without='' only=''
for table in $key_tables; do
  without="$without --exclude-table-data=public.$table"
  only="$only --table=public.$table"
done

dump() {
  file=$1
  shift
  # shellcheck disable=SC2086 # words of a command
  $pg pg_dump $database -Fc "$@" >"$file.part"
  # A dump that broke off is never taken for a whole one.
  mv "$file.part" "$file"
}

# The archive first: whoever is named in it is in the later keys.
# shellcheck disable=SC2086
dump "$folder/archive/$stamp.dump" $without
# shellcheck disable=SC2086
dump "$folder/keys/$stamp.dump" --data-only $only

find "$folder/keys" -name '*.dump*' -mtime "+${KEEP_KEYS_DAYS:-14}" -delete
find "$folder/archive" -name '*.dump*' -mtime "+${KEEP_ARCHIVE_DAYS:-1095}" -delete
echo "kept: $folder/archive/$stamp.dump and $folder/keys/$stamp.dump"
