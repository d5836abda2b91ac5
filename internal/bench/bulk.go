package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	bulkStore = 0
	bulkWait  = 10 * time.Minute
	bulkLook  = 50 * time.Millisecond
)

type bulkJob struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Total   int    `json:"total"`
	Awarded int    `json:"awarded"`
}

// bulk gives points to those who were not here for longest, up to
// bulkCustomers and a tenth of all, while one connection awards at a till of
// the same store. The time is from asking until the job says that it is done,
// as of bulkCustomers.
func (r *results) bulk(ctx context.Context, s *server) error {
	days, err := s.db.awayFor(ctx, min(bulkCustomers, s.db.Customers/10))
	if err != nil {
		return err
	}
	till := workers(1)[0]
	var over atomic.Bool
	var wait sync.WaitGroup
	wait.Go(func() {
		client := s.client(1)
		defer client.CloseIdleConnections()
		for !over.Load() {
			till.send(s, client, earnAtTill)
		}
	})
	begun := time.Now()
	job, err := s.runBulk(ctx, days)
	took := time.Since(begun)
	over.Store(true)
	wait.Wait()
	if err != nil {
		return err
	}
	if till.sorry != nil {
		return fmt.Errorf("award during a bulk award: %w", till.sorry)
	}
	_, p95, p99 := percentiles(till.took)
	progress("bulk award of %d in %.1f s; %d awards at a till meanwhile, p95 %.1f, p99 %.1f ms", job.Awarded, took.Seconds(), len(till.took), p95, p99)
	r.Figures[figureBulk], r.Figures[figureBulkTill] = took.Seconds()*bulkCustomers/float64(job.Awarded), p95
	return nil
}

// awayFor is for how many days the n who were away longest have been.
func (d *database) awayFor(ctx context.Context, n int) (days int, err error) {
	const q = `SELECT coalesce(current_date - active_day, 3650) FROM enrollments WHERE organization_id = $1 ORDER BY active_day NULLS FIRST OFFSET $2 LIMIT 1`
	if err := d.pool.QueryRowContext(ctx, q, organization, n-1).Scan(&days); err != nil {
		return 0, fmt.Errorf("look for a segment: %w", err)
	}
	return days, nil
}

// runBulk asks for a bulk award and waits for its end.
func (s *server) runBulk(ctx context.Context, days int) (job bulkJob, err error) {
	client := s.client(1)
	defer client.CloseIdleConnections()
	path := "/v1/stores/store_" + storeID(bulkStore) + "/loyalty/earn/bulk"
	body := fmt.Sprintf(`{"segment":{"inactive_days":%d},"points":5,"reason":"We miss you"}`, days)
	err = ask(client, &job, fasthttp.StatusAccepted, func(req *fasthttp.Request) {
		s.post(req, path, body, rand.New(rand.NewPCG(rand.Uint64(), 0)))
	})
	for until := time.Now().Add(bulkWait); err == nil && job.Status == "running"; {
		select {
		case <-ctx.Done():
			return job, ctx.Err()
		case <-time.After(bulkLook):
		}
		if time.Now().After(until) {
			return job, fmt.Errorf("a bulk award is not done after %s: %+v", bulkWait, job)
		}
		err = ask(client, &job, fasthttp.StatusOK, func(req *fasthttp.Request) { s.get(req, path+"/"+job.ID) })
	}
	if err == nil && (job.Status != "completed" || job.Awarded == 0) {
		err = fmt.Errorf("a bulk award ended as %+v", job)
	}
	return job, err
}

func ask(client *fasthttp.HostClient, into any, status int, make func(*fasthttp.Request)) error {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	make(req)
	if err := client.Do(req, res); err != nil {
		return fmt.Errorf("%s: %w", req.URI().Path(), err)
	}
	if res.StatusCode() != status {
		return fmt.Errorf("%s: status %d: %.300s", req.URI().Path(), res.StatusCode(), res.Body())
	}
	return json.Unmarshal(res.Body(), into)
}

func earnAtTill(s *server, r *rand.Rand, req *fasthttp.Request) {
	s.post(req, "/v1/stores/store_"+storeID(bulkStore)+"/loyalty/earn", `{"customer_id":"`+s.db.someone(r)+`","points":1,"reason":"Sorry"}`, r)
}
