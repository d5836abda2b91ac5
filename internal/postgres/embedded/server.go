package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/lib/pq"
)

const (
	// A server that leaves sooner than this hasn't really started.
	quickExit = 2 * time.Second
	// After a crash the new server must wait for the old one's sessions to
	// notice and let go of the shared memory, which takes a few tries.
	maxQuickExits = 8
	restartPause  = 250 * time.Millisecond

	stopWait  = 12 * time.Second
	maxLogLen = 16 << 20 // bytes; past it, a start begins a new log
)

// server is the postmaster and what is needed to start it again.
type server struct {
	bin    binaries
	id     *identity
	root   string // <home>/postgres-<major>
	data   string
	socket string // folder
	fast   bool
	log    func(string)
	done   chan struct{} // closed when supervise gives up or is told to

	mu       sync.Mutex
	started  bool
	stopping bool
	process  *os.Process
}

// url is the address of one of the cluster's databases.
func (s *server) url(database string) string {
	q := url.Values{"host": {s.socket}, "port": {"5432"}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.User(owner), Path: "/" + database, RawQuery: q.Encode()}
	return u.String()
}

func (s *server) settings() []string {
	set := []string{
		"listen_addresses=", "unix_socket_directories=" + s.socket, "unix_socket_permissions=0700", "port=5432",
		"max_connections=100", fmt.Sprintf("shared_buffers=%dMB", bufferMB()), "max_wal_size=4GB", "jit=off", "random_page_cost=1.1",
		"synchronous_commit=on", "timezone=UTC", "log_timezone=UTC", "log_line_prefix=%m [%p] ",
		// A failed statement names customers; the program logs what it needs.
		"log_error_verbosity=terse", "log_min_error_statement=panic",
	}
	if s.bin.library("pg_stat_statements") {
		set = append(set, "shared_preload_libraries=pg_stat_statements")
	}
	if s.fast {
		set = append(set, "fsync=off", "full_page_writes=off", "max_connections=1000", "shared_buffers=128MB", "autovacuum=off")
	}
	return set
}

// start runs the server under supervision and waits until it answers.
func (s *server) start(ctx context.Context) error {
	s.started = true
	go s.supervise()
	for {
		err := s.prepareDatabase(ctx)
		if err == nil {
			return s.packLog(ctx)
		}
		select {
		case <-s.done:
			return fmt.Errorf("PostgreSQL doesn't start: %s", s.lastLog())
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL: %w", errors.Join(ctx.Err(), err))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// prepareDatabase connects, creating the database when there is none yet.
func (s *server) prepareDatabase(ctx context.Context) error {
	err := ping(ctx, s.url(database))
	if e, ok := errors.AsType[*pq.Error](err); !ok || e.Code != "3D000" { // invalid_catalog_name
		return err
	}
	if err := execute(ctx, s.url("postgres"), "CREATE DATABASE "+database); err != nil {
		return err
	}
	if s.bin.library("pg_stat_statements") {
		return execute(ctx, s.url(database), "CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
	}
	return nil
}

// packLog has whole pages in the write-ahead log compressed where this
// PostgreSQL can do so cheaply: points given to customers all over the database
// write half as much then.
func (s *server) packLog(ctx context.Context) error {
	db, err := sql.Open("postgres", s.url(database))
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is pending on it
	var can bool
	const q = `SELECT coalesce((SELECT 'lz4' = ANY (enumvals) AND setting <> 'lz4' FROM pg_settings WHERE name = 'wal_compression'), false)`
	if err := db.QueryRowContext(ctx, q).Scan(&can); err != nil || !can {
		return err
	}
	if _, err := db.ExecContext(ctx, `ALTER SYSTEM SET wal_compression = 'lz4'`); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `SELECT pg_reload_conf()`)
	return err
}

func ping(ctx context.Context, url string) error { return execute(ctx, url, "SELECT 1") }

func execute(ctx context.Context, url, statement string) error {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is pending on it
	_, err = db.ExecContext(ctx, statement)
	return err
}

// supervise starts the server again whenever it dies, until it is told to
// stop or the server won't stay up.
func (s *server) supervise() {
	defer close(s.done)
	// Linux ties the child's life to the thread that started it. Never
	// unlocked, the thread ends with this goroutine.
	runtime.LockOSThread()
	for quick := 0; quick < maxQuickExits; {
		begun := time.Now()
		cmd, err := s.spawn()
		if err != nil {
			s.log("start PostgreSQL: " + err.Error())
			return
		}
		if cmd == nil {
			return
		}
		err = cmd.Wait()
		if s.isStopping() {
			return
		}
		if quick++; time.Since(begun) > quickExit {
			quick = 0
			s.log(fmt.Sprintf("PostgreSQL died and is started again: %v", err))
		}
		time.Sleep(restartPause)
	}
}

// spawn starts one server process; nil when it is no longer wanted.
func (s *server) spawn() (*exec.Cmd, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return nil, nil
	}
	args := []string{"-D", s.data}
	for _, setting := range s.settings() {
		args = append(args, "-c", setting)
	}
	log, err := s.openLog()
	if err != nil {
		return nil, err
	}
	defer log.Close() //nolint:errcheck // the server holds its own handle
	// Without a context: cancelling one would kill the server outright.
	cmd := s.command(context.Background(), "postgres", args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s.process = cmd.Process
	return cmd, nil
}

func (s *server) logPath() string { return filepath.Join(s.root, "postgres.log") }

func (s *server) openLog() (*os.File, error) {
	mode := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if info, err := os.Stat(s.logPath()); err == nil && info.Size() > maxLogLen {
		mode |= os.O_TRUNC
	}
	return os.OpenFile(s.logPath(), mode, 0o600)
}

// lastLog is the server's last complaint.
func (s *server) lastLog() string {
	content, err := os.ReadFile(s.logPath())
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if _, complaint, ok := strings.Cut(lines[i], "FATAL:"); ok {
			return strings.TrimSpace(complaint) + " (see " + s.logPath() + ")"
		}
	}
	return "see " + s.logPath()
}

func (s *server) isStopping() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopping
}

// shutdown ends the server and returns when it has left.
func (s *server) shutdown() error {
	s.mu.Lock()
	s.stopping = true
	process := s.process
	s.mu.Unlock()
	if !s.started {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopWait)
	defer cancel()
	for sig := range escalation(ctx) {
		select {
		case <-s.done:
			if !strings.HasPrefix(s.socket, s.root) {
				return os.Remove(s.socket)
			}
			return nil
		default:
		}
		if process != nil {
			if err := process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
				return fmt.Errorf("stop PostgreSQL: %w", err)
			}
		}
	}
	return errors.New("PostgreSQL doesn't stop")
}

// escalation yields what to send a server to make it stop, a moment apart:
// first the polite signal that ends sessions and writes everything out, from
// halfway to the context's deadline the one that makes it drop everything,
// which is safe too but costs a recovery at the next start. Signal 0 sends
// nothing and only sees whether the process is there.
func escalation(ctx context.Context) iter.Seq[syscall.Signal] {
	return func(yield func(syscall.Signal) bool) {
		deadline, _ := ctx.Deadline()
		harsh := time.Now().Add(time.Until(deadline) / 2)
		sig := syscall.SIGINT
		for yield(sig) {
			sig = 0
			if time.Now().After(harsh) {
				sig = syscall.SIGQUIT
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
}
