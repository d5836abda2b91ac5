//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// client sends requests as a till does: again, with the same key and to the
// next server, until one is answered for good.
type client struct {
	http    *http.Client
	servers []*server
	key     string
	journal *journal
	turn    atomic.Uint64
	seen    tally
	served  sync.Map // address of a server → *atomic.Int64, when it last did what it was asked
}

const (
	// A server gives a request up after ten seconds by itself, and some more
	// for what it began behind it.
	answerTime = 30 * time.Second
	retryPause = 20 * time.Millisecond
)

func newClient(servers []*server, key string, j *journal) *client {
	t := &http.Transport{MaxIdleConnsPerHost: 512, IdleConnTimeout: time.Minute}
	c := &client{http: &http.Client{Transport: t, Timeout: answerTime}, servers: servers, key: key, journal: j}
	for _, s := range servers {
		c.served.Store(s.url, new(atomic.Int64))
	}
	return c
}

// lastServed is when the server last did what it was asked.
func (c *client) lastServed(s *server) time.Time {
	at, ok := c.served.Load(s.url)
	if !ok {
		return time.Time{}
	}
	return time.Unix(0, at.(*atomic.Int64).Load()) //nolint:errcheck // nothing else is ever stored
}

// tally counts requests by what came of them.
type tally struct{ sent, answered, refused, unreachable, broken, unavailable, failed atomic.Int64 }

func (t *tally) count(status int, err error) {
	t.sent.Add(1)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		t.unreachable.Add(1)
	case err != nil:
		t.broken.Add(1)
	case status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests:
		t.unavailable.Add(1)
	case status >= 500:
		t.failed.Add(1)
	case status >= 400:
		t.refused.Add(1)
	default:
		t.answered.Add(1)
	}
}

// answer is what came back.
type answer struct {
	status int
	body   []byte
	replay bool
}

// text is the text at a path in the answer's data; "" where there is none.
func (a answer) text(path ...string) string {
	var v any
	if json.Unmarshal(a.body, &v) != nil {
		return ""
	}
	if object, ok := v.(map[string]any); ok && object["data"] != nil {
		v = object["data"]
	}
	for _, name := range path {
		object, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = object[name]
	}
	s, _ := v.(string) // no text is ""
	return s
}

// once sends one request to one server.
func (c *client) once(ctx context.Context, server, method, path, key string, body any) (answer, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return answer{}, err
	}
	req, err := http.NewRequestWithContext(ctx, method, server+path, bytes.NewReader(text))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
		// Said by us, so that Go's client doesn't send it again by itself.
		req.GetBody = nil
	}
	res, err := c.http.Do(req)
	if err != nil {
		c.seen.count(0, err)
		return answer{}, err
	}
	defer res.Body.Close() //nolint:errcheck // it is read to the end
	out, err := io.ReadAll(res.Body)
	c.seen.count(res.StatusCode, err)
	if at, ok := c.served.Load(server); ok && err == nil && res.StatusCode/100 == 2 {
		at.(*atomic.Int64).Store(time.Now().UnixNano()) //nolint:errcheck // nothing else is ever stored
	}
	return answer{res.StatusCode, out, res.Header.Get("Idempotency-Replayed") == "true"}, err
}

// final says whether the answer is the last word: neither the server's trouble
// nor another try of the same request under way.
func (a answer) final() bool {
	switch {
	case a.status >= 500, a.status == http.StatusTooManyRequests:
		return false
	case a.status == http.StatusConflict:
		return !bytes.Contains(a.body, []byte("PROGRESS"))
	}
	return true
}

// insist sends the request until it has a final answer. ok is false when ctx
// ended before.
func (c *client) insist(ctx context.Context, method, path, key string, body any) (a answer, ok bool) {
	for ctx.Err() == nil {
		server := c.servers[c.turn.Add(1)%uint64(len(c.servers))].url
		a, err := c.once(ctx, server, method, path, key, body)
		if err == nil && a.final() {
			return a, true
		}
		time.Sleep(retryPause)
	}
	return answer{}, false
}

// journal is the client's own log of what was acknowledged to it.
type journal struct {
	mu      sync.Mutex
	entries map[string][]entry // by kind
}

type entry struct{ ref, id string }

func (j *journal) note(kind, ref, id string) {
	id = bare(id)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.entries == nil {
		j.entries = map[string][]entry{}
	}
	j.entries[kind] = append(j.entries[kind], entry{ref, id})
}

// bare is an id as the database has it; some surfaces print it with a prefix.
func bare(id string) string {
	if _, bare, ok := strings.Cut(id, "_"); ok {
		return bare
	}
	return id
}

func (j *journal) of(kind string) []entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries[kind])
}
