package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"

	"regulars/internal/loyalty"
	"regulars/views/customers"
	"regulars/views/layout"
)

// customersPage is a page of twenty customers with its navigation, as the
// server puts it together, and the context that it is rendered in.
func customersPage() (templ.Component, context.Context) {
	p := customers.ListProps{CanAdd: true, Any: true}
	for i := range 20 {
		p.Rows = append(p.Rows, customers.Row{
			Name: fmt.Sprintf("María Quispe %d", i), Sub: phone(i), Href: "/customers/" + storeID(i), Tier: "Gold", Rank: 2, Balance: "1,234",
			Lifetime: "5,678", Since: "3 May 2026",
		})
	}
	frame := layout.Layout(layout.Page{Title: "Customers", Nav: layout.MenuFor(loyalty.Owner, nil), Waiting: 3})
	return frame, templ.WithChildren(context.Background(), customers.List(p))
}

// rendering is how many such pages all cores render a second, with nothing to
// wait for.
func rendering() float64 {
	page, ctx := customersPage()
	const long = time.Second
	var n atomic.Int64
	var wait sync.WaitGroup
	end := time.Now().Add(long)
	for range runtime.NumCPU() {
		wait.Go(func() {
			for time.Now().Before(end) {
				if page.Render(ctx, io.Discard) == nil {
					n.Add(1)
				}
			}
		})
	}
	wait.Wait()
	return float64(n.Load()) / long.Seconds()
}
