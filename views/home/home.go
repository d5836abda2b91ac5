// Package home is the start page of managers and owners: what the program did
// and what it costs.
package home

// Props is the start page.
type Props struct{}
