// Package orgapi is the organization's surface, /v1/loyalty: what its own
// systems may do across every store. Request keys are camelCase, the fields of
// entities snake_case, ids bare.
package orgapi

import "regulars/internal/service"

// Handlers serves the surface.
type Handlers struct{ *service.Services }
