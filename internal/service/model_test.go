package service_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
	"regulars/internal/testclock"
)

// model is one guest's account, kept in the simplest way that can be right.
type model struct {
	balance, lifetime loyalty.Points
	awards            []awardModel
	orders            []orderModel
	redemptions       []redemptionModel
	cases             []caseModel
}

type awardModel struct {
	id           loyalty.ID
	points, held loyalty.Points
	reversed     bool
}

type orderModel struct {
	id               loyalty.ID
	ref              string
	total, refunded  loyalty.Minor
	earned, reversed loyalty.Points
	closed           bool
}

type redemptionModel struct {
	id   loyalty.ID
	cost loyalty.Points
	open bool
}

// ledgerMachine drives the service and the model with the same random steps.
type ledgerMachine struct {
	db        *pgtest.DB
	ledger    *service.Ledger
	anomalies *service.Anomalies
	clock     *testclock.Clock
	who       service.CustomerRef
	herself   loyalty.Actor // whose account it is
	n         int
	model
}

var guests atomic.Int64

// Random sequences of every operation: after each step the balance and the
// lifetime points are the model's, and the database agrees with itself.
func TestLedgerAgainstModel(t *testing.T) {
	t.Parallel()
	for _, debt := range []string{"refuse", "allow"} {
		t.Run(debt, func(t *testing.T) {
			t.Parallel()
			db, _ := restaurant(t)
			db.Exec(t, `UPDATE programs SET expire_after_days = 20, negative_balance = $1, tier_downgrade = 'on_reversal'`, debt)
			rapid.Check(t, func(rt *rapid.T) {
				clock := testclock.At(noon)
				core := service.NewCore(db, clock.Now, slog.New(slog.NewTextHandler(io.Discard, nil)))
				who := loyalty.NewID(noon)
				guest(t, db, who, fmt.Sprintf("Guest %d", guests.Add(1)))
				m := &ledgerMachine{
					db: db, ledger: service.NewLedger(core), anomalies: &service.Anomalies{Core: core}, clock: clock, who: service.CustomerRef{ID: who},
					herself: loyalty.Actor{Role: loyalty.Manager, OrgID: org, StaffID: loyalty.NewID(noon), AccountID: who},
				}
				m.ledger.DetectWith(blind)
				rt.Repeat(map[string]func(*rapid.T){
					"": m.check, "award": m.award, "adjust": m.adjust, "order": m.order, "refund": m.refund, "cancel order": m.cancelOrder,
					"redeem": m.redeem, "cancel": m.cancel, "reverse": m.reverse, "wait": m.wait,
					"own award": m.ownAward, "dismiss": m.dismiss, "reopen": m.reopen, "take back": m.takeBack, "give again": m.giveAgain,
				})
			})
			holdsAreProven(t, db)
		})
	}
}

func (m *ledgerMachine) award(t *rapid.T) {
	points := loyalty.Points(rapid.IntRange(1, 400).Draw(t, "points"))
	a, err := m.ledger.Award(context.Background(), owner, service.AwardPoints{Customer: m.who, Points: points, Reason: "r"})
	noError(t, err)
	m.balance += points
	m.lifetime += points
	m.awards = append(m.awards, awardModel{id: a.Transaction.ID, points: points})
}

func (m *ledgerMachine) adjust(t *rapid.T) {
	amount := loyalty.Points(rapid.IntRange(-300, 300).Filter(func(n int) bool { return n != 0 }).Draw(t, "amount"))
	_, err := m.ledger.Adjust(context.Background(), owner, service.AdjustPoints{Customer: m.who, Amount: amount, Reason: "r"})
	if amount < 0 && m.balance+amount < 0 {
		wantCode(t, err, loyalty.CodeInsufficientPoints)
		return
	}
	noError(t, err)
	m.balance += amount
}

func (m *ledgerMachine) order(t *rapid.T) {
	m.n++
	o := orderModel{ref: fmt.Sprintf("%s-%d", m.who.ID, m.n), total: loyalty.Minor(rapid.IntRange(0, 9999).Draw(t, "total"))}
	before := m.multiplier()
	for range rapid.IntRange(1, 3).Draw(t, "deliveries") {
		r, err := m.ledger.Submit(context.Background(), till, service.SubmitOrder{StoreID: store, ExternalID: o.ref, Customer: m.who, Total: o.total, Status: loyalty.OrderCompleted})
		noError(t, err)
		o.id = r.Order.ID
	}
	o.earned = loyalty.Points(int64(o.total) * 10 * before / 100 / 100)
	m.balance += o.earned
	m.lifetime += o.earned
	m.orders = append(m.orders, o)
}

// multiplier is the tier's, in percent: it follows the lifetime points both
// ways, since the program lets reversals lower it.
func (m *ledgerMachine) multiplier() int64 {
	switch {
	case m.lifetime >= 2000:
		return 200
	case m.lifetime >= 500:
		return 110
	}
	return 100
}

func (m *ledgerMachine) refund(t *rapid.T) {
	o := pick(t, m.orders)
	if o == nil || o.closed || o.total == 0 {
		return
	}
	refunded := o.refunded + loyalty.Minor(rapid.IntRange(0, int(o.total-o.refunded)).Draw(t, "refund"))
	share := loyalty.Points(int64(o.earned) * int64(refunded) / int64(o.total))
	_, err := m.ledger.Change(context.Background(), till, service.ChangeOrder{StoreID: store, OrderID: o.id, RefundedTotal: &refunded})
	if m.refused(t, err, share-o.reversed) {
		return
	}
	o.refunded, o.reversed, o.closed = refunded, share, refunded == o.total
}

