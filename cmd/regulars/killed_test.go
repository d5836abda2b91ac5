package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"regulars/internal/postgres/pgtest"
)

// A server that is killed at any step of a request, before the database is
// told or once it has done what it was told, has done it once when the request
// comes again.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	k := newKillable(t)
	for _, r := range []struct{ kind, path, body, count string }{
		{"award", "/v1/loyalty/customers/" + k.guest + "/award-points", `{"points":5,"reason":"REF"}`, `SELECT count(*) FROM transactions WHERE reason = $1`},
		{"order", "/v1/stores/" + k.store + "/orders", `{"id":"REF","customer_id":"` + k.guest + `","total":7,"status":"completed"}`,
			`SELECT count(*) FROM transactions t JOIN orders o ON o.id = t.order_id WHERE o.external_id = $1`},
	} {
		for _, done := range []bool{false, true} {
			killed := 0
			for step := 1; ; step++ {
				ref := fmt.Sprintf("%s-%t-%d", r.kind, done, step)
				send := func() (int, error) { return k.post(r.path, strings.ReplaceAll(r.body, "REF", ref), ref) }
				k.wire.arm(ref, step, done)
				status, err := send()
				if err == nil {
					// There is no such step, so this was an ordinary request.
					if status != http.StatusCreated {
						t.Fatalf("%s: %d", ref, status)
					}
					break
				}
				killed++
				k.start(t)
				for range 2 {
					if status, err := send(); err != nil || status/100 != 2 {
						t.Errorf("%s again: %d, %v", ref, status, err)
					}
				}
				var n int
				if err := k.db.SQL.QueryRowContext(t.Context(), r.count, ref).Scan(&n); err != nil || n != 1 {
					t.Errorf("%s has its effect %d times, %v", ref, n, err)
				}
			}
			if killed == 0 {
				t.Errorf("%s, once it was done %t: the server was never killed", r.kind, done)
			}
		}
	}
}

// killable is a server that reaches its database through a wire on which it
// can be killed.
type killable struct {
	db                     *pgtest.DB
	wire                   *wire
	environ                []string
	url, key, store, guest string
}

func newKillable(t *testing.T) *killable {
	t.Helper()
	k := &killable{db: pgtest.New(t)}
	k.wire = newWire(t, k.db.URL)
	k.environ = []string{"DATABASE_URL=" + k.wire.address, "REGULARS_ADDR=127.0.0.1:0", "REGULARS_DATA_DIR=" + t.TempDir()}
	command := func(in string, args ...string) string {
		cmd := regulars(t.Context(), []string{"DATABASE_URL=" + k.db.URL}, args...)
		cmd.Stdin = strings.NewReader(in)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(args, err)
		}
		return strings.TrimSpace(string(out))
	}
	made := command("correct horse", "org", "create", "--slug", "killed", "--name", "Killed", "--store", "S", "--owner-email", "o@killed.test", "--owner-password-stdin")
	var ids struct {
		Store string `json:"store_id"`
	}
	if err := json.Unmarshal([]byte(made), &ids); err != nil {
		t.Fatal(err)
	}
	k.store, k.key = ids.Store, command("", "api-key", "create", "--name", "till", "--scopes", "all")
	k.start(t)
	if _, err := k.post("/v1/loyalty/customers", `{"name":"Ada"}`, "guest"); err != nil {
		t.Fatal(err)
	}
	if err := k.db.SQL.QueryRowContext(t.Context(), `SELECT id FROM customers`).Scan(&k.guest); err != nil {
		t.Fatal(err)
	}
	return k
}

// start starts the server; the test kills it at its end, if nobody has.
func (k *killable) start(t *testing.T) {
	t.Helper()
	cmd := regulars(t.Context(), k.environ, "serve")
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	lines := bufio.NewScanner(log)
	for k.url = ""; k.url == "" && lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		_, k.url, _ = strings.Cut(lines.Text(), "url=")
	}
	if k.url == "" {
		t.Fatalf("it doesn't start: %s", said.String())
	}
	go func() {
		_, _ = io.Copy(io.Discard, log) // ends with the process
		_ = cmd.Wait()                  // it is killed, so it fails
	}()
	k.wire.kills(cmd)
}

func (k *killable) post(path, body, key string) (status int, err error) {
	req, err := http.NewRequest(http.MethodPost, k.url+path, strings.NewReader(body)) //nolint:noctx // the server's own time limit ends it
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+k.key)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	req.GetBody = nil // or Go's client sends it again by itself
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.ReadAll(res.Body)
	return res.StatusCode, err
}

// wire passes on what server and database say to each other, and kills the
// server at the message it is armed for.
type wire struct {
	address, network, target string

	mu   sync.Mutex
	cmd  *exec.Cmd
	ref  []byte // in the server's messages that count
	step int    // the message at which it is killed
	done bool   // only when the database has answered it
}

func newWire(t *testing.T, database string) *wire {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{network: "tcp", target: u.Host}
	q := u.Query()
	if dir := q.Get("host"); dir != "" {
		w.network, w.target = "unix", dir+"/.s.PGSQL."+q.Get("port")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is closed with the test
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		l.Close()
		w.kill()
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.pass(c)
		}
	}()
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	q.Set("host", host)
	q.Set("port", port)
	u.RawQuery = q.Encode()
	w.address = u.String()
	return w
}

func (w *wire) kills(cmd *exec.Cmd) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cmd = cmd
}

func (w *wire) kill() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cmd != nil {
		_ = w.cmd.Process.Kill() // it may be dead already
	}
}

func (w *wire) arm(ref string, step int, done bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ref, w.step, w.done = []byte(ref), step, done
}

// now says of a message whether it is the one, and whether its answer is waited
// for.
func (w *wire) now(message []byte) (yes, answered bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.step == 0 || !bytes.Contains(message, w.ref) {
		return false, false
	}
	w.step--
	return w.step == 0, w.done
}

func (w *wire) pass(server net.Conn) {
	defer server.Close()
	database, err := net.Dial(w.network, w.target) //nolint:noctx // it is on this machine
	if err != nil {
		return
	}
	defer database.Close()
	answer := make(chan struct{}, 1) // full while the next answer is the last thing that happens
	go func() {
		defer server.Close()
		for b := make([]byte, 1<<16); ; {
			n, err := database.Read(b)
			if len(answer) > 0 {
				w.kill()
				return
			}
			if err != nil {
				return
			}
			if _, err := server.Write(b[:n]); err != nil {
				return
			}
		}
	}()
	for b := make([]byte, 1<<16); ; {
		n, err := server.Read(b)
		if err != nil {
			return
		}
		yes, answered := w.now(b[:n])
		switch {
		case yes && answered:
			answer <- struct{}{}
		case yes:
			w.kill()
			return
		}
		if _, err := database.Write(b[:n]); err != nil {
			return
		}
	}
}
