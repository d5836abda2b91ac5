package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"regulars/internal/postgres"
)

// newRegistry holds what Go and the connection pool say of themselves.
func newRegistry(db *postgres.DB) (*prometheus.Registry, error) {
	r := prometheus.NewRegistry()
	err := errors.Join(
		r.Register(collectors.NewGoCollector()),
		r.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})),
		r.Register(poolMetric("wait_seconds_total", "How long requests have waited for a connection.",
			func() float64 { return db.Stats().WaitDuration.Seconds() })),
		r.Register(poolMetric("waits_total", "How often a request has waited for a connection.",
			func() float64 { return float64(db.Stats().WaitCount) })),
		r.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "regulars_pool_connections", Help: "Connections to the database in use."},
			func() float64 { return float64(db.Stats().InUse) })),
		r.Register(newBacklog(db.Backlog)),
	)
	if err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	return r, nil
}

func poolMetric(name, help string, value func() float64) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "regulars_pool_" + name, Help: help}, value)
}

// serveMetrics shows the metrics at their own address until ctx ends.
func serveMetrics(ctx context.Context, p *program, r *prometheus.Registry) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.cfg.MetricsAddr)
	if err != nil {
		return fmt.Errorf("%w (set METRICS_ADDR to use another address)", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(r, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() {
		_ = server.Close() // nobody is left to tell
	})
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			p.log.Error("serving metrics ended", "err", err)
		}
	}()
	return nil
}
