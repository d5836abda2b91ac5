package web

import (
	"errors"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/respond"
)

// metrics counts what the server does. Nothing in it tells one tenant from
// another.
type metrics struct {
	took     *prometheus.HistogramVec
	refusals *prometheus.CounterVec
	atOnce   atomic.Int64 // requests that are worked on or wait to be
}

// newMetrics registers the server's own metrics.
func newMetrics(r *prometheus.Registry, s *service.Services) *metrics {
	m := &metrics{
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "regulars_request_duration_seconds",
			Help:    "How long requests took, by the route's pattern.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"method", "route", "status"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "regulars_refusals_total",
			Help: "Requests that were refused or failed, by the error's code.",
		}, []string{"code"}),
	}
	r.MustRegister(m.took, m.refusals, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "regulars_requests_in_progress",
		Help: "Requests that are worked on or wait to be.",
	}, func() float64 { return float64(m.atOnce.Load()) }))
	for _, kind := range loyalty.TransactionTypes() {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name:        "regulars_transactions_total",
			Help:        "Rows this server wrote to the ledger, by type: earn is awards.",
			ConstLabels: prometheus.Labels{"type": string(kind)},
		}, func() float64 { return float64(s.Posted(kind)) }))
	}
	return m
}

func (m *metrics) request(c *fiber.Ctx, status int, took time.Duration) {
	m.took.WithLabelValues(c.Method(), route(c), strconv.Itoa(status)).Observe(took.Seconds())
}

// refused counts err, unless it is an answer given again.
func (m *metrics) refused(err error) {
	if _, ok := errors.AsType[*loyalty.Replayed](err); !ok {
		m.refusals.WithLabelValues(respond.Code(err)).Inc()
	}
}

// metricsPage is GET /metrics.
func metricsPage(r *prometheus.Registry) fiber.Handler {
	return adaptor.HTTPHandler(promhttp.HandlerFor(r, promhttp.HandlerOpts{}))
}
