package main

import (
	"context"
	"io"
	"testing"

	"github.com/a-h/templ"

	"regulars/views/stories"
)

// BenchmarkRender is one page of what rendering counts, and the start page with
// its charts.
func BenchmarkRender(b *testing.B) {
	list, ctx := customersPage()
	home, _ := stories.Find("home")
	for name, page := range map[string]struct {
		ctx context.Context
		c   templ.Component
	}{"list": {ctx, list}, "home": {context.Background(), home.Document("")}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := page.c.Render(page.ctx, io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
