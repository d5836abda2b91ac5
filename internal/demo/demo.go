// Package demo invents a restaurant to look at: Casa Lima, with half a year of
// guests, orders and rewards up to now. It is made by the same services that a
// real one uses, each thing at its own time, from a fixed seed.
package demo

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

const (
	slug     = "casa-lima"
	currency = "PEN"
	timeZone = "America/Lima"
	// weeks of history, the last of which ends now.
	weeks = 26
	// liveDays at the end are rung up one by one, as tills do.
	liveDays = 2

	seed1, seed2 = 0xca5a, 0x11aa
)

// Password is what every member of the demo's staff signs in with.
const Password = "casa-lima-demo"

// SignIn is one way into the demo restaurant.
type SignIn struct {
	Role  loyalty.Role
	Email string
}

// SignIns are the demo's members of staff, one line to show for each.
func SignIns() []SignIn {
	all := make([]SignIn, len(crew))
	for i, c := range crew {
		all[i] = SignIn{c.role, c.email}
	}
	return all
}

// Is reports whether the organization is the demo restaurant.
func Is(o loyalty.Organization) bool { return o.Slug == slug }

// world is the restaurant while it is being made.
type world struct {
	*service.Services
	repo    loyalty.Repository
	clock   atomic.Int64 // Unix nanoseconds, at least those of what has happened
	rand    *rand.Rand
	zone    *time.Location
	now     time.Time
	start   time.Time // midnight of the first day
	program loyalty.Actor
	owner   loyalty.Actor
	manager loyalty.Actor
	stores  [2]*store
	rewards []loyalty.Reward
	guests  []guest
	past    *service.Past
	visits  int // so far, for receipt numbers
}

// store is one of the two restaurants.
type store struct {
	id       loyalty.ID
	cashiers []loyalty.Actor
	receipts int
}

// Load makes the demo restaurant in an empty database, with its history ending
// now.
func Load(ctx context.Context, repo loyalty.Repository, now time.Time, log *slog.Logger) error {
	zone := loyalty.ZoneOf(timeZone)
	today := now.In(zone)
	w := &world{
		repo: repo, rand: rand.New(rand.NewPCG(seed1, seed2)), zone: zone, now: now, //nolint:gosec // invented data, not secrets
		start: time.Date(today.Year(), today.Month(), today.Day()-7*weeks, 0, 0, 0, 0, zone),
	}
	w.at(w.start.Add(8 * time.Hour))
	w.Services = service.New(repo, func() time.Time { return time.Unix(0, w.clock.Load()) }, log)
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"open the restaurant", w.open}, {"hire the staff", w.hire}, {"write the catalog", w.catalog},
		{"live through half a year", w.live}, {"make trouble", w.trouble},
	} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("demo: %s: %w", step.what, err)
		}
	}
	return nil
}

// at moves the clock.
func (w *world) at(t time.Time) { w.clock.Store(t.UnixNano()) }

// member of the invented staff.
type member struct {
	role     loyalty.Role
	name     string
	email    string
	language string
	store    int // 1 or 2; 0 works at both
}

var crew = []member{
	{loyalty.Owner, "Rosa Quispe", "owner@casalima.example", "", 0},
	{loyalty.Manager, "Martín Salazar", "manager@casalima.example", "", 0},
	{loyalty.Cashier, "Lucía Torres", "cashier@casalima.example", "", 1},
	{loyalty.Cashier, "Diego Rojas", "diego@casalima.example", "es", 1},
	{loyalty.Cashier, "Emily Parker", "emily@casalima.example", "en", 2},
	{loyalty.Cashier, "José Huamán", "jose@casalima.example", "es", 2},
}

func (w *world) open(ctx context.Context) error {
	made, err := w.Access.CreateOrganization(ctx, loyalty.Actor{Role: loyalty.System}, service.CreateOrganization{
		Slug: slug, Name: "Casa Lima", StoreName: "Casa Lima Miraflores", Currency: currency, TimeZone: timeZone,
		OwnerEmail: crew[0].email, OwnerName: crew[0].name, OwnerPassword: Password,
	})
	if err != nil {
		return err
	}
	w.program = loyalty.Actor{Role: loyalty.System, OrgID: made.Organization.ID}
	w.owner = made.Owner.Actor()
	second, err := w.Access.SaveStore(ctx, w.owner, service.SaveStore{Name: "Casa Lima Barranco", ExternalID: "barranco", Active: true})
	if err != nil {
		return err
	}
	w.stores = [2]*store{{id: made.Store.ID, receipts: 40_000}, {id: second.ID, receipts: 12_000}}
	w.past, err = w.Imports.Past(w.program)
	return err
}

func (w *world) hire(ctx context.Context) error {
	for _, c := range crew[1:] {
		hired := service.CreateStaff{Email: c.email, Name: c.name, Role: c.role, Password: Password, Language: c.language}
		if c.store > 0 {
			hired.StoreIDs = []loyalty.ID{w.stores[c.store-1].id}
		}
		s, err := w.Access.CreateStaff(ctx, w.owner, hired)
		if err != nil {
			return err
		}
		if c.role == loyalty.Manager {
			w.manager = s.Actor()
			continue
		}
		at := w.stores[c.store-1]
		at.cashiers = append(at.cashiers, s.Actor())
	}
	return nil
}
