package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// server is the product serving a database.
type server struct {
	url    string
	cmd    *exec.Cmd
	db     *database
	cookie string // of the owner's session
}

const startWait = 60 * time.Second

// serve starts the product and returns when it answers.
func serve(ctx context.Context, db *database) (*server, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("find a free port: %w", err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, db.binary, "serve")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = startWait
	cmd.Env = append(os.Environ(), "DATABASE_URL="+db.cluster.URL(), "REGULARS_ADDR="+addr, "REGULARS_DATA_DIR="+db.dir,
		"REGULARS_RATE_LIMIT=0", "REGULARS_LOG_LEVEL=warn")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	s := &server{url: "http://" + addr, cmd: cmd, db: db}
	for until := time.Now().Add(startWait); time.Now().Before(until); time.Sleep(2 * time.Millisecond) {
		if res, err := http.Get(s.url + "/login"); err == nil {
			res.Body.Close() //nolint:errcheck // nothing is read from it
			return s, nil
		}
	}
	return nil, errors.Join(errors.New("the server doesn't answer"), s.stop())
}

func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop the server: %w", err)
	}
	if err := s.cmd.Wait(); err != nil {
		progress("the server ended with %v", err) // and what was measured stands
	}
	return nil
}

// signIn begins the owner's session, at a store, so that the till opens.
func (s *server) signIn() error {
	if err := s.submit("/login", url.Values{"email": {ownerEmail}, "password": {ownerPassword}}); err != nil {
		return err
	}
	return s.submit("/store", url.Values{"store": {storeID(0)}})
}

// submit sends a form as a browser does and keeps the cookies that come back.
func (s *server) submit(path string, form url.Values) error {
	req, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if s.cookie != "" {
		req.Header.Set("Cookie", s.cookie)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("submit %s: %w", path, err)
	}
	defer res.Body.Close() //nolint:errcheck // nothing is read from it
	if res.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("submit %s: status %d", path, res.StatusCode)
	}
	for _, c := range res.Cookies() {
		if strings.HasSuffix(c.Name, "session") { // the other says who signed in here before
			s.cookie = c.Name + "=" + c.Value
		}
	}
	return nil
}

// cpu is how long the server and its database have worked so far.
func (s *server) cpu() (server, database time.Duration) {
	p, _ := readProcess(s.cmd.Process.Pid)
	_, d := tree(s.db.postmaster())
	return p.cpu, d
}
