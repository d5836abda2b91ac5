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

// PIN is what every cashier of the demo unlocks a shared till with.
const PIN = "2580"

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
	// until is up to when a Load that broke off had come; zero without one.
	until time.Time
}

// store is one of the two restaurants.
type store struct {
	id       loyalty.ID
	cashiers []loyalty.Actor
	receipts int
}

// Load makes the demo restaurant in an empty database, with its history ending
// now, or finishes one whose making broke off. Where there is anything else it
// does nothing.
func Load(ctx context.Context, repo loyalty.Repository, now time.Time, log *slog.Logger) error {
	all, err := repo.Organizations(ctx)
	if err != nil || len(all) > 1 || len(all) == 1 && !Is(all[0]) {
		return err
	}
	w := &world{repo: repo, rand: rand.New(rand.NewPCG(seed1, seed2)), zone: loyalty.ZoneOf(timeZone), now: now} //nolint:gosec // invented data, not secrets
	w.Services = service.New(repo, func() time.Time { return time.Unix(0, w.clock.Load()) }, log)
	begin := now.In(w.zone).AddDate(0, 0, -7*weeks)
	if len(all) == 1 {
		if done, err := w.isDone(ctx, all[0].ID); err != nil || done {
			return err
		}
		begin = all[0].CreatedAt.In(w.zone)
	}
	log.InfoContext(ctx, "inventing a restaurant; this takes a few seconds")
	w.start = time.Date(begin.Year(), begin.Month(), begin.Day(), 0, 0, 0, 0, w.zone)
	w.at(w.start.Add(8 * time.Hour))
	return w.make(ctx, all)
}

func (w *world) make(ctx context.Context, before []loyalty.Organization) error {
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"open the restaurant", func(ctx context.Context) error {
			if len(before) == 0 {
				return w.open(ctx)
			}
			return w.reopen(ctx, before[0])
		}},
		{"hire the staff", w.hire}, {"write the catalog", w.catalog}, {"live through half a year", w.live},
		{"make trouble", w.trouble}, {"arouse suspicion", w.suspects}, {"look at it all", w.detect}, {"finish", w.finished},
	} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("demo: %s: %w", step.what, err)
		}
	}
	return nil
}

// detect has everything examined before the restaurant is shown.
func (w *world) detect(ctx context.Context) error {
	w.Anomalies.Examined(ctx, 20*time.Second)
	_, err := w.Detection.RunTo(ctx, w.program, w.now)
	return err
}

// subject is what the audit log calls the making of the demo.
const subject = "demo"

func (w *world) isDone(ctx context.Context, orgID loyalty.ID) (bool, error) {
	found, _, err := w.repo.AuditLog(ctx, orgID, loyalty.AuditFilter{Subject: subject}, loyalty.Page{Number: 1, Size: 1})
	return len(found) > 0, err
}

func (w *world) finished(ctx context.Context) error {
	return w.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		return tx.AddAudit(ctx, loyalty.Audit(w.program, w.now, "demo.load", subject, w.program.OrgID, nil))
	})
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
	second, err := w.Access.SaveStore(ctx, w.owner, secondStore)
	if err != nil {
		return err
	}
	w.stores = [2]*store{{id: made.Store.ID, receipts: 40_000}, {id: second.ID, receipts: 12_000}}
	w.past, err = w.Imports.Past(w.program)
	return err
}

// reopen goes on with a restaurant whose making broke off.
func (w *world) reopen(ctx context.Context, org loyalty.Organization) error {
	w.program = loyalty.Actor{Role: loyalty.System, OrgID: org.ID}
	staff, err := w.repo.StaffByEmail(ctx, crew[0].email)
	if err != nil {
		return err
	}
	if len(staff) != 1 {
		return loyalty.Missing("owner")
	}
	w.owner = staff[0].Actor()
	stores, err := w.Access.Stores(ctx, w.owner)
	if err != nil {
		return err
	}
	if len(stores) == 1 {
		second, err := w.Access.SaveStore(ctx, w.owner, secondStore)
		if err != nil {
			return err
		}
		stores = append(stores, second)
	}
	// Receipts are numbered from where the first attempt can't have come.
	w.stores = [2]*store{{id: stores[0].ID, receipts: 140_000}, {id: stores[1].ID, receipts: 112_000}}
	latest, _, err := w.repo.Orders(ctx, org.ID, loyalty.OrderFilter{}, loyalty.Page{Number: 1, Size: 1})
	if err != nil {
		return err
	}
	if len(latest) > 0 {
		w.until = latest[0].CompletedAt
	}
	w.past, err = w.Imports.Past(w.program)
	return err
}

var secondStore = service.SaveStore{Name: "Casa Lima Barranco", ExternalID: "barranco", Active: true}

func (w *world) hire(ctx context.Context) error {
	for _, c := range crew[1:] {
		hired := service.CreateStaff{Email: c.email, Name: c.name, Role: c.role, Password: Password, Language: c.language}
		if c.store > 0 {
			hired.StoreIDs = []loyalty.ID{w.stores[c.store-1].id}
		}
		s, err := w.member(ctx, hired)
		if err != nil {
			return err
		}
		if c.role == loyalty.Manager {
			w.manager = s.Actor()
			continue
		}
		if err := w.Access.SetPIN(ctx, w.owner, service.SetPIN{StaffID: s.ID, PIN: PIN}); err != nil {
			return err
		}
		at := w.stores[c.store-1]
		at.cashiers = append(at.cashiers, s.Actor())
	}
	return nil
}

// member is the person with that address, hired if not there yet.
func (w *world) member(ctx context.Context, wanted service.CreateStaff) (loyalty.Staff, error) {
	there, err := w.repo.StaffByEmail(ctx, wanted.Email)
	if err != nil {
		return loyalty.Staff{}, err
	}
	if len(there) > 0 {
		return there[0], nil
	}
	return w.Access.CreateStaff(ctx, w.owner, wanted)
}
