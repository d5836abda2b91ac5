//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// restoring makes a dump and a base copy under load with the operator's
// scripts, restores both and has every promise verified.
func (b *bench) restoring(ctx context.Context) error {
	begun := time.Now()
	dumped := b.restoreDump(ctx)
	b.note(dumped == nil, "A backup restores: `backup.sh` under load, `restore.sh`, `verify`", "passes", "%s in %s", passes(dumped), time.Since(begun).Round(100*time.Millisecond))
	begun = time.Now()
	rewound := b.rewind(ctx)
	b.note(rewound == nil, "Point-in-time recovery: `archive.sh`, `verify`", "passes, to the very row", "%s in %s", passes(rewound), time.Since(begun).Round(100*time.Millisecond))
	return nil
}

func passes(err error) string {
	if err != nil {
		return err.Error()
	}
	return "passes"
}

func (b *bench) restoreDump(ctx context.Context) error {
	if _, err := b.db.ExecContext(ctx, `CREATE DATABASE restored`); err != nil {
		return err
	}
	target, err := url.Parse(b.cluster.URL())
	if err != nil {
		return err
	}
	target.Path = "/restored"
	work, err := b.workplace("dump")
	if err != nil {
		return err
	}
	file := filepath.Join(work, "regulars.dump")
	stop := b.under(ctx, b.o.workers, b.work)
	err = b.script(ctx, b.address, "backup.sh", file)
	stop()
	if err != nil {
		return err
	}
	return b.script(ctx, target.String(), "restore.sh", file)
}

// rewind goes back to a moment between two loads.
func (b *bench) rewind(ctx context.Context) error {
	work, err := b.workplace("archive")
	if err != nil {
		return err
	}
	folder, data := filepath.Join(work, "kept"), filepath.Join(work, "data")
	if err := b.script(ctx, b.address, "archive.sh", "start", folder); err != nil {
		return err
	}
	if err := b.restartDatabase(ctx); err != nil {
		return err
	}
	if err := b.script(ctx, b.address, "archive.sh", "base", folder); err != nil {
		return err
	}
	b.loaded(ctx)
	var moment string
	var rows int
	if err := b.db.QueryRowContext(ctx, `SELECT clock_timestamp()::text, (SELECT count(*) FROM transactions)`).Scan(&moment, &rows); err != nil {
		return err
	}
	b.loaded(ctx)
	if err := b.archived(ctx); err != nil {
		return err
	}
	if err := b.script(ctx, b.address, "archive.sh", "restore", folder, data, moment); err != nil {
		return err
	}
	return b.verifyRewound(ctx, data, rows)
}

// loaded lets some work be done.
func (b *bench) loaded(ctx context.Context) {
	stop := b.under(ctx, 4, b.work)
	pause(ctx, time.Second)
	stop()
}

// restartDatabase stops the database politely; its supervisor starts it again.
func (b *bench) restartDatabase(ctx context.Context) error {
	pid, err := b.postmaster()
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGINT); err != nil {
		return err
	}
	for begun := time.Now(); time.Since(begun) < time.Minute; pause(ctx, 50*time.Millisecond) {
		if again, err := b.postmaster(); err == nil && again != pid && b.db.PingContext(ctx) == nil {
			return nil
		}
	}
	return errors.New("the database doesn't come back")
}

// archived waits until everything up to now has been kept.
func (b *bench) archived(ctx context.Context) error {
	var last string
	if err := b.db.QueryRowContext(ctx, `SELECT pg_walfile_name(pg_switch_wal())`).Scan(&last); err != nil {
		return err
	}
	for begun := time.Now(); time.Since(begun) < time.Minute; pause(ctx, 100*time.Millisecond) {
		var done bool
		if err := b.db.QueryRowContext(ctx, `SELECT coalesce(last_archived_wal, '') >= $1 FROM pg_stat_archiver`, last).Scan(&done); err != nil || done {
			return err
		}
	}
	return errors.New("the changes aren't kept")
}

// verifyRewound starts the cluster in data and verifies what is in it.
func (b *bench) verifyRewound(ctx context.Context, data string, rows int) (err error) {
	bin, err := b.pgBin()
	if err != nil {
		return err
	}
	socket := filepath.Dir(data)
	server := b.asDatabase(exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", socket, "-p", "5433", "-c", "listen_addresses="))
	if err := server.Start(); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, server.Process.Signal(syscall.SIGINT))
		_ = server.Wait() // it was told to end
	}()
	q := url.Values{"host": {socket}, "port": {"5433"}, "sslmode": {"disable"}}
	address := url.URL{Scheme: "postgres", User: url.User("regulars"), Path: "/regulars", RawQuery: q.Encode()}
	db, err := sql.Open("postgres", address.String())
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is pending on it
	found, recovering := 0, true
	for begun := time.Now(); recovering && time.Since(begun) < time.Minute; pause(ctx, 100*time.Millisecond) {
		err = db.QueryRowContext(ctx, `SELECT pg_is_in_recovery(), (SELECT count(*) FROM transactions)`).Scan(&recovering, &found)
	}
	if err != nil || recovering || found != rows {
		return fmt.Errorf("restored with %d rows of the ledger, want %d (still recovering: %t, %w)", found, rows, recovering, err)
	}
	_, err = b.regulars(ctx, address.String(), "", "verify")
	return err
}

// workplace is a new folder that belongs to the database's account.
func (b *bench) workplace(name string) (string, error) {
	dir := filepath.Join(b.o.dir, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	account, err := b.account()
	if err != nil {
		return "", err
	}
	return dir, os.Chown(dir, int(account.Uid), int(account.Gid))
}

// account is the one that the database runs as.
func (b *bench) account() (*syscall.Credential, error) {
	pid, err := b.postmaster()
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(fmt.Sprintf("/proc/%d", pid))
	if err != nil {
		return nil, err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return &syscall.Credential{Uid: st.Uid, Gid: st.Gid}, nil
}

// asDatabase has the command run as the database's account.
func (b *bench) asDatabase(cmd *exec.Cmd) *exec.Cmd {
	if account, err := b.account(); err == nil && os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: account}
	}
	cmd.Dir = "/"
	return cmd
}

// script runs one of the operator's scripts, as the operator of the database.
func (b *bench) script(ctx context.Context, databaseURL, name string, args ...string) error {
	bin, err := b.pgBin()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(b.o.scripts, name))
	if err != nil {
		return err
	}
	// From its text, since the account may not be able to read our folders.
	cmd := b.asDatabase(exec.CommandContext(ctx, "sh", append([]string{"-c", string(text), name}, args...)...))
	cmd.Env = append(b.environment(), "PG_BIN="+bin, "DATABASE_URL="+databaseURL, "REGULARS="+b.o.bin, "REGULARS_LOG_LEVEL=error", "HOME=/")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}
