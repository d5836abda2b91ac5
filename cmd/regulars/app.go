package main

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/service"
	"regulars/web"
)

// newApp wires the use cases to the database and the web to the use cases.
func (c *serveCommand) newApp(ctx context.Context, p *program, db *database, services *service.Services) (*fiber.App, error) {
	key, err := p.cfg.SessionKey()
	if err != nil {
		return nil, err
	}
	registry, err := newRegistry(db.DB)
	if err != nil {
		return nil, err
	}
	if p.cfg.MetricsAddr != "" {
		if err := serveMetrics(ctx, p, registry); err != nil {
			return nil, err
		}
	}
	return web.New(web.Deps{
		Log:           p.log,
		Services:      services,
		Ready:         db.Ping,
		RateLimit:     p.cfg.RateLimit,
		Metrics:       registry,
		MetricsApart:  p.cfg.MetricsAddr != "",
		SessionKey:    key,
		SecureCookies: string(p.cfg.SecureCookies),
		TrustProxy:    p.cfg.TrustProxy,
	}), nil
}
