package service_test

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

func TestLadderKeepsTierIDs(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	guests := c.guests(t, 100, 600, 2500)
	c.Exec(t, `UPDATE tiers SET benefits = 'A table by the window' WHERE id = $1`, id(6).String())
	byID := rung("Crown", 2000, 300)
	byID.ID = id(6)
	done, err := c.programs.Change(t.Context(), owner, putLadder(rung("Bronze", 0, 100), byID, rung("Silver", 700, 150)))
	if err != nil {
		t.Fatal(err)
	}
	tiers := done.Program.Tiers
	if len(tiers) != 3 || tiers[0].ID != id(4) || tiers[1].ID != id(5) || tiers[2].ID != id(6) || tiers[2].Name != "Crown" ||
		tiers[2].Multiplier != 300 || tiers[2].Benefits != "A table by the window" {
		t.Errorf("%+v", tiers)
	}
	if want := (loyalty.Moved{Total: 1, Down: 1}); done.Moved != want {
		t.Errorf("moved %+v, want %+v", done.Moved, want)
	}
	if want := []loyalty.Move{{CustomerID: guests[1], Name: "Guest 1", From: "Silver", To: "Bronze"}}; !reflect.DeepEqual(done.Moves, want) {
		t.Errorf("moves %+v", done.Moves)
	}
	c.statsAgree(t)
}

func TestThresholdsAndNamesMaySwap(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	guests := c.guests(t, 600, 2500)
	if _, err := c.programs.Change(t.Context(), owner, putLadder(rung("Bronze", 0, 100), rung("Gold", 500, 200), rung("Silver", 2000, 110))); err != nil {
		t.Fatal(err)
	}
	if low, high := c.tierOf(t, guests[0]), c.tierOf(t, guests[1]); low != "Gold" || high != "Silver" {
		t.Errorf("600 points hold %s, 2,500 hold %s", low, high)
	}
	silver, gold := rung("Gold", 2000, 110), rung("Silver", 500, 200)
	silver.ID, gold.ID = id(5), id(6)
	if _, err := c.programs.Change(t.Context(), owner, putLadder(rung("Bronze", 0, 100), gold, silver)); err != nil {
		t.Fatal(err)
	}
	if got := c.tierOf(t, guests[0]); got != "Silver" {
		t.Errorf("after the names swapped 600 points hold %s", got)
	}
	c.statsAgree(t)
}

func TestDryRunChangesNothingAndSaysWhatWouldHappen(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	c.guests(t, 0, 300, 600, 2500, 5000)
	order := service.SubmitOrder{StoreID: store, ExternalID: "1", Customer: service.CustomerRef{ID: id(32)}, Total: 5000, Status: loyalty.OrderCompleted}
	if _, err := c.ledger.Submit(t.Context(), till, order); err != nil {
		t.Fatal(err)
	}
	everything := func() (state string) {
		const q = `
			SELECT concat((SELECT json_agg(o ORDER BY id) FROM organizations o), (SELECT json_agg(p ORDER BY id) FROM programs p),
				(SELECT json_agg(t ORDER BY id) FROM tiers t), (SELECT json_agg(e ORDER BY customer_id) FROM enrollments e),
				(SELECT count(*) FROM audit_log), (SELECT sum(members) FROM tier_stats))`
		if err := c.SQL.QueryRowContext(t.Context(), q).Scan(&state); err != nil {
			t.Fatal(err)
		}
		return state
	}
	cmd := putLadder(rung("Bronze", 0, 100), rung("Copper", 200, 150), rung("Gold", 4000, 200))
	was := everything()
	v, err := c.programs.Preview(t.Context(), owner, cmd)
	if err != nil {
		t.Fatal(err)
	}
	if everything() != was {
		t.Error("the dry run changed something")
	}
	if tiers := v.Program.Tiers; !tiers[1].ID.IsZero() || tiers[0].ID != id(4) || tiers[2].ID != id(6) {
		t.Errorf("a tier that does not exist yet has no id: %+v", tiers)
	}
	counts := map[string][2]int64{}
	for _, n := range v.Counts {
		counts[n.Tier.Name] = [2]int64{n.Before, n.After}
	}
	// Ada has none, like the first guest; the order earned the third another 550.
	if want := (map[string][2]int64{"Bronze": {3, 2}, "Silver": {1, 0}, "Gold": {2, 1}, "Copper": {0, 3}}); !reflect.DeepEqual(counts, want) {
		t.Errorf("counts %v, want %v", counts, want)
	}
	if v.SalesDays != 7 || v.LiabilityBefore != 8950 || v.LiabilityAfter != 8950 {
		t.Errorf("%d days of sales, liability %d to %d", v.SalesDays, v.LiabilityBefore, v.LiabilityAfter)
	}
	// $50 a week at 10 points a dollar, a cent each, at 110 and then 150 percent.
	if v.YearlyCostBefore != 28678 || v.YearlyCostAfter != 39107 {
		t.Errorf("a year costs %d, then %d", v.YearlyCostBefore, v.YearlyCostAfter)
	}
	done, err := c.programs.Change(t.Context(), owner, cmd)
	if err != nil || done.Moved != v.Moved || v.Moved != (loyalty.Moved{Total: 3, Up: 1, Down: 2}) {
		t.Errorf("would move %+v, moved %+v, %v", v.Moved, done.Moved, err)
	}
	if !reflect.DeepEqual(done.Moves, v.Moves) || len(v.Moves) != 3 {
		t.Errorf("would move %v, moved %v", v.Moves, done.Moves)
	}
	c.statsAgree(t)
}

