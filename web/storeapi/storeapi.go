// Package storeapi is the store's surface, /v1/stores/{store_id}: what one
// store may do for the guests in front of it. Everything is snake_case and ids
// carry a prefix.
package storeapi

import "regulars/internal/service"

// Handlers serves the surface.
type Handlers struct{ *service.Services }
