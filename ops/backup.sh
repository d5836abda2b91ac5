#!/bin/sh
# backup.sh FILE: a dump of the database that DATABASE_URL names, whole and as
# of one instant, while it is used. The file is complete or not there.
set -eu
: "${DATABASE_URL:?say which database}"
file=${1:?say where to}
PATH=${PG_BIN:+$PG_BIN:}$PATH
umask 077
pg_dump --format=custom --no-owner --file="$file.part" "$DATABASE_URL"
pg_restore --list "$file.part" >/dev/null # a file that can't be read back is none
mv "$file.part" "$file"