func TestMovesAreNamedToThoseWhoMaySeeCustomers(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	c.guests(t, 600)
	machine := loyalty.Actor{Role: loyalty.Machine, OrgID: org, Scopes: []loyalty.Scope{loyalty.LoyaltyCreate}}
	cmd := putLadder(rung("Bronze", 0, 100))
	v, err := c.programs.Preview(t.Context(), machine, cmd)
	if err != nil || v.Moved.Total != 1 || len(v.Moves) != 0 {
		t.Errorf("preview: %+v, %v", v.Moves, err)
	}
	done, err := c.programs.Change(t.Context(), machine, cmd)
	if err != nil || done.Moved.Total != 1 || len(done.Moves) != 0 {
		t.Errorf("change: %+v, %v", done.Moves, err)
	}
}

func TestOneTierAtATime(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	guests := c.guests(t, 600, 1500, 2500)
	added, err := c.programs.AddTier(t.Context(), owner, service.AddTier{ProgramID: prog, Fields: rung("Copper", 1000, 150)})
	if err != nil || added.Moved != (loyalty.Moved{Total: 1, Up: 1}) || c.tierOf(t, guests[1]) != "Copper" {
		t.Errorf("added: %+v, %v", added, err)
	}
	changed, err := c.programs.ChangeTier(t.Context(), owner, service.ChangeTier{ID: added.Tier.ID, Fields: service.TierFields{MinPoints: service.Given(int64(501))}})
	if err != nil || changed.Moved != (loyalty.Moved{Total: 1, Up: 1}) || changed.Tier.Multiplier != 150 {
		t.Errorf("changed: %+v, %v", changed, err)
	}
	gone, err := c.programs.DeleteTier(t.Context(), owner, added.Tier.ID)
	if err != nil || gone.Moved != (loyalty.Moved{Total: 2, Down: 2}) || c.tierOf(t, guests[1]) != "Silver" {
		t.Errorf("deleted: %+v, %v", gone, err)
	}
	if n := c.figure(t, `SELECT version FROM programs WHERE id = $1`, prog.String()); n != 4 {
		t.Errorf("version %d after three changes", n)
	}
	c.statsAgree(t)
}

