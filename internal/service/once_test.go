package service_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

func keyed(key string) loyalty.Once {
	return loyalty.Once{Key: key, Fingerprint: []byte(key), Answer: func(any) (loyalty.Answer, error) {
		return loyalty.Answer{Status: 201, Body: []byte(`{}`)}, nil
	}}
}

// A repeat is answered as the first was, whatever has become of the things
// that the first was about.
func TestKeyOutlivesWhatItWasAbout(t *testing.T) {
	t.Parallel()
	who := service.CustomerRef{ID: ada}
	for _, test := range []struct {
		name string
		do   func(ctx context.Context, l *service.Ledger) error
		then string // SQL
	}{
		{"a bill of a program that ended", func(ctx context.Context, l *service.Ledger) error {
			_, err := l.EarnOrder(ctx, owner, service.SubmitOrder{
				StoreID: store, ExternalID: "1", Customer: who, Total: 1000, Status: loyalty.OrderCompleted, Once: keyed("k"),
			})
			return err
		}, `UPDATE programs SET is_active = false; UPDATE organizations SET config_version = config_version + 1`},
		{"an event that is not counted any more", func(ctx context.Context, l *service.Ledger) error {
			_, err := l.Record(ctx, owner, service.RecordEvent{Customer: who, Event: "visit", Once: keyed("k")})
			return err
		}, `DELETE FROM event_types`},
		{"an order of a guest who was forgotten", func(ctx context.Context, l *service.Ledger) error {
			_, err := l.Submit(ctx, till, service.SubmitOrder{
				StoreID: store, ExternalID: "1", Phone: "+12125550101", Total: 1000, Status: loyalty.OrderCompleted, Once: keyed("k"),
			})
			return err
		}, `UPDATE customers SET phone_e164 = NULL, phone_digits = '', phone = ''`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			db, l := restaurant(t)
			db.Exec(t, `INSERT INTO event_types (organization_id, id, key, name, mode, points, created_at, updated_at) VALUES ($1, $2, 'visit', 'Visit', 'fixed', 10, now(), now())`,
				org.String(), id(30).String())
			if err := test.do(t.Context(), l); err != nil {
				t.Fatal(err)
			}
			guests := number(t, db, `SELECT count(*) FROM customers`)
			db.Exec(t, test.then)
			if err := test.do(t.Context(), l); !replayed(err) {
				t.Errorf("the repeat is told %v", err)
			}
			if n := number(t, db, `SELECT count(*) FROM customers`); n != guests {
				t.Errorf("the repeat signed %d guests up", n-guests)
			}
		})
	}
}

func replayed(err error) bool {
	_, ok := errors.AsType[*loyalty.Replayed](err)
	return ok
}

// A bill that was called off before it was completed earns nothing any more.
func TestEarnOrderThatWasCalledOff(t *testing.T) {
	t.Parallel()
	_, l := restaurant(t)
	bill := service.SubmitOrder{StoreID: store, ExternalID: "1", Customer: service.CustomerRef{ID: ada}, Total: 1000, Status: loyalty.OrderOpen}
	for _, status := range []loyalty.OrderStatus{loyalty.OrderOpen, loyalty.OrderCancelled} {
		bill.Status = status
		if _, err := l.Submit(t.Context(), till, bill); err != nil {
			t.Fatal(err)
		}
	}
	bill.Status = loyalty.OrderCompleted
	if _, err := l.EarnOrder(t.Context(), till, bill); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("%v", err)
	}
}

// Some of a case's awards went with a guest who was erased; the others can
// still be taken back.
func TestCaseOfAnErasedGuest(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	guest(t, db, bob, "Bob")
	for _, who := range []loyalty.ID{ada, bob} {
		if _, err := l.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: who}, Points: 40, Reason: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	db.Exec(t, `INSERT INTO anomalies (organization_id, id, staff_id, type, severity, score, description, points_involved, transaction_ids, case_key, status, flagged_at, updated_at)
		SELECT $1, $2, $3, 'favoritism', 'high', 6, 'x', 80, array_agg(id), 'k', 'pending_review', now(), now() FROM transactions`, org.String(), id(40).String(), id(91).String())
	core := service.NewCore(db, func() time.Time { return noon }, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err := service.NewCustomers(core).Delete(t.Context(), owner, ada); err != nil {
		t.Fatal(err)
	}
	decide := service.DecideAnomaly{AnomalyID: id(40), Status: loyalty.Confirmed, Action: loyalty.ActionReversePoints}
	if _, err := (&service.Anomalies{Core: core}).Decide(t.Context(), owner, decide); err != nil {
		t.Fatal(err)
	}
	if n := number(t, db, `SELECT sum(balance) FROM enrollments`); n != 0 {
		t.Errorf("%d points are left", n)
	}
}

// A server whose clock runs days ahead tidies up, and the repeat of a moment
// later still is one.
func TestKeyOutlivesAFastClock(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	give := func() error {
		_, err := l.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 5, Reason: "x", Once: keyed("k")})
		return err
	}
	if err := give(); err != nil {
		t.Fatal(err)
	}
	ahead := service.NewCore(db, func() time.Time { return time.Now().AddDate(0, 0, 3) }, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if _, err := service.NewAccess(ahead).Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := give(); !replayed(err) {
		t.Errorf("the repeat is told %v", err)
	}
}

// A guest is erased who had the last of a reward set aside.
func TestHeldRewardOfAnErasedGuest(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	db.Exec(t, `UPDATE rewards SET has_stock = true; INSERT INTO reward_stock SELECT organization_id, id, n, 1 - n FROM rewards, generate_series(0, 1) n`)
	award(t, l, 100)
	if _, err := l.Redeem(t.Context(), till, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee, Hold: true}); err != nil {
		t.Fatal(err)
	}
	core := service.NewCore(db, func() time.Time { return noon }, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err := service.NewCustomers(core).Delete(t.Context(), owner, ada); err != nil {
		t.Fatal(err)
	}
	if n := number(t, db, `SELECT sum(remaining) FROM reward_stock`); n != 1 {
		t.Errorf("%d are left, want the one that nobody fetched", n)
	}
}
