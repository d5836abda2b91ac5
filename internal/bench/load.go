package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// request fills in one request of a kind of work. Nothing may be shared
// between connections but the world.
type request func(s *server, r *rand.Rand, req *fasthttp.Request)

// sample is what one stretch of load came to.
type sample struct {
	Rate     float64 `json:"rate"` // a second
	P50      float64 `json:"p50"`  // ms
	P95      float64 `json:"p95"`  // ms
	P99      float64 `json:"p99"`  // ms
	Count    int     `json:"count"`
	Errors   int     `json:"errors"`
	ServerMS float64 `json:"server_ms"`   // CPU of the product for one
	DBMS     float64 `json:"database_ms"` // CPU of the database for one
	Foreign  float64 `json:"foreign"`     // share of the machine that others used meanwhile
}

const answerWait = 30 * time.Second

// load sends requests over so many connections for the time, each as soon as
// the one before is answered. What it sends in the first tenth isn't counted.
func load(s *server, make request, connections int, d time.Duration) (sample, error) {
	client := s.client(connections)
	defer client.CloseIdleConnections()
	begun := time.Now()
	counted, end := begun.Add(d/10), begun.Add(d+d/10)
	all := workers(connections)
	var wait sync.WaitGroup
	for i := range connections {
		wait.Go(func() { all[i].drive(s, client, make, counted, end) })
	}
	wait.Wait()
	var out sample
	var took []time.Duration
	for _, w := range all {
		took = append(took, w.took...)
		out.Errors += w.errors
		if w.sorry != nil && len(took) == 0 {
			return out, w.sorry
		}
	}
	out.Count = len(took)
	out.Rate = float64(out.Count) / d.Seconds()
	out.P50, out.P95, out.P99 = percentiles(took)
	return out, all[0].sorry
}

func (s *server) client(connections int) *fasthttp.HostClient {
	return &fasthttp.HostClient{
		Addr: s.url[len("http://"):], MaxConns: connections, ReadTimeout: answerWait, WriteTimeout: answerWait,
		MaxIdemponentCallAttempts: 1, NoDefaultUserAgentHeader: true, DisableHeaderNamesNormalizing: true, DisablePathNormalizing: true,
	}
}

type worker struct {
	rand   *rand.Rand
	took   []time.Duration
	errors int
	sorry  error // the first refusal, to show
}

func workers(n int) []*worker {
	out := make([]*worker, n)
	for i := range out {
		out[i] = &worker{rand: rand.New(rand.NewPCG(rand.Uint64(), uint64(i)))}
	}
	return out
}

func (w *worker) drive(s *server, client *fasthttp.HostClient, make request, counted, end time.Time) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	for {
		req.Reset()
		req.Header.DisableNormalizing()
		make(s, w.rand, req)
		begun := time.Now()
		err := client.Do(req, res)
		now := time.Now()
		if now.After(end) {
			return
		}
		if now.Before(counted) {
			continue
		}
		w.note(now.Sub(begun), err, req, res)
	}
}

// send sends one request, which counts.
func (w *worker) send(s *server, client *fasthttp.HostClient, make request) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	req.Header.DisableNormalizing()
	make(s, w.rand, req)
	begun := time.Now()
	err := client.Do(req, res)
	w.note(time.Since(begun), err, req, res)
}

func (w *worker) note(took time.Duration, err error, req *fasthttp.Request, res *fasthttp.Response) {
	w.took = append(w.took, took)
	if status := res.StatusCode(); err != nil || status >= 300 {
		w.errors++
		if w.sorry == nil {
			w.sorry = fmt.Errorf("%s %s: %d %w: %.300s", req.Header.Method(), req.URI().Path(), status, errOr(err), res.Body())
		}
	}
}

type refusal struct{}

func (refusal) Error() string { return "refused" }

func errOr(err error) error {
	if err != nil {
		return err
	}
	return refusal{}
}

// percentiles are the 50th, 95th and 99th, in milliseconds.
func percentiles(took []time.Duration) (p50, p95, p99 float64) {
	if len(took) == 0 {
		return 0, 0, 0
	}
	slices.Sort(took)
	at := func(p int) float64 { return took[min(len(took)-1, len(took)*p/100)].Seconds() * 1000 }
	return at(50), at(95), at(99)
}