func TestTierRefusals(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	if _, err := c.programs.DeleteTier(t.Context(), owner, id(4)); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("deleting the tier at 0: %v", err)
	}
	c.Exec(t, `UPDATE rewards SET min_tier_id = $1`, id(6).String())
	if _, err := c.programs.DeleteTier(t.Context(), owner, id(6)); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("deleting a tier that a reward asks for: %v", err)
	}
	if _, err := c.programs.Change(t.Context(), owner, putLadder(rung("Bronze", 0, 100))); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("a ladder without a tier that a reward asks for: %v", err)
	}
	foreign := rung("Bronze", 0, 100)
	foreign.ID = id(77)
	if _, err := c.programs.Change(t.Context(), owner, putLadder(foreign)); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("a ladder with an unknown id: %v", err)
	}
	twice := rung("Bronze", 0, 100)
	twice.ID = id(4)
	_, err := c.programs.Change(t.Context(), owner, putLadder(twice, twice))
	if got := problems(err); !reflect.DeepEqual(got, []string{"tiers[1].id", "tiers[1].minPoints", "tiers[1].name"}) {
		t.Errorf("one id twice: %v", got)
	}
	for name, tt := range map[string]struct {
		change service.TierFields
		want   []string
	}{
		"the threshold of another": {service.TierFields{MinPoints: service.Given(int64(2000))}, []string{"minPoints"}},
		"the name of another":      {service.TierFields{Name: service.Given("Gold")}, []string{"name"}},
		"a multiplier below one":   {service.TierFields{Multiplier: service.Given(int64(99))}, []string{"multiplier"}},
		"a multiplier of 2^32+100": {service.TierFields{Multiplier: service.Given(int64(1<<32 + 100))}, []string{"multiplier"}},
		"benefits too long":        {service.TierFields{Benefits: service.Given(long(1001))}, []string{"benefits"}},
	} {
		_, err := c.programs.ChangeTier(t.Context(), owner, service.ChangeTier{ID: id(5), Fields: tt.change})
		if got := problems(err); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: problems with %v, want %v (%v)", name, got, tt.want, err)
		}
	}
	_, err = c.programs.ChangeTier(t.Context(), owner, service.ChangeTier{ID: id(4), Fields: service.TierFields{MinPoints: service.Given(int64(1))}})
	if got := problems(err); !reflect.DeepEqual(got, []string{"minPoints"}) {
		t.Errorf("raising the tier at 0: %v", got)
	}
	_, err = c.programs.AddTier(t.Context(), owner, service.AddTier{ProgramID: prog})
	if got := problems(err); !reflect.DeepEqual(got[:3], []string{"name", "minPoints", "multiplier"}) {
		t.Errorf("adding nothing: %v", got)
	}
}

// paused runs a transaction of the owner's that holds Ada's counter in Bronze,
// where an award that moves her up has to wait after having decided everything.
func (c catalog) paused(t *testing.T) *sql.Tx {
	t.Helper()
	tx, err := c.SQL.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), `SELECT members FROM tier_stats WHERE tier_id = $1 FOR UPDATE`, id(4).String()); err != nil {
		t.Fatal(err)
	}
	return tx
}

func (c catalog) awardInBackground(t *testing.T, points loyalty.Points) chan error {
	done := make(chan error, 1)
	go func() {
		_, err := c.ledger.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: points, Reason: "Race"})
		done <- err
	}()
	return done
}

