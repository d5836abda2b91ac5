//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// server is one process of the program.
type server struct {
	name string
	url  string
	env  []string
	log  string // file
	bin  string

	mu     sync.Mutex
	cmd    *exec.Cmd
	left   chan struct{} // closed when cmd has ended
	gaveUp int           // how often it ended by itself
}

func (b *bench) newServer(i int) *server {
	addr := fmt.Sprintf("127.0.0.1:%d", b.o.port+i)
	name := "server-" + strconv.Itoa(i)
	return &server{
		name: name, url: "http://" + addr, log: filepath.Join(b.o.dir, name+".log"), bin: b.o.bin,
		env: append(b.environment(), "REGULARS_ADDR="+addr),
	}
}

// start runs the process; it needn't be ready when start returns.
func (s *server) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the process holds its own handle
	cmd := exec.Command(s.bin, "serve")
	cmd.Env, cmd.Stderr = s.env, log
	if err := cmd.Start(); err != nil {
		return err
	}
	left := make(chan struct{})
	s.cmd, s.left = cmd, left
	go func() {
		_ = cmd.Wait() // how it ended is in ProcessState
		close(left)
	}()
	return nil
}

// end sends the signal and waits for the process to leave; it says how long
// that took and with which code.
func (s *server) end(sig syscall.Signal) (took time.Duration, code int, err error) {
	s.mu.Lock()
	cmd, left := s.cmd, s.left
	s.mu.Unlock()
	if cmd == nil {
		return 0, 0, nil
	}
	begun := time.Now()
	if err := cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return 0, 0, err
	}
	select {
	case <-left:
		return time.Since(begun), cmd.ProcessState.ExitCode(), nil
	case <-time.After(time.Minute):
		return time.Since(begun), 0, fmt.Errorf("%s doesn't end", s.name)
	}
}

// readyTime is what a start may take on a machine that does much else.
const readyTime = 5 * time.Minute

// ready waits until the server says it is.
func (s *server) ready(ctx context.Context) error {
	client := &http.Client{Timeout: time.Second}
	for deadline := time.Now().Add(readyTime); time.Now().Before(deadline); {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/readyz", nil)
		if err != nil {
			return err
		}
		if res, err := client.Do(req); err == nil {
			_ = res.Body.Close() // only the status counts
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.left:
			// What supervises it would start it again.
			s.gaveUp++
			if err := s.start(); err != nil {
				return err
			}
		case <-time.After(10 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s isn't ready after %s; see %s", s.name, readyTime, s.log)
}

// resident is the process's memory in MiB; 0 while there is none.
func (s *server) resident() float64 {
	s.mu.Lock()
	cmd := s.cmd
	s.mu.Unlock()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		if _, err := fmt.Sscanf(line, "VmRSS: %f kB", &kb); err == nil {
			return kb / 1024
		}
	}
	return 0
}

// peak follows the servers' memory until stop is called, which gives the most
// that one of them had.
func (b *bench) peak() (stop func() float64) {
	done, most := make(chan struct{}), make(chan float64)
	go func() {
		top := 0.0
		for {
			for _, s := range b.servers {
				top = max(top, s.resident())
			}
			select {
			case <-done:
				most <- top
				return
			case <-time.After(200 * time.Millisecond):
			}
		}
	}()
	return func() float64 { close(done); return <-most }
}
