package main

import (
	"context"

	"github.com/gofiber/fiber/v2"
)

// newApp wires the use cases to the database and the web to the use cases.
func (c *serveCommand) newApp(_ context.Context, _ *program, db *database) (*fiber.App, error) {
	app := fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true})
	app.Get("/healthz", func(ctx *fiber.Ctx) error {
		if err := db.Ping(ctx.UserContext()); err != nil {
			return ctx.SendStatus(fiber.StatusServiceUnavailable)
		}
		return ctx.SendStatus(fiber.StatusOK)
	})
	return app, nil
}
