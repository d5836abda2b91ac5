package web

import (
	"github.com/gofiber/fiber/v2"

	"regulars/web/respond"
)

type status struct {
	Status string `json:"status"`
}

// healthz is GET /healthz: the process is there.
func healthz(c *fiber.Ctx) error { return respond.Data(c, fiber.StatusOK, status{"ok"}) }

// readyz is GET /readyz: requests can be answered.
func readyz(d Deps) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if d.Ready != nil {
			if err := d.Ready(c.UserContext()); err != nil {
				d.Log.WarnContext(c.UserContext(), "not ready", "err", err)
				return respond.Data(c, fiber.StatusServiceUnavailable, status{"unavailable"})
			}
		}
		return respond.Data(c, fiber.StatusOK, status{"ready"})
	}
}
