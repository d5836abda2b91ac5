package main

import (
	"io"
	"testing"
)

// BenchmarkRender is one page of what rendering counts.
func BenchmarkRender(b *testing.B) {
	page, ctx := customersPage()
	b.ReportAllocs()
	for b.Loop() {
		if err := page.Render(ctx, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
