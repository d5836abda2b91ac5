package service_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"sync"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

// catalog is the restaurant with everything that sets it up.
type catalog struct {
	*pgtest.DB
	ledger   *service.Ledger
	programs *service.Programs
	rewards  *service.Rewards
	events   *service.EventTypes
}

func newCatalog(t *testing.T) catalog {
	t.Helper()
	db, l := restaurant(t)
	c := service.NewCore(db, func() time.Time { return noon }, slog.New(slog.NewTextHandler(io.Discard, nil)))
	return catalog{db, l, &service.Programs{Core: c}, &service.Rewards{Core: c}, &service.EventTypes{Core: c}}
}

// figure is the one number a query gives.
func (c catalog) figure(t *testing.T, query string, args ...any) int64 {
	t.Helper()
	var n int64
	if err := c.SQL.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// tierOf is the name of the tier that a customer holds.
func (c catalog) tierOf(t *testing.T, who loyalty.ID) string {
	t.Helper()
	var name string
	const q = `SELECT t.name FROM enrollments e JOIN tiers t ON t.id = e.tier_id WHERE e.customer_id = $1`
	if err := c.SQL.QueryRowContext(t.Context(), q, who.String()).Scan(&name); err != nil {
		t.Fatal(err)
	}
	return name
}

// statsAgree fails the test unless the figures by tier are the full count.
func (c catalog) statsAgree(t *testing.T) {
	t.Helper()
	const q = `
		SELECT count(*) FROM (SELECT tier_id, count(*) AS n FROM enrollments WHERE tier_id IS NOT NULL GROUP BY 1) e
		FULL JOIN (SELECT tier_id, sum(members) AS n FROM tier_stats GROUP BY 1) s USING (tier_id) WHERE coalesce(e.n, 0) <> coalesce(s.n, 0)`
	if n := c.figure(t, q); n != 0 {
		t.Errorf("the figures of %d tiers are not what a full count gives", n)
	}
}

// guests enrolls a guest for each number of lifetime points.
func (c catalog) guests(t *testing.T, lifetime ...loyalty.Points) []loyalty.ID {
	t.Helper()
	out := make([]loyalty.ID, len(lifetime))
	for i, points := range lifetime {
		out[i] = id(byte(30 + i))
		guest(t, c.DB, out[i], fmt.Sprintf("Guest %d", i))
		if points == 0 {
			continue
		}
		cmd := service.AwardPoints{Customer: service.CustomerRef{ID: out[i]}, Points: points, Reason: "Welcome"}
		if _, err := c.ledger.Award(t.Context(), owner, cmd); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func rung(name string, min, multiplier int64) service.TierFields {
	return service.TierFields{Name: service.Given(name), MinPoints: service.Given(min), Multiplier: service.Given(multiplier)}
}

func putLadder(tiers ...service.TierFields) service.ChangeProgram {
	return service.ChangeProgram{ID: prog, Fields: service.ProgramFields{Tiers: service.Given(tiers)}, Moves: true}
}

func named(tiers []loyalty.Tier, name string) loyalty.Tier {
	for _, t := range tiers {
		if t.Name == name {
			return t
		}
	}
	return loyalty.Tier{}
}

func TestCreateProgramTakesOverTheMembers(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	guests := c.guests(t, 0, 600, 2500)
	done, err := c.programs.Create(t.Context(), owner, service.CreateProgram{Fields: service.ProgramFields{Name: service.Given(" VIP ")}})
	if err != nil {
		t.Fatal(err)
	}
	p := done.Program
	if p.Name != "VIP" || p.Rate != loyalty.RateScale || p.CurrencyPerPoint != 100 || !p.Active || p.Version != 1 || p.ClaimWindowDays != 7 {
		t.Errorf("defaults: %+v", p)
	}
	want := []string{"Bronze 0 100", "Silver 500 110", "Gold 2000 125", "Platinum 5000 150"}
	var got []string
	for _, tier := range p.Tiers {
		got = append(got, fmt.Sprintf("%s %d %d", tier.Name, tier.MinPoints, tier.Multiplier))
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("tiers %v", got)
	}
	if kept, err := c.programs.Get(t.Context(), owner, p.ID); err != nil || !reflect.DeepEqual(kept.Tiers[3].CreatedAt.UTC(), p.CreatedAt) {
		t.Errorf("kept %+v, %v", kept, err)
	}
	list, err := c.programs.List(t.Context(), owner)
	if err != nil || len(list) != 2 || list[0].ID != p.ID || list[1].Active || len(list[1].Tiers) != 3 || list[1].Version != 2 {
		t.Errorf("list %+v, %v", list, err)
	}
	if n := c.figure(t, `SELECT count(*) FROM enrollments WHERE program_id = $1`, p.ID.String()); n != 4 {
		t.Errorf("%d members moved along, want 4", n)
	}
	if got := c.tierOf(t, guests[2]); got != "Gold" {
		t.Errorf("2,500 points hold %s", got)
	}
	c.statsAgree(t)
}

// Whoever is later waits for the other and then deactivates it.
func TestTwoActivationsLeaveOneActive(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	var ids []loyalty.ID
	for _, name := range []string{"A", "B"} {
		done, err := c.programs.Create(t.Context(), owner, service.CreateProgram{
			Fields: service.ProgramFields{Name: service.Given(name), Active: service.Given(false)},
		})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, done.Program.ID)
	}
	var wg sync.WaitGroup
	errs := make([]error, 2)
	err := c.InTx(t.Context(), func(ctx context.Context, tx loyalty.Tx) error {
		if err := tx.LockCatalog(ctx, org); err != nil {
			return err
		}
		for i, program := range ids {
			wg.Go(func() {
				_, errs[i] = c.programs.Change(t.Context(), owner, service.ChangeProgram{
					ID: program, Fields: service.ProgramFields{Active: service.Given(true)},
				})
			})
		}
		c.Blocked(t, 2)
		return nil
	})
	wg.Wait()
	if err := errors.Join(append(errs, err)...); err != nil {
		t.Fatal(err)
	}
	if n := c.figure(t, `SELECT count(*) FROM programs WHERE is_active`); n != 1 {
		t.Errorf("%d programs are active", n)
	}
	if n := c.figure(t, `SELECT count(*) FROM enrollments e JOIN programs p ON p.id = e.program_id WHERE p.is_active`); n != 1 {
		t.Errorf("%d of 1 member is in the active program", n)
	}
	c.statsAgree(t)
}

func TestProgramValidation(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	name := service.Given("VIP")
	for title, tt := range map[string]struct {
		fields service.ProgramFields
		want   []string
	}{
		"no name":              {service.ProgramFields{}, []string{"name"}},
		"a blank name":         {service.ProgramFields{Name: service.Given("  ")}, []string{"name"}},
		"a null name":          {service.ProgramFields{Name: service.Cleared[string]()}, []string{"name"}},
		"a name of 256":        {service.ProgramFields{Name: service.Given(string(make([]rune, 0)) + long(256))}, []string{"name"}},
		"a rate of nothing":    {service.ProgramFields{Name: name, Rate: service.Given(loyalty.Rate(0))}, []string{"pointsPerCurrencyUnit"}},
		"a rate too high":      {service.ProgramFields{Name: name, Rate: service.Given(loyalty.MaxRate + 1)}, []string{"pointsPerCurrencyUnit"}},
		"points worth nothing": {service.ProgramFields{Name: name, CurrencyPerPoint: service.Given(int64(0))}, []string{"currencyPerPoint"}},
		"no tiers":             {service.ProgramFields{Name: name, Tiers: service.Given([]service.TierFields{})}, []string{"tiers"}},
		"an incomplete tier": {service.ProgramFields{Name: name, Tiers: service.Given([]service.TierFields{{Name: service.Given("A")}})},
			[]string{"tiers[0].minPoints", "tiers[0].multiplier", "tiers[0].multiplier"}},
		"everything at once": {service.ProgramFields{
			Name: name, ExpireAfterDays: service.Given(int64(0)), ClaimWindowDays: service.Given(int64(366)),
			TierDowngrade: service.Given("always"), NegativeBalance: service.Given("maybe"),
		}, []string{"pointsExpireAfterDays", "tierDowngrade", "negativeBalance", "claimWindowDays"}},
	} {
		t.Run(title, func(t *testing.T) {
			_, err := c.programs.Create(t.Context(), owner, service.CreateProgram{Fields: tt.fields})
			if got := problems(err); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("problems with %v, want %v (%v)", got, tt.want, err)
			}
		})
	}
	if n := c.figure(t, `SELECT count(*) FROM programs`); n != 1 {
		t.Errorf("%d programs", n)
	}
}

func TestChangeProgram(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	version := func() int64 {
		return c.figure(t, `SELECT config_version FROM organizations WHERE id = $1`, org.String())
	}
	was := version()
	done, err := c.programs.Change(t.Context(), owner, service.ChangeProgram{ID: prog, Fields: service.ProgramFields{
		Rate: service.Given(loyalty.Rate(150_000)), ExpireAfterDays: service.Given(int64(365)), TierDowngrade: service.Given("on_reversal"),
		NegativeBalance: service.Given("allow"), ClaimWindowDays: service.Given(int64(0)),
	}})
	if err != nil {
		t.Fatal(err)
	}
	p := done.Program
	if p.Rate != 150_000 || p.ExpireAfterDays != 365 || p.TierDowngrade != loyalty.DowngradeOnReversal || p.NegativeBalance != loyalty.DebtAllow ||
		p.ClaimWindowDays != 0 || p.Version != 2 || p.Name != "Club" || version() != was+1 {
		t.Errorf("%+v, configuration %d", p, version())
	}
	done, err = c.programs.Change(t.Context(), owner, service.ChangeProgram{ID: prog, Fields: service.ProgramFields{ExpireAfterDays: service.Cleared[int64]()}})
	if err != nil || done.Program.ExpireAfterDays != 0 || done.Program.Version != 3 {
		t.Errorf("null: %+v, %v", done.Program, err)
	}
	for _, nothing := range []service.ProgramFields{{}, {Name: service.Given("Club")}} {
		if done, err = c.programs.Change(t.Context(), owner, service.ChangeProgram{ID: prog, Fields: nothing}); err != nil || done.Program.Version != 3 || version() != was+2 {
			t.Errorf("nothing new: version %d, %v", done.Program.Version, err)
		}
	}
	if n := c.figure(t, `SELECT count(*) FROM audit_log WHERE action = 'program.update' AND object_id = $1`, prog.String()); n != 2 {
		t.Errorf("%d entries in the audit log", n)
	}
}

func TestDeleteProgram(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	if err := c.programs.Delete(t.Context(), owner, prog); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("with members: %v", err)
	}
	if _, err := c.programs.Create(t.Context(), owner, service.CreateProgram{Fields: service.ProgramFields{Name: service.Given("Next")}}); err != nil {
		t.Fatal(err)
	}
	if err := c.programs.Delete(t.Context(), owner, prog); err != nil {
		t.Errorf("without members: %v", err)
	}
	if _, err := c.programs.Get(t.Context(), owner, prog); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("deleted: %v", err)
	}
	if n := c.figure(t, `SELECT (SELECT count(*) FROM tiers WHERE program_id = $1) + (SELECT count(*) FROM rewards)`, prog.String()); n != 0 {
		t.Errorf("%d tiers and rewards stayed", n)
	}
}

