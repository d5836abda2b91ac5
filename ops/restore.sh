#!/bin/sh
# restore.sh FILE: what backup.sh saved, into the empty database that
# DATABASE_URL names; then every promise is held against every row of it.
# REGULARS is the program, if it is not on the path. The version that made the
# backup, or a later one, may restore it.
set -eu
: "${DATABASE_URL:?say which database}"
file=${1:?say what}
PATH=${PG_BIN:+$PG_BIN:}$PATH
tables=$(psql --no-psqlrc -XAtc "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'" "$DATABASE_URL")
[ "$tables" = 0 ] || { echo "the database is not empty; nothing was done" >&2; exit 1; }
# The program works as a role that owns nothing. It belongs to the server, not
# to the dump, which grants it its rights.
psql --no-psqlrc -Xqc "DO \$\$ BEGIN CREATE ROLE regulars_app NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END \$\$" \
	-c "DO \$\$ BEGIN EXECUTE format('GRANT regulars_app TO %I', current_user); EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%', SQLERRM; END \$\$" "$DATABASE_URL"
pg_restore --no-owner --exit-on-error --single-transaction --dbname="$DATABASE_URL" "$file"
psql --no-psqlrc -Xqc "ANALYZE" "$DATABASE_URL"
"${REGULARS:-regulars}" verify
