package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// growth measures what the same work costs on a hundredth of the customers,
// turn about with the large database, over one connection.
func (r *results) growth(ctx context.Context, o options, large *server) (err error) {
	if large.db.Customers <= growthCustomers {
		return nil
	}
	db, err := o.open(ctx, growthCustomers)
	if err != nil {
		return fmt.Errorf("growth: %w", err)
	}
	defer func() { err = errors.Join(err, db.stop()) }()
	small, err := serve(ctx, db)
	if err != nil {
		return fmt.Errorf("growth: %w", err)
	}
	defer func() { err = errors.Join(err, small.stop()) }()
	d := time.Duration(o.seconds / 2 * float64(time.Second))
	for _, w := range everything {
		if w.name != "award" && w.name != "look-up by phone" && w.name != "search: common name" && w.name != "stats" {
			continue
		}
		var few, many []measurement
		for range o.rounds {
			for _, side := range []struct {
				s  *server
				to *[]measurement
			}{{small, &few}, {large, &many}} {
				m, err := measured(o, side.s, func() (sample, error) { return load(side.s, w.make, 1, d) })
				if err != nil {
					return fmt.Errorf("growth: %w", err)
				}
				*side.to = append(*side.to, measurement{Work: w.name, Connections: 1, sample: m})
			}
		}
		a, _ := middle(few, w.name, 1, false)
		b, _ := middle(many, w.name, 1, false)
		r.Figures[figureGrowth+w.name] = b.P50 / a.P50
		progress("growth of %s: %.2f ms at %d customers, %.2f ms at %d", w.name, a.P50, growthCustomers, b.P50, large.db.Customers)
	}
	return nil
}
