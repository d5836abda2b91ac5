package postgres_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"regulars/internal/postgres"
	"regulars/internal/postgres/embedded"
)

// When the database dies under a server it comes back by itself, and the pool
// finds it again without a restart of the server.
func TestPoolOutlivesCrash(t *testing.T) {
	dir, err := os.MkdirTemp("", "crash")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // the database's account must get in
		t.Fatal(err)
	}
	cluster, err := embedded.Start(t.Context(), dir, embedded.Options{Fast: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cluster.Stop() })
	db, err := postgres.Open(t.Context(), cluster.URL(), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	ask := func() error {
		var n int
		return db.Queries().GetContext(t.Context(), &n, "SELECT $1::int", 1)
	}
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ask() == nil; {
		if time.Now().After(deadline) {
			t.Fatal("the database wasn't hit")
		}
	}
	for deadline := time.Now().Add(20 * time.Second); ask() != nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not back after 20 s")
		}
	}
	for range 40 { // more than there are connections
		if err := ask(); err != nil {
			t.Errorf("after the restart: %v", err)
		}
	}
}

func postmaster(t *testing.T, dir string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "postgres-*", "data", "postmaster.pid"))
	if err != nil || len(files) != 1 {
		t.Fatalf("pid files: %v, %v", files, err)
	}
	content, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}
