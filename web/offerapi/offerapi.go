// Package offerapi is the surface of guests' apps: /v1/offer, /v1/offers,
// /v1/user, /v1/event-types and /v1/events. What the wire calls a user is a
// customer, and an offer is a reward. Everything is camelCase.
package offerapi

import "regulars/internal/service"

// Handlers serves the surface.
type Handlers struct{ *service.Services }
