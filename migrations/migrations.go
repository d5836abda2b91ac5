// Package migrations holds the schema, one forward step per file. What has
// been released is never edited; undoing a step is the next step.
package migrations

import "embed"

// FS holds the steps, named NNNNN_what.sql and applied in that order.
//
//go:embed *.sql
var FS embed.FS
