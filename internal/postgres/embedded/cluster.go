package embedded

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	clusterPrefix = "postgres-"
	owner         = "regulars" // the superuser, and owner of the database
	database      = "regulars"

	// The kernel's limit for a socket's path is 104 bytes on some systems, and
	// the name of the socket itself needs 14.
	maxSocketDir = 90

	// How long a server that an earlier run left behind gets to finish.
	leftoverWait = 30 * time.Second
)

// launch does all that stands between a claimed folder and a server that
// answers. home is the data folder, or its stand-in where the server's
// account can't go.
func launch(ctx context.Context, dir string, o Options) (*server, error) {
	id, err := serverIdentity(dir)
	if err != nil {
		return nil, err
	}
	home, err := homeFor(dir, id, o.Log)
	if err != nil {
		return nil, err
	}
	bin, err := findBinaries(ctx, home, id, o.Log)
	if err != nil {
		return nil, err
	}
	root := filepath.Join(home, clusterPrefix+strconv.Itoa(bin.major))
	s := &server{bin: bin, id: id, root: root, data: filepath.Join(root, "data"), fast: o.Fast, log: o.Log, done: make(chan struct{})}
	if err := makeOpen(root); err != nil {
		return nil, err
	}
	if s.socket, err = socketDir(root, id); err != nil {
		return nil, err
	}
	if err := s.stopLeftover(ctx); err != nil {
		return nil, err
	}
	if err := s.initialise(ctx); err != nil {
		return nil, err
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.shutdown())
	}
	return s, nil
}

// clusterMajors lists the versions of the clusters that home holds.
func clusterMajors(home string) []int {
	files, err := filepath.Glob(filepath.Join(home, clusterPrefix+"*", "data", "PG_VERSION"))
	if err != nil {
		return nil
	}
	var majors []int
	for _, file := range files {
		name := filepath.Base(filepath.Dir(filepath.Dir(file)))
		if n, err := strconv.Atoi(strings.TrimPrefix(name, clusterPrefix)); err == nil {
			majors = append(majors, n)
		}
	}
	return majors
}

// socketDir creates the folder for the socket: in the cluster's folder, or in
// the temporary one when that path would be too long for the kernel.
func socketDir(root string, id *identity) (string, error) {
	dir := filepath.Join(root, "run")
	if len(dir) <= maxSocketDir {
		return dir, id.makePrivate(dir)
	}
	sum := sha256.Sum256([]byte(root))
	dir = filepath.Join(os.TempDir(), "regulars-"+hex.EncodeToString(sum[:6]))
	if err := os.Mkdir(dir, 0o700); err == nil {
		return dir, id.makePrivate(dir)
	}
	// A folder of that name is ours from before or somebody's trap: anyone
	// can create names in the temporary folder.
	info, err := os.Lstat(dir)
	if err == nil && info.IsDir() && info.Mode().Perm() == 0o700 && ownedBy(dir, id) {
		return dir, nil
	}
	if dir, err = os.MkdirTemp("", "regulars-"); err != nil {
		return "", fmt.Errorf("create socket folder: %w", err)
	}
	return dir, id.makePrivate(dir)
}

func ownedBy(path string, id *identity) bool {
	o, err := ownerOf(path)
	if err != nil {
		return false
	}
	if id == nil {
		return o.uid == os.Geteuid()
	}
	return o.uid == id.uid
}

// initialise creates the cluster unless there is one. It is made under
// another name first: a crash halfway must not leave what looks like one.
func (s *server) initialise(ctx context.Context) error {
	_, err := os.Stat(filepath.Join(s.data, "PG_VERSION"))
	if err == nil {
		return nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("open cluster (does it belong to another user?): %w", err)
	}
	s.log(fmt.Sprintf("creating a PostgreSQL %d cluster in %s", s.bin.major, s.root))
	// The account may not be allowed to create names in root, which is ours.
	parent := filepath.Join(s.root, "new")
	for _, locale := range s.locales() {
		if err := os.RemoveAll(parent); err != nil {
			return fmt.Errorf("clear half-made cluster: %w", err)
		}
		if err := s.id.makePrivate(parent); err != nil {
			return err
		}
		if err = s.initdb(ctx, filepath.Join(parent, "data"), locale); err == nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("create cluster: %w", err)
	}
	if err := os.Rename(filepath.Join(parent, "data"), s.data); err != nil {
		return fmt.Errorf("put cluster in place: %w", err)
	}
	return os.Remove(parent)
}

// locales are the ways to ask for Unicode's own rules, the most widely
// portable first; the last always works and knows upper case in ASCII only.
func (s *server) locales() [][]string {
	plain := []string{"--no-locale"}
	if s.bin.major >= 17 {
		return [][]string{{"--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"}, plain}
	}
	return [][]string{{"--locale=C.UTF-8"}, plain}
}

func (s *server) initdb(ctx context.Context, data string, locale []string) error {
	args := append([]string{"-D", data, "-U", owner, "-A", "trust", "-E", "UTF8", "--data-checksums", "--no-instructions"}, locale...)
	if s.fast {
		args = append(args, "--no-sync")
	}
	cmd := s.command(ctx, "initdb", args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, lastLine(out.String()))
	}
	return nil
}

// command prepares a program of the server's, to be run as its account in an
// environment that holds none of our secrets.
func (s *server) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin.dir, name), args...)
	cmd.Dir = "/"
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "PATH=" + os.Getenv("PATH"), "HOME=" + s.socket}
	cmd.SysProcAttr = attributes(s.id)
	return cmd
}

// stopLeftover ends the server that an earlier run of ours left behind when
// it was killed. The folder's lock is ours, so nobody is using that server.
func (s *server) stopLeftover(ctx context.Context) error {
	file := filepath.Join(s.data, "postmaster.pid")
	content, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for a server left behind (does the cluster belong to another user?): %w", err)
	}
	first, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || !isPostmaster(pid, s.data) {
		// Its process is gone. Were the number somebody else's by now, the new
		// server would take that for its predecessor and refuse to start.
		return os.Remove(file)
	}
	s.log(fmt.Sprintf("stopping the PostgreSQL server (pid %d) an earlier run left behind", pid))
	ctx, cancel := context.WithTimeout(ctx, leftoverWait)
	defer cancel()
	for sig := range escalation(ctx) {
		if !isPostmaster(pid, s.data) {
			return nil
		}
		if err := send(pid, sig); err != nil {
			return fmt.Errorf("stop server left behind: %w", err)
		}
	}
	return fmt.Errorf("the PostgreSQL server with pid %d is in the way and doesn't stop", pid)
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return strings.TrimSpace(text[strings.LastIndex(text, "\n")+1:])
}
