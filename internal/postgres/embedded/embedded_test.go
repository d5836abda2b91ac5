package embedded

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// childDir, when set, makes this binary a program that starts the cluster in
// that folder and then waits to be killed.
const childDir = "EMBEDDED_TEST_DIR"

func TestMain(m *testing.M) {
	dir := os.Getenv(childDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	c, err := Start(context.Background(), dir, Options{Fast: true})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(c.URL())
	select {}
}

// folder is a data folder that the server's account can reach: t.TempDir is
// closed to others.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "embedded")
	if err != nil {
		t.Fatal(err)
	}
	if err := makeOpen(dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func start(t *testing.T, dir string, o Options) *Cluster {
	t.Helper()
	o.Log = func(line string) { t.Log(line) }
	c, err := Start(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *Cluster) {
	t.Helper()
	if err := c.Stop(); err != nil {
		t.Error(err)
	}
}

func run(t *testing.T, url, statement string) {
	t.Helper()
	if err := execute(context.Background(), url, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func value(t *testing.T, url, query string) string {
	t.Helper()
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var got string
	if err := db.QueryRowContext(t.Context(), query).Scan(&got); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return got
}

func TestStart(t *testing.T) {
	dir := folder(t)
	if url, ok := Running(dir); ok {
		t.Fatalf("Running before Start: %s", url)
	}
	c := start(t, dir, Options{})
	run(t, c.URL(), "CREATE TABLE visits (n int)")
	for query, want := range map[string]string{
		"SHOW synchronous_commit":   "on",
		"SHOW fsync":                "on",
		"SHOW data_checksums":       "on",
		"SHOW listen_addresses":     "",
		"SELECT current_user":       "regulars",
		"SELECT current_database()": "regulars",
		"SELECT upper('perché no')": "PERCHÉ NO",
		"SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'regulars'": "UTF8",
	} {
		if got := value(t, c.URL(), query); got != want {
			t.Errorf("%s = %q, want %q", query, got, want)
		}
	}
	if url, ok := Running(dir); !ok || url != c.URL() {
		t.Errorf("Running = %q, %v, want %q", url, ok, c.URL())
	}
	info, err := os.Stat(filepath.Join(dir, urlFileName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("address note: mode %v, error %v, want 0600", info.Mode(), err)
	}
	stop(t, c)
	if _, ok := Running(dir); ok {
		t.Error("Running after Stop")
	}

	begun := time.Now()
	c = start(t, dir, Options{})
	t.Logf("warm start took %v", time.Since(begun))
	run(t, c.URL(), "SELECT n FROM visits")
	const packed = `SELECT coalesce(setting = 'lz4' OR NOT 'lz4' = ANY (enumvals), true) FROM pg_settings WHERE name = 'wal_compression'`
	if got := value(t, c.URL(), packed); got != "true" {
		t.Error("the write-ahead log isn't compressed though it could be")
	}
}

func TestStartSharesOrRefuses(t *testing.T) {
	dir := folder(t)
	owner := start(t, dir, Options{Fast: true})
	guest := start(t, dir, Options{Share: true})
	if guest.URL() != owner.URL() {
		t.Errorf("shared cluster is %s, want %s", guest.URL(), owner.URL())
	}
	stop(t, guest)
	run(t, owner.URL(), "SELECT 1") // the guest's Stop left it alone

	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := Start(ctx, dir, Options{})
	if err == nil || !strings.Contains(err.Error(), "in use by another regulars process") {
		t.Errorf("second owner got %v", err)
	}
}

// A killed program loses nothing it has committed, and the next one starts
// at once, whatever state the server was left in.
func TestStartAfterKill(t *testing.T) {
	dir := folder(t)
	for n := range 3 {
		url, kill := child(t, dir)
		run(t, url, "CREATE TABLE IF NOT EXISTS visits (n int)")
		run(t, url, fmt.Sprintf("INSERT INTO visits VALUES (%d)", n))
		kill()
	}
	c := start(t, dir, Options{Fast: true})
	if got := value(t, c.URL(), "SELECT count(*) FROM visits"); got != "3" {
		t.Errorf("%s rows survived, want 3", got)
	}
}

// child starts the cluster in another process and returns its address and the
// way to kill that process.
func child(t *testing.T, dir string) (url string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "postgres:") {
		t.Fatalf("child said %q, %v", line, err)
	}
	return strings.TrimSpace(line), func() {
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()
	}
}

// Where the kernel doesn't end the server with its parent, the next start
// finds it still running.
func TestStartStopsLeftover(t *testing.T) {
	dir := folder(t)
	first := start(t, dir, Options{Fast: true})
	// As if our process were gone: the lock free, nobody supervising.
	first.server.mu.Lock()
	first.server.stopping = true
	first.server.mu.Unlock()
	if err := first.lock.Close(); err != nil {
		t.Fatal(err)
	}
	second := start(t, dir, Options{Fast: true})
	run(t, second.URL(), "SELECT 1")
	<-first.Done()
	first.lock = nil
}

// A pid file whose number now belongs to an unrelated process must neither
// stop the start nor get that process killed.
func TestStartIgnoresStalePidFile(t *testing.T) {
	dir := folder(t)
	c := start(t, dir, Options{Fast: true})
	data := c.server.data
	stop(t, c)
	bystander := exec.Command("sleep", "60")
	bystander.SysProcAttr = &syscall.SysProcAttr{Credential: credential(c.server.id)}
	if err := bystander.Start(); err != nil {
		t.Fatal(err)
	}
	note := fmt.Sprintf("%d\n%s\n", bystander.Process.Pid, data)
	if err := os.WriteFile(filepath.Join(data, "postmaster.pid"), []byte(note), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, dir, Options{Fast: true})
	if err := bystander.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("bystander: %v", err)
	}
	bystander.Process.Kill()
	bystander.Wait()
}

func TestServerRestartsAfterCrash(t *testing.T) {
	c := start(t, folder(t), Options{Fast: true})
	run(t, c.URL(), "CREATE TABLE visits (n int)")
	pid, err := os.ReadFile(filepath.Join(c.server.data, "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(pid), "\n")
	n, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(n, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for execute(ctx, c.URL(), "INSERT INTO visits VALUES (1)") != nil {
		if ctx.Err() != nil {
			t.Fatal("not back after 20 s")
		}
	}
}

func TestLongPathGetsShortSocket(t *testing.T) {
	dir := filepath.Join(folder(t), strings.Repeat("long", 25))
	c := start(t, dir, Options{Fast: true})
	if url, ok := Running(dir); !ok || url != c.URL() {
		t.Errorf("Running = %q, %v", url, ok)
	}
	socket := c.server.socket
	stop(t, c)
	if _, err := os.Stat(socket); !os.IsNotExist(err) {
		t.Errorf("socket folder after Stop: %v", err)
	}
}

// Root may keep its data where no other account can go.
func TestUnreachableFolderMovesCluster(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root runs the server as somebody else")
	}
	dir := t.TempDir() // closed to others
	c := start(t, dir, Options{Fast: true})
	t.Cleanup(func() { os.RemoveAll(filepath.Dir(c.server.root)) })
	if strings.HasPrefix(c.server.root, dir) {
		t.Errorf("cluster is in %s", c.server.root)
	}
	if url, ok := Running(dir); !ok || url != c.URL() {
		t.Errorf("Running = %q, %v", url, ok)
	}
}

func TestNoBinariesNamesTheRemedies(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("PG_BIN", "")
	old := systemFolders
	systemFolders = nil
	t.Cleanup(func() { systemFolders = old })
	_, err := Start(t.Context(), folder(t), Options{})
	if err == nil {
		t.Fatal("started without a server")
	}
	for _, remedy := range []string{"install PostgreSQL", "PG_BIN", "DATABASE_URL"} {
		if !strings.Contains(err.Error(), remedy) {
			t.Errorf("%q doesn't name %q", err, remedy)
		}
	}
}
