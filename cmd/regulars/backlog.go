package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"regulars/internal/postgres"
)

// scrapeTime is how long the database may take to say what is yet to be done.
const scrapeTime = 2 * time.Second

// backlog shows the background work when it is asked for. It is the
// database's, so every server shows the same.
type backlog struct {
	of                                func(context.Context) (postgres.Backlog, error)
	jobs, failing, detector, unsealed *prometheus.Desc
}

func newBacklog(of func(context.Context) (postgres.Backlog, error)) backlog {
	describe := func(name, help string) *prometheus.Desc { return prometheus.NewDesc("regulars_"+name, help, nil, nil) }
	return backlog{
		of:       of,
		jobs:     describe("queue_jobs", "Jobs waiting that should have begun."),
		failing:  describe("queue_failing_jobs", "Jobs that failed and are tried again, or were given up."),
		detector: describe("detector_lag_seconds", "How long the oldest event waits that no detector has seen in the background."),
		unsealed: describe("audit_unsealed_rows", "Rows of the audit log without a seal, up to 10,000."),
	}
}

// Describe implements prometheus.Collector.
func (b backlog) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{b.jobs, b.failing, b.detector, b.unsealed} {
		out <- d
	}
}

// Collect implements prometheus.Collector. While the database is away there is
// nothing to say, and the other metrics go on.
func (b backlog) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	found, err := b.of(ctx)
	if err != nil {
		return
	}
	gauge := func(d *prometheus.Desc, v float64) { out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	gauge(b.jobs, float64(found.Jobs))
	gauge(b.failing, float64(found.Failing))
	gauge(b.detector, found.Detector.Seconds())
	gauge(b.unsealed, float64(found.Unsealed))
}