func (m *ledgerMachine) cancelOrder(t *rapid.T) {
	o := pick(t, m.orders)
	if o == nil || o.closed {
		return
	}
	_, err := m.ledger.Change(context.Background(), till, service.ChangeOrder{StoreID: store, OrderID: o.id, Status: loyalty.OrderCancelled})
	if !m.refused(t, err, o.earned-o.reversed) {
		o.reversed, o.closed = o.earned, true
	}
}

// refused is whether points could not be taken back; when they could, they are.
func (m *ledgerMachine) refused(t *rapid.T, err error, points loyalty.Points) bool {
	if points > 0 && m.balance < points && !m.allowsDebt() {
		wantCode(t, err, loyalty.CodeInsufficientPoints)
		return true
	}
	noError(t, err)
	m.balance -= points
	m.lifetime -= points
	return false
}

func (m *ledgerMachine) allowsDebt() bool {
	var policy string
	if err := m.db.SQL.QueryRow(`SELECT negative_balance FROM programs`).Scan(&policy); err != nil {
		panic(err)
	}
	return policy == "allow"
}

func (m *ledgerMachine) redeem(t *rapid.T) {
	r, err := m.ledger.Redeem(context.Background(), till, service.RedeemReward{Customer: m.who, RewardID: coffee})
	if m.balance-m.held() < 100 {
		wantCode(t, err, loyalty.CodeInsufficientPoints)
		return
	}
	noError(t, err)
	m.balance -= 100
	m.redemptions = append(m.redemptions, redemptionModel{id: r.Redemption.ID, cost: 100, open: true})
}

func (m *ledgerMachine) cancel(t *rapid.T) {
	d := pick(t, m.redemptions)
	if d == nil {
		return
	}
	_, err := m.ledger.Cancel(context.Background(), till, service.EndRedemption{RedemptionID: d.id})
	if !d.open {
		wantCode(t, err, loyalty.CodeConflict)
		return
	}
	noError(t, err)
	d.open = false
	m.balance += d.cost
}

func (m *ledgerMachine) reverse(t *rapid.T) {
	a := pick(t, m.awards)
	if a == nil {
		return
	}
	_, err := m.ledger.Reverse(context.Background(), owner, service.ReverseAward{TransactionID: a.id, Reason: "r"})
	if a.reversed {
		wantCode(t, err, loyalty.CodeConflict)
		return
	}
	if a.reversed = !m.refused(t, err, a.points); a.reversed {
		a.held = max(0, a.held-a.points)
	}
}

// wait lets days pass; what expires is checked by the sum of what is left,
// because the model does not keep lots: the expiry row must be exactly the
// lots that were due.
func (m *ledgerMachine) wait(t *rapid.T) {
	m.clock.Set(m.clock.Now().AddDate(0, 0, rapid.IntRange(1, 12).Draw(t, "days")))
	var due loyalty.Points
	day := loyalty.DayIn("America/New_York", m.clock.Now()).Format(time.DateOnly)
	if err := m.db.SQL.QueryRow(`SELECT coalesce(sum(remaining), 0) FROM lots WHERE customer_id = $1 AND expires_on <= $2`, m.who.ID.String(), day).Scan(&due); err != nil {
		t.Fatal(err)
	}
	_, err := m.ledger.ExpirePoints(context.Background(), loyalty.Actor{Role: loyalty.System, OrgID: org})
	noError(t, err)
	m.balance -= due
}

func (m *ledgerMachine) check(t *rapid.T) {
	const q = `
		SELECT e.balance, e.lifetime,
			coalesce((SELECT sum(points) FROM review_holds h WHERE h.customer_id = e.customer_id AND h.released_at IS NULL), 0),
			coalesce((SELECT sum(points) FROM transactions t WHERE t.customer_id = e.customer_id), 0),
			coalesce((SELECT sum(lifetime_delta) FROM transactions t WHERE t.customer_id = e.customer_id), 0),
			coalesce((SELECT sum(remaining) FROM lots l WHERE l.customer_id = e.customer_id), 0),
			(SELECT count(*) FROM (SELECT balance_after - points - lag(balance_after, 1, 0::bigint) OVER (ORDER BY seq) AS gap,
				seq - lag(seq, 1, 0::bigint) OVER (ORDER BY seq) AS step FROM transactions t WHERE t.customer_id = e.customer_id) g WHERE gap <> 0 OR step <> 1)
		FROM enrollments e WHERE e.customer_id = $1`
	var b, life, held, sum, lifeSum, lots loyalty.Points
	var gaps int
	if err := m.db.SQL.QueryRow(q, m.who.ID.String()).Scan(&b, &life, &held, &sum, &lifeSum, &lots, &gaps); err != nil {
		t.Fatal(err)
	}
	if b != m.balance || life != m.lifetime || held != m.held() {
		t.Fatalf("balance %d, lifetime %d, held %d; the model has %d, %d and %d", b, life, held, m.balance, m.lifetime, m.held())
	}
	if sum != b || lifeSum != life || lots != max(b, 0) || gaps != 0 {
		t.Fatalf("balance %d: rows add up to %d, lots to %d; lifetime %d: rows %d; %d gaps", b, sum, lots, life, lifeSum, gaps)
	}
}

func pick[T any](t *rapid.T, from []T) *T {
	if len(from) == 0 {
		return nil
	}
	return &from[rapid.IntRange(0, len(from)-1).Draw(t, "which")]
}

func noError(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *rapid.T, err error, code string) {
	t.Helper()
	if loyalty.CodeOf(err) != code {
		t.Fatalf("got %v, want %s", err, code)
	}
}