func TestCatalogIsTheOwnersOfItsOrganization(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	c.Exec(t, `INSERT INTO organizations (id, slug, name, currency, time_zone, created_at) VALUES ($1, 'other', 'Other', 'USD', 'UTC', now())`, id(99).String())
	stranger := loyalty.Actor{Role: loyalty.Owner, OrgID: id(99)}
	made, err := c.events.Create(t.Context(), owner, service.CreateEventType{Key: "review", Fields: fixedEvent(5)})
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func(loyalty.Actor) error{
		"get program": func(a loyalty.Actor) error { _, err := c.programs.Get(t.Context(), a, prog); return err },
		"change program": func(a loyalty.Actor) error {
			_, err := c.programs.Change(t.Context(), a, putLadder(rung("A", 0, 100)))
			return err
		},
		"preview": func(a loyalty.Actor) error {
			_, err := c.programs.Preview(t.Context(), a, putLadder(rung("A", 0, 100)))
			return err
		},
		"delete program": func(a loyalty.Actor) error { return c.programs.Delete(t.Context(), a, prog) },
		"add tier": func(a loyalty.Actor) error {
			_, err := c.programs.AddTier(t.Context(), a, service.AddTier{ProgramID: prog, Fields: rung("A", 9, 100)})
			return err
		},
		"change tier": func(a loyalty.Actor) error {
			_, err := c.programs.ChangeTier(t.Context(), a, service.ChangeTier{ID: id(5)})
			return err
		},
		"delete tier": func(a loyalty.Actor) error { _, err := c.programs.DeleteTier(t.Context(), a, id(5)); return err },
		"add reward": func(a loyalty.Actor) error {
			_, err := c.rewards.Create(t.Context(), a, service.CreateReward{Fields: tenOff()})
			return err
		},
		"get reward": func(a loyalty.Actor) error { _, err := c.rewards.Get(t.Context(), a, coffee); return err },
		"change reward": func(a loyalty.Actor) error {
			_, err := c.rewards.Change(t.Context(), a, service.ChangeReward{ID: coffee})
			return err
		},
		"delete reward": func(a loyalty.Actor) error { _, err := c.rewards.Delete(t.Context(), a, coffee); return err },
		"offers": func(a loyalty.Actor) error {
			_, err := c.rewards.Offers(t.Context(), a, service.OffersQuery{Customer: service.CustomerRef{ID: ada}})
			return err
		},
		"get event type": func(a loyalty.Actor) error { _, err := c.events.Get(t.Context(), a, made.ID.String()); return err },
		"change event type": func(a loyalty.Actor) error {
			_, err := c.events.Change(t.Context(), a, service.ChangeEventType{Ref: "review"})
			return err
		},
		"delete event type": func(a loyalty.Actor) error { _, err := c.events.Delete(t.Context(), a, "review"); return err },
	} {
		if err := try(stranger); loyalty.KindOf(err) != loyalty.NotFound {
			t.Errorf("%s as another organization: %v", name, err)
		}
		if err := try(loyalty.Actor{OrgID: org}); loyalty.KindOf(err) != loyalty.Forbidden {
			t.Errorf("%s as nobody: %v", name, err)
		}
	}
	if got, err := c.programs.List(t.Context(), stranger); err != nil || len(got) != 0 {
		t.Errorf("another organization lists %v, %v", got, err)
	}
	machine := loyalty.Actor{Role: loyalty.Machine, OrgID: org, Scopes: []loyalty.Scope{loyalty.LoyaltyRead}}
	if err := c.programs.Delete(t.Context(), machine, prog); err == nil || err.Error() != "FORBIDDEN: This needs the permission loyalty:create." {
		t.Errorf("a key without the scope: %v", err)
	}
}

func long(n int) string {
	b := make([]rune, n)
	for i := range b {
		b[i] = 'é'
	}
	return string(b)
}

// problems are the fields that err complains about, in its order.
func problems(err error) []string {
	e, ok := errors.AsType[*loyalty.Error](err)
	if !ok {
		return nil
	}
	var out []string
	for _, f := range e.Fields {
		out = append(out, f.Field)
	}
	return out
}
