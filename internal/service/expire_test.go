package service_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/internal/testclock"
)

// An account that can't be worked on doesn't keep the others from their due.
func TestOneBrokenAccountHoldsUpNobody(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	db.Exec(t, `UPDATE programs SET expire_after_days = 30; UPDATE organizations SET config_version = config_version + 1`)
	guest(t, db, bob, "Bob")
	guest(t, db, id(12), "Cleo")
	clock := testclock.At(noon)
	l := service.NewLedger(service.NewCore(db, clock.Now, slog.New(slog.NewTextHandler(io.Discard, nil))))
	for _, who := range []loyalty.ID{ada, bob, id(12)} {
		ref := service.CustomerRef{ID: who}
		if _, err := l.Award(t.Context(), owner, service.AwardPoints{Customer: ref, Points: 200, Reason: "x"}); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Redeem(t.Context(), till, service.RedeemReward{Customer: ref, RewardID: coffee, Hold: true}); err != nil {
			t.Fatal(err)
		}
	}
	db.Exec(t, `
		CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
		CREATE TRIGGER broken BEFORE INSERT ON transactions FOR EACH ROW WHEN (NEW.customer_id = '`+ada.String()+`') EXECUTE FUNCTION broken()`)
	system := loyalty.Actor{Role: loyalty.System, OrgID: org}
	for _, round := range []struct {
		name string
		at   time.Time
		do   func(context.Context, loyalty.Actor) (int, error)
	}{
		{"holds", noon.Add(time.Hour), l.ReleaseHolds},
		{"points", noon.AddDate(0, 0, 40), l.ExpirePoints},
	} {
		clock.Set(round.at)
		n, err := round.do(t.Context(), system)
		if n != 2 || err == nil || !strings.Contains(err.Error(), "broken") || strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%s: %d were done, %v", round.name, n, err)
		}
	}
	if n := number(t, db, `SELECT count(*) FROM enrollments WHERE balance = 0`); n != 2 {
		t.Errorf("%d of two accounts were worked on", n)
	}
	db.Exec(t, `DROP TRIGGER broken ON transactions`)
	if n, err := l.ReleaseHolds(t.Context(), system); n != 1 || err != nil {
		t.Errorf("once it works again: %d, %v", n, err)
	}
}