// The award was decided on the old ladder, the change commits first, and the
// award commits after the members were moved.
func TestAwardThatOutlivesTheOldLadder(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	holder := c.paused(t)
	awarded := c.awardInBackground(t, 600)
	c.Blocked(t, 1)
	changed := make(chan error, 1)
	go func() {
		_, err := c.programs.AddTier(t.Context(), owner, service.AddTier{ProgramID: prog, Fields: rung("Copper", 550, 120)})
		changed <- err
	}()
	const waiting = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`
	for deadline := time.Now().Add(4 * time.Second); c.figure(t, waiting) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("nobody waits for the award")
		}
	}
	if err := holder.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-awarded; err != nil {
		t.Fatal(err)
	}
	if err := <-changed; err != nil {
		t.Fatal(err)
	}
	if got := c.tierOf(t, ada); got != "Copper" {
		t.Errorf("600 points hold %s, and Copper starts at 550", got)
	}
	c.statsAgree(t)
}

// The award holds Ada and wants her new tier, the change holds the tier and
// wants Ada. PostgreSQL breaks one of them off, and it is done anew.
func TestAwardAndLadderInEachOthersWay(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	award(t, c.ledger, 520)
	var awarded chan error
	if err := c.InTx(t.Context(), func(ctx context.Context, tx loyalty.Tx) error {
		if err := tx.SaveTiers(ctx, []loyalty.Tier{
			{OrgID: org, ID: id(5), ProgramID: prog, Name: "Silver", MinPoints: 550, Multiplier: 110},
			{OrgID: org, ID: id(6), ProgramID: prog, Name: "Gold", MinPoints: 1000, Multiplier: 200},
		}); err != nil {
			return err
		}
		if awarded == nil {
			awarded = c.awardInBackground(t, 1600)
			c.Blocked(t, 1)
		}
		if _, err := tx.Retier(ctx, org, prog, nil); err != nil {
			return err
		}
		return tx.BumpConfig(ctx, org)
	}); err != nil {
		t.Fatal(err)
	}
	if err := <-awarded; err != nil {
		t.Fatal(err)
	}
	if got := c.tierOf(t, ada); got != "Gold" {
		t.Errorf("2,120 points hold %s", got)
	}
	c.statsAgree(t)
}

// The award moves Ada into the very tier that is being taken out.
func TestAwardIntoATierThatGoes(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	holder := c.paused(t)
	awarded := c.awardInBackground(t, 600)
	c.Blocked(t, 1)
	deleted := make(chan error, 1)
	go func() {
		_, err := c.programs.DeleteTier(t.Context(), owner, id(5))
		deleted <- err
	}()
	c.Blocked(t, 2)
	if err := holder.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-awarded; err != nil {
		t.Fatal(err)
	}
	if err := <-deleted; err != nil {
		t.Fatal(err)
	}
	if got := c.tierOf(t, ada); got != "Bronze" {
		t.Errorf("600 points hold %s", got)
	}
	c.statsAgree(t)
}

// The tier is gone, but not yet committed, when the award wants Ada in it.
func TestAwardIntoATierThatWent(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	var awarded chan error
	if err := c.InTx(t.Context(), func(ctx context.Context, tx loyalty.Tx) error {
		if err := tx.DeleteTiers(ctx, org, []loyalty.ID{id(5)}); err != nil {
			return err
		}
		if err := tx.BumpConfig(ctx, org); err != nil {
			return err
		}
		awarded = c.awardInBackground(t, 600)
		c.Blocked(t, 1)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := <-awarded; err != nil {
		t.Fatal(err)
	}
	if got := c.tierOf(t, ada); got != "Bronze" {
		t.Errorf("600 points hold %s", got)
	}
}

// A program that is not active keeps its members only.
func TestLadderOfAnInactiveProgram(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	c.guests(t, 600)
	done, err := c.programs.Create(t.Context(), owner, service.CreateProgram{
		Fields: service.ProgramFields{Name: service.Given("Next"), Active: service.Given(false)},
	})
	if err != nil || done.Moved.Total != 0 {
		t.Fatalf("%+v, %v", done.Moved, err)
	}
	gone, err := c.programs.DeleteTier(t.Context(), owner, named(done.Program.Tiers, "Silver").ID)
	if err != nil || gone.Moved.Total != 0 {
		t.Errorf("%+v, %v", gone.Moved, err)
	}
	if n := c.figure(t, `SELECT count(*) FROM enrollments WHERE program_id = $1`, prog.String()); n != 2 {
		t.Errorf("%d of 2 members are where they were", n)
	}
}

func TestPreviewOfARateAndOfAnActivation(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	c.guests(t, 2500)
	v, err := c.programs.Preview(t.Context(), owner, service.ChangeProgram{ID: prog, Fields: service.ProgramFields{CurrencyPerPoint: service.Given(int64(3))}})
	if err != nil || v.LiabilityBefore != 2500 || v.LiabilityAfter != 7500 || v.Moved.Total != 0 {
		t.Errorf("worth of a point: %+v, %v", v, err)
	}
	if e := v.Examples[2]; e.Tier.Name != "Gold" || fmt.Sprint(e.Amount, e.Points, e.Worth) != "5000 1000 3000" {
		t.Errorf("$50 at Gold: %+v", e)
	}
	done, err := c.programs.Create(t.Context(), owner, service.CreateProgram{Fields: service.ProgramFields{
		Name: service.Given("Next"), Active: service.Given(false), Tiers: service.Given([]service.TierFields{rung("All", 0, 100)}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	v, err = c.programs.Preview(t.Context(), owner, service.ChangeProgram{ID: done.Program.ID, Fields: service.ProgramFields{Active: service.Given(true)}})
	if err != nil || v.Moved != (loyalty.Moved{Total: 2, Down: 1}) || v.LiabilityBefore != 2500 || v.LiabilityAfter != 250_000 {
		t.Errorf("activation: %+v, %v", v, err)
	}
}
