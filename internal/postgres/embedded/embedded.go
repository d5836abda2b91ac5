// Package embedded runs a private PostgreSQL cluster for a machine on which
// nobody has set a database up: it finds the server's binaries, creates a
// cluster in the data folder, starts it as a child on a unix socket, restarts
// it when it dies and stops it with the program. It knows nothing of the
// schema that goes inside.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Options says how Start goes about its work. The zero value is what a
// server wants.
type Options struct {
	// Share accepts the cluster another process has running in the same
	// folder instead of refusing. It is for short commands; a server must own
	// its cluster, or it would lose it when the other process ends.
	Share bool
	// Fast gives up safety against power loss (fsync off). Only for tests.
	Fast bool
	// Log is told, one line at a time, what takes long or is worth knowing;
	// nil keeps quiet.
	Log func(line string)
}

// Cluster is a running PostgreSQL server with the database "regulars" in it.
type Cluster struct {
	url     string
	urlFile string
	lock    *os.File // nil when another process owns the cluster
	server  *server
	stop    sync.Once
	stopErr error
}

const (
	urlFileName  = "postgres.url"
	lockFileName = "postgres.lock"

	// How long Start waits for another process to let go of the folder: a
	// command such as an import may just be finishing.
	lockWait = 10 * time.Second
	// How long a start may take. Recovery after a power cut replays the log
	// since the last checkpoint, which takes seconds, not minutes.
	startWait = 2 * time.Minute
	// A server that is up answers in a millisecond, but not on a machine that
	// is busy with everything else.
	answerWait = 5 * time.Second
)

// Start brings up the cluster kept below dir, creating it on the first run,
// and returns when it answers queries. One process at a time owns a folder.
func Start(ctx context.Context, dir string, o Options) (*Cluster, error) {
	if o.Log == nil {
		o.Log = func(string) {}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find data folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("create data folder: %w", err)
	}
	lock, url, err := claim(ctx, dir, o.Share)
	if err != nil {
		return nil, err
	}
	if lock == nil {
		return &Cluster{url: url}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	s, err := launch(ctx, dir, o)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	c := &Cluster{url: s.url(database), urlFile: filepath.Join(dir, urlFileName), lock: lock, server: s}
	if err := os.WriteFile(c.urlFile, []byte(c.url+"\n"), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("note database address: %w", err), c.Stop())
	}
	return c, nil
}

// Running returns the address of the cluster that some process has up and
// answering in dir, and whether there is one.
func Running(dir string) (url string, ok bool) {
	note, err := os.ReadFile(filepath.Join(dir, urlFileName))
	if err != nil {
		return "", false
	}
	url = strings.TrimSpace(string(note))
	ctx, cancel := context.WithTimeout(context.Background(), answerWait)
	defer cancel()
	return url, ping(ctx, url) == nil
}

// URL is the address of the database "regulars", signed in as its owner.
func (c *Cluster) URL() string { return c.url }

// Done is closed when the server is gone for good: stopped, or dead in a way
// that restarting didn't cure. For a shared cluster it is nil: never.
func (c *Cluster) Done() <-chan struct{} {
	if c.server == nil {
		return nil
	}
	return c.server.done
}

// Stop shuts the server down, disconnecting whoever is connected, and returns
// when its files are closed. Stopping twice is harmless, and so is stopping
// a shared cluster, which is left to its owner.
func (c *Cluster) Stop() error {
	if c.lock == nil {
		return nil
	}
	c.stop.Do(func() {
		// Before the server goes, so that no command finds a dying one.
		err := os.Remove(c.urlFile)
		if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		c.stopErr = errors.Join(c.server.shutdown(), err, c.lock.Close())
	})
	return c.stopErr
}

// claim takes the folder for this process. It returns the lock, or with share
// the address of the cluster that the present owner has running.
func claim(ctx context.Context, dir string, share bool) (*os.File, string, error) {
	path := filepath.Join(dir, lockFileName)
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	for {
		lock, err := tryLock(path)
		if err == nil {
			return lock, "", nil
		}
		if !errors.Is(err, errLocked) {
			return nil, "", fmt.Errorf("claim data folder: %w", err)
		}
		if share {
			if url, ok := Running(dir); ok {
				return nil, url, nil
			}
		}
		select {
		case <-ctx.Done():
			return nil, "", fmt.Errorf("data folder %s is in use by another regulars process; stop it or set REGULARS_DATA_DIR", dir)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
