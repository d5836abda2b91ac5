package service_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// mergeMachine takes random steps with a few guests who keep turning out to be
// each other. It keeps the sum of all points, which no merge may change.
type mergeMachine struct {
	fixture
	t           *testing.T
	random      *rand.Rand
	guests      []loyalty.ID
	awards      []loyalty.ID
	orders      []loyalty.ID
	redemptions []loyalty.ID
	refs        int
	sum         loyalty.Points
	did         map[string]int
}

func (m *mergeMachine) one(of []loyalty.ID) loyalty.ID {
	if len(of) == 0 {
		return id(99)
	}
	return of[m.random.IntN(len(of))]
}

// keep remembers what a step has made, if it did.
func keep(ids *[]loyalty.ID, id loyalty.ID) {
	if !id.IsZero() {
		*ids = append(*ids, id)
	}
}

// refused reports whether err is a refusal that the state allows; anything
// else is a bug.
func (m *mergeMachine) refused(err error) bool {
	switch loyalty.KindOf(err) {
	case loyalty.Conflict, loyalty.NotFound, loyalty.Invalid:
	default:
		if err != nil {
			m.t.Fatal(err)
		}
	}
	return err != nil
}

func (m *mergeMachine) step() {
	ctx, who := context.Background(), service.CustomerRef{ID: m.one(m.guests)}
	m.refs++
	steps := []struct {
		name string
		do   func() (loyalty.Points, error)
	}{
		{"award", func() (loyalty.Points, error) {
			a, err := m.Ledger.Award(ctx, owner, service.AwardPoints{Customer: who, Points: loyalty.Points(1 + m.random.IntN(400)), Reason: "r"})
			keep(&m.awards, a.Transaction.ID)
			return a.Transaction.Points, err
		}},
		{"order", func() (loyalty.Points, error) {
			cmd := service.SubmitOrder{StoreID: store, ExternalID: fmt.Sprint(m.refs), Customer: who, Total: loyalty.Minor(m.random.IntN(9000)), Status: loyalty.OrderCompleted}
			r, err := m.Ledger.Submit(ctx, owner, cmd)
			if err != nil {
				return 0, err
			}
			keep(&m.orders, r.Order.ID)
			keep(&m.awards, r.Order.TransactionID)
			return r.Award.Transaction.Points, nil
		}},
		{"refund", func() (loyalty.Points, error) {
			o, err := m.Ledger.OrderDetail(ctx, owner, store, m.one(m.orders), "")
			if err != nil {
				return 0, err
			}
			refunded := o.Order.RefundedTotal + loyalty.Minor(m.random.IntN(int(o.Order.Total-o.Order.RefundedTotal)+1))
			r, err := m.Ledger.Change(ctx, owner, service.ChangeOrder{StoreID: store, OrderID: o.Order.ID, RefundedTotal: &refunded})
			return o.Order.Reversed - r.Order.Reversed, err
		}},
		{"redeem", func() (loyalty.Points, error) {
			r, err := m.Ledger.Redeem(ctx, owner, service.RedeemReward{Customer: who, RewardID: coffee})
			keep(&m.redemptions, r.Redemption.ID)
			return r.Transaction.Points, err
		}},
		{"cancel", func() (loyalty.Points, error) {
			r, err := m.Ledger.Cancel(ctx, owner, service.EndRedemption{RedemptionID: m.one(m.redemptions)})
			return r.Transaction.Points, err
		}},
		{"reverse", func() (loyalty.Points, error) {
			r, err := m.Ledger.Reverse(ctx, owner, service.ReverseAward{TransactionID: m.one(m.awards), Reason: "r"})
			return r.Transaction.Points, err
		}},
		{"move", func() (loyalty.Points, error) {
			r, err := m.Ledger.Move(ctx, owner, service.MoveAward{TransactionID: m.one(m.awards), To: who.ID})
			if err != nil {
				return 0, err
			}
			keep(&m.awards, r.Given.Transaction.ID)
			return r.Reversal.Points + r.Given.Balance - r.To.Enrollment.Balance, nil
		}},
		{"merge", func() (loyalty.Points, error) {
			_, err := m.Customers.Merge(ctx, owner, service.MergeCustomers{ID: who.ID, SourceID: m.one(m.guests)})
			return 0, err
		}},
		{"unmerge", func() (loyalty.Points, error) {
			_, err := m.Customers.Unmerge(ctx, owner, service.UnmergeCustomers{ID: who.ID})
			return 0, err
		}},
	}
	s := steps[m.random.IntN(len(steps))]
	points, err := s.do()
	if m.refused(err) {
		return
	}
	m.did[s.name]++
	m.sum += points
}

// After any sequence of steps no point is lost or doubled and every promise of
// the ledger holds.
func TestMergesAgainstModel(t *testing.T) {
	t.Parallel()
	for seed, policy := range []string{"refuse", "allow"} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			db, s, clock, one, two := twice(t)
			db.Exec(t, `UPDATE programs SET expire_after_days = 9, negative_balance = $1, tier_downgrade = CASE WHEN $1 = 'allow' THEN 'on_reversal' ELSE 'never' END`, policy)
			db.Exec(t, `UPDATE organizations SET config_version = config_version + 1`)
			m := &mergeMachine{
				fixture: fixture{s}, t: t, random: rand.New(rand.NewPCG(uint64(seed), 16)), guests: []loyalty.ID{ada, one, two}, did: map[string]int{}, //nolint:gosec // a test's dice
			}
			m.guests = append(m.guests, create(t, s, service.CreateCustomer{Name: "Cleo"}).ID)
			for n := 1; n <= 240; n++ {
				m.step()
				if got := loyalty.Points(number(t, db, `SELECT sum(balance) FROM enrollments`)); got != m.sum {
					t.Fatalf("after step %d there are %d points, want %d", n, got, m.sum)
				}
				if n%30 != 0 {
					continue
				}
				m.proven(t, fmt.Sprintf("after %d steps", n))
				if t.Failed() {
					t.FailNow()
				}
				clock.Set(clock.Now().AddDate(0, 0, 2))
				if _, err := m.Ledger.ExpirePoints(t.Context(), loyalty.Actor{Role: loyalty.System, OrgID: org}); err != nil {
					t.Fatal(err)
				}
				m.sum = loyalty.Points(number(t, db, `SELECT sum(balance) FROM enrollments`))
			}
			for _, name := range []string{"award", "order", "refund", "redeem", "cancel", "reverse", "move", "merge", "unmerge"} {
				if m.did[name] < 3 {
					t.Errorf("%s happened %d times only: %v", name, m.did[name], m.did)
				}
			}
		})
	}
}
