package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"regulars/internal/demo"
)

// loadDemo makes the demo restaurant where nothing else is.
func loadDemo(ctx context.Context, p *program, db *database) error {
	// Invented points need not survive a crash: the making is then repeated.
	quick, err := db.Relaxed(ctx)
	if err != nil {
		return err
	}
	return errors.Join(demo.Load(ctx, quick, time.Now(), p.log), quick.Close())
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
	fmt.Fprintf(p.out, "Cashiers unlock a shared till with the PIN %s.\n", demo.PIN)
	return nil
}
