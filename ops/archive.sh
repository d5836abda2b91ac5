#!/bin/sh
# archive.sh start FOLDER: the server of DATABASE_URL keeps every change in
# FOLDER/wal from now on, and FOLDER/base gets a copy of all there is. Needs a
# superuser, and the folder belongs to the server's account; the server must
# be restarted once if archiving was off.
# archive.sh base FOLDER: a new copy; older changes may go.
# archive.sh restore FOLDER DATA "TIME": a cluster in DATA as it was at TIME,
# such as "2026-03-10 12:00:00+00"; without TIME, as it was last.
set -eu
what=${1:?start, base or restore}
folder=${2:?say which folder}
PATH=${PG_BIN:+$PG_BIN:}$PATH
umask 077

base() {
	rm -rf "$folder/base.part"
	pg_basebackup --dbname="$DATABASE_URL" --pgdata="$folder/base.part" --wal-method=none --checkpoint=fast --no-manifest 2>&1 | grep -v 'WAL segments' >&2 || true
	[ -e "$folder/base.part/backup_label" ]
	rm -rf "$folder/base"
	mv "$folder/base.part" "$folder/base"
}

case $what in
start)
	mkdir -p "$folder/wal"
	# A segment is copied under another name first: half a file must not count.
	psql --no-psqlrc -XAtq "$DATABASE_URL" \
		-c "ALTER SYSTEM SET archive_mode = on" -c "ALTER SYSTEM SET archive_timeout = '60s'" \
		-c "ALTER SYSTEM SET archive_command = 'test ! -f $folder/wal/%f && cp %p $folder/wal/%f.part && mv $folder/wal/%f.part $folder/wal/%f'" \
		-c "SELECT pg_reload_conf()" >/dev/null
	[ "$(psql --no-psqlrc -XAtc 'SHOW archive_mode' "$DATABASE_URL")" = on ] || { echo "restart the server, then run: archive.sh base $folder" >&2; exit 0; }
	base
	;;
base) base ;;
restore)
	data=${3:?say where to}
	[ ! -e "$data" ] || { echo "$data is there already; nothing was done" >&2; exit 1; }
	cp -R "$folder/base" "$data"
	{
		echo "restore_command = 'cp $folder/wal/%f %p'"
		echo "archive_mode = off"
		[ -z "${4:-}" ] || echo "recovery_target_time = '$4'"
		echo "recovery_target_action = promote"
	} >>"$data/postgresql.auto.conf"
	touch "$data/recovery.signal"
	chmod 700 "$data"
	;;
*) echo "start, base or restore" >&2; exit 2 ;;
esac
