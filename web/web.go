// Package web is the HTTP edge. It and what is below it are the only code that
// knows Fiber.
package web

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"

	"regulars/internal/service"
	"regulars/web/respond"
)

// Deps is what the edge is built from.
type Deps struct {
	Log      *slog.Logger
	Services *service.Services
	// Now tells the time; nil is time.Now.
	Now func() time.Time
	// Ready says whether requests can be answered: the database is reachable
	// and migrated.
	Ready func(ctx context.Context) error
	// RateLimit is how many requests a second one API key may make; 0 is any.
	RateLimit int
	// Metrics gets the server's own metrics; nil is a registry of its own.
	Metrics *prometheus.Registry
	// MetricsApart says that somebody else shows the metrics, so that there
	// is no /metrics here.
	MetricsApart bool
	// SessionKey seals the forms: 32 bytes.
	SessionKey []byte
	// SecureCookies says when cookies are for HTTPS only: "auto" where the
	// request came over HTTPS, "always" or "never".
	SecureCookies string
	// TrustProxy lists the addresses and networks of the proxies whose word
	// for the caller's address and scheme is taken.
	TrustProxy []string
}

const (
	requestTimeout = 10 * time.Second
	readTimeout    = 20 * time.Second
	writeTimeout   = time.Minute
	idleTimeout    = 2 * time.Minute

	// maxWorking is how many requests are worked on at once, enough to keep
	// every connection to the database busy, and maxAtOnce how many there are
	// with those that wait. More than that would wait longer than their
	// callers do, so they are told at once to come back.
	maxWorking = 32
	maxAtOnce  = 512

	// maxBody is what the contract allows. Bodies are received up to
	// maxReceived, because a client that is cut off in the middle of sending
	// never sees why; pages that take files allow as much.
	maxBody     = 1 << 20
	maxReceived = 8 << 20
)

// New builds the app. Middleware order is the order below.
func New(d Deps) *fiber.App {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Metrics == nil {
		d.Metrics = prometheus.NewRegistry()
	}
	seen := newMetrics(d.Metrics, d.Services)
	app := fiber.New(fiber.Config{
		// Without Immutable a string taken from a request is overwritten by
		// the next one, and every value here outlives its handler.
		Immutable: true,
		// Else files of a form are read, and put on the disk, before anybody
		// knows who sends them.
		DisablePreParseMultipartForm: true,
		CaseSensitive:                true,
		DisableStartupMessage:        true,
		BodyLimit:                    maxReceived,
		ReadTimeout:                  readTimeout,
		WriteTimeout:                 writeTimeout,
		IdleTimeout:                  idleTimeout,
		ReadBufferSize:               16 << 10,
		EnableTrustedProxyCheck:      true,
		TrustedProxies:               d.TrustProxy,
		ErrorHandler:                 respond.Errors(d.Log),
	})
	app.Use(accessLog(d.Log, seen))
	app.Use(caught)
	app.Use(headers)
	app.Use(language)
	app.Use(deadline)
	app.Use(admit(seen))
	app.Use(bodyLimit)
	app.Use(unpacked)
	app.Use(onlyText)
	routes(app, d)
	takeEveryMethod(app)
	return app
}

// takeEveryMethod has a request of a method that nobody has heard of answered
// like any other that its address doesn't take: Fiber would answer it itself,
// before any middleware, in its own words. TRACE is what no route takes.
func takeEveryMethod(app *fiber.App) {
	known, handle := app.Config().RequestMethods, app.Handler()
	app.Server().Handler = func(c *fasthttp.RequestCtx) {
		if !slices.Contains(known, string(c.Method())) {
			c.Request.Header.SetMethod(fiber.MethodTrace)
		}
		handle(c)
	}
}
