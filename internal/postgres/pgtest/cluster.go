//go:build unix

package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"regulars/internal/postgres/embedded"
)

const (
	// keeperDir, when set, makes a test program the keeper of the cluster in
	// that folder instead of running its tests.
	keeperDir = "PGTEST_KEEPER_DIR"

	// How long the cluster stays when no test program runs: long enough for
	// the compiler to get to the next package.
	idleTime  = 30 * time.Second
	startTime = 60 * time.Second
)

// init turns this program into the keeper if that is what it was started for.
// No package's own TestMain could be relied on to do so.
func init() {
	dir := os.Getenv(keeperDir)
	if dir == "" {
		return
	}
	if err := keep(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// sharedCluster returns the address of the cluster for the schema version,
// starting it if need be, and what marks this program as one of its users. It
// is a file that each of them keeps locked, shared. The kernel lets go of it
// however a program ends, so the keeper, by trying for it alone, knows when
// nobody is left.
func sharedCluster(version string) (url string, presence *os.File, err error) {
	root := "/dev/shm" // memory, where there is such a thing
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		root = os.TempDir()
	}
	dir := filepath.Join(root, fmt.Sprintf("regulars-pgtest-%d-%s", os.Geteuid(), version))
	if presence, err = join(dir); err != nil {
		return "", nil, err
	}
	// Of several programs that find no cluster, one starts it.
	starter, err := lock(filepath.Join(dir, "starter"), syscall.LOCK_EX)
	if err != nil {
		return "", nil, err
	}
	defer starter.Close() //nolint:errcheck // that is what unlocks it
	url, ok := embedded.Running(dir)
	if !ok {
		url, err = startKeeper(dir)
	}
	return url, presence, err
}

// join registers this program as a user of the folder. A keeper that is just
// leaving takes the folder with it, and then a new one is made.
func join(dir string) (*os.File, error) {
	path := filepath.Join(dir, "users")
	for {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		f, err := lock(path, syscall.LOCK_SH)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		locked, err := f.Stat()
		if err != nil {
			return nil, err
		}
		if current, err := os.Stat(path); err == nil && os.SameFile(locked, current) {
			return f, nil
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
}

func lock(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(err, f.Close())
		}
	}
}

// startKeeper starts this program once more, as the keeper, and waits until
// its cluster answers.
func startKeeper(dir string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	report := filepath.Join(dir, "keeper.log")
	out, err := os.Create(report)
	if err != nil {
		return "", err
	}
	defer out.Close() //nolint:errcheck // the keeper holds its own handle
	cmd := exec.Command(self)
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), keeperDir+"="+dir)
	// go test waits for whoever holds its output.
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	left := make(chan error, 1)
	go func() { left <- cmd.Wait() }()
	deadline := time.After(startTime)
	for {
		if url, ok := embedded.Running(dir); ok {
			return url, nil
		}
		select {
		case err := <-left:
			if url, ok := embedded.Running(dir); ok {
				return url, nil // it gave way to one that had been too busy to answer
			}
			said, _ := os.ReadFile(report) // without it, err still says something
			return "", fmt.Errorf("start PostgreSQL: %w: %s", err, said)
		case <-deadline:
			return "", fmt.Errorf("PostgreSQL didn't start within %v; see %s", startTime, report)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// keep runs the cluster until it hasn't been used for idleTime, then removes
// every trace of it.
func keep(dir string) error {
	c, err := embedded.Start(context.Background(), dir, embedded.Options{Fast: true})
	if err != nil {
		return err
	}
	for idle := time.Duration(0); ; idle += time.Second {
		alone, err := lock(filepath.Join(dir, "users"), syscall.LOCK_EX|syscall.LOCK_NB)
		if err != nil {
			idle = 0
		} else if idle >= idleTime {
			// Still locked, so that whoever comes now waits and starts anew.
			return errors.Join(c.Stop(), os.RemoveAll(dir), alone.Close())
		} else if err := alone.Close(); err != nil {
			return errors.Join(err, c.Stop())
		}
		select {
		case <-c.Done():
			return errors.Join(errors.New("PostgreSQL is gone"), c.Stop(), os.RemoveAll(dir))
		case <-time.After(time.Second):
		}
	}
}
