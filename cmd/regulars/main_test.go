package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"regulars/internal/postgres/pgtest"
)

// asProgram, when set, makes this binary the program itself.
const asProgram = "MAIN_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// regulars prepares a run of the program in an environment of its own.
func regulars(ctx context.Context, environ []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append([]string{asProgram + "=1", "PATH=" + os.Getenv("PATH")}, environ...)
	return cmd
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		args    []string
		environ []string
		code    int
		says    string
	}{
		{"help", []string{"--help"}, nil, 0, ""},
		{"no command", nil, nil, 2, "regulars: expected one of"},
		{"unknown flag", []string{"migrate", "--fast"}, nil, 2, "regulars: unknown flag --fast"},
		{"bad setting", []string{"migrate"}, []string{"REGULARS_RATE_LIMIT=many"}, 2, "regulars: REGULARS_RATE_LIMIT must"},
		{"bad password", []string{"migrate"}, []string{"DATABASE_URL=postgres://nobody@/none?host=/nowhere&connect_timeout=x"}, 1, "regulars: read DATABASE_URL"},
	} {
		var complaint strings.Builder
		cmd := regulars(t.Context(), test.environ, test.args...)
		cmd.Stderr = &complaint
		err := cmd.Run()
		code := 0
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			code = exit.ExitCode()
		}
		if code != test.code || !strings.Contains(complaint.String(), test.says) {
			t.Errorf("%s: code %d, stderr %q; want %d and %q", test.name, code, complaint.String(), test.code, test.says)
		}
	}
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	out, err := regulars(t.Context(), []string{"DATABASE_URL=" + db.URL}, "migrate").Output()
	if err != nil || string(out) != "the schema is up to date\n" {
		t.Errorf("%q, %v", out, err)
	}
}

// The server says where it listens, answers, and leaves when it is told to.
func TestServe(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	cmd := regulars(t.Context(), []string{"DATABASE_URL=" + db.URL, "REGULARS_ADDR=127.0.0.1:0", "REGULARS_DATA_DIR=" + t.TempDir()}, "serve")
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var url string
	lines := bufio.NewScanner(log)
	for url == "" && lines.Scan() {
		_, url, _ = strings.Cut(lines.Text(), "url=")
	}
	response, err := http.Get(url + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("/healthz answers %d", response.StatusCode)
	}
	begun := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(log)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("stopped with %v: %s", err, rest)
	}
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("stopping took %v", took)
	}
}
