package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"regulars/internal/demo"
)

// loadDemo fills a database that has no organization yet.
func loadDemo(ctx context.Context, p *program, db *database) error {
	all, err := db.Organizations(ctx)
	if err != nil || len(all) > 0 {
		return err
	}
	began := time.Now()
	p.log.Info("inventing a restaurant; this takes a few seconds")
	if err := demo.Load(ctx, db.DB, began, p.log); err != nil {
		return err
	}
	p.log.Info("the demo restaurant is there", "took", time.Since(began).Round(10*time.Millisecond))
	return nil
}

// welcome says where to go and, where the demo restaurant is, how to get in.
func welcome(ctx context.Context, p *program, db *database, url string) error {
	fmt.Fprintf(p.out, "Regulars is at %s\n", url)
	all, err := db.Organizations(ctx)
	if err != nil || !slices.ContainsFunc(all, demo.Is) {
		return err
	}
	fmt.Fprintf(p.out, "Demo sign-ins, all with the password %s:\n", demo.Password)
	for _, s := range demo.SignIns() {
		fmt.Fprintf(p.out, "  %-8s %s\n", s.Role, s.Email)
	}
	return nil
}
