// Package auth works out who is calling: an API key, or a person's session.
// Each ends in a loyalty.Actor, and what the actor may do is the services' to
// decide. It is the only code that knows gorilla/sessions.
package auth

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
)

// Lookup finds the actor behind an API key; an Unauthorized when there is none.
type Lookup func(ctx context.Context, key string) (loyalty.Actor, error)

type actorKey struct{}

// Actor is who calls: Nobody, who may do nothing, where no credential was
// asked for.
func Actor(c *fiber.Ctx) loyalty.Actor {
	a, _ := c.Locals(actorKey{}).(loyalty.Actor) //nolint:errcheck // the zero Actor is the answer
	return a
}

func setActor(c *fiber.Ctx, a loyalty.Actor) { c.Locals(actorKey{}, a) }

// Bearer admits callers with an API key that lookup knows.
func Bearer(lookup Lookup) fiber.Handler {
	return func(c *fiber.Ctx) error {
		kind, key, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
		if !strings.EqualFold(kind, "Bearer") || key == "" {
			return loyalty.Errorf(loyalty.Unauthorized, loyalty.CodeUnauthorized, "Send an API key: Authorization: Bearer <key>.")
		}
		actor, err := lookup(c.UserContext(), strings.TrimSpace(key))
		if err != nil {
			return err
		}
		setActor(c, actor)
		confine(c, actor)
		return c.Next()
	}
}

// confine has the rest of the request see the actor's organization alone.
func confine(c *fiber.Ctx, a loyalty.Actor) {
	c.SetUserContext(loyalty.Within(c.UserContext(), a.OrgID))
}

// Needs admits callers that hold scope. It stands before the handler, so that
// who may not ask learns nothing of what a request should look like.
func Needs(scope loyalty.Scope) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := Actor(c).Require(scope); err != nil {
			return err
		}
		return c.Next()
	}
}

// StoreLookup finds the actor at work in a store of the actor's; a NotFound
// for any other store.
type StoreLookup func(ctx context.Context, actor loyalty.Actor, storeID loyalty.ID) (loyalty.Actor, error)

// AtStore admits callers that may act at the store that the path names as
// store_id, and puts the store into their Actor.
func AtStore(lookup StoreLookup) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id, ok := loyalty.PrefixStore.Parse(c.Params("store_id"))
		if !ok || id.IsZero() {
			return loyalty.Missing("store")
		}
		actor, err := lookup(c.UserContext(), Actor(c), id)
		if err != nil {
			return err
		}
		setActor(c, actor)
		return c.Next()
	}
}
