package simulate

import (
	"cmp"
	"slices"
	"time"

	"regulars/internal/anomaly"
)

// intent is something about to happen. What depends on the balance of the
// moment is settled when its time has come.
type intent struct {
	anomaly.Event
	seq     int
	member  *member
	of      *intent // the order a claim or reversal is about
	give    int64   // points, where not what the rule gives
	share   float64 // of the balance, for a redemption that takes one
	claimed *member // whose check an order became
	gone    bool
	act     *Act
}

// ledger keeps what is to come by day, and balances as it comes.
type ledger struct {
	w    *World
	days map[int][]*intent
	seq  int
}

func newLedger(w *World) *ledger { return &ledger{w: w, days: map[int][]*intent{}} }

func dayOf(at time.Time) int { return int(at.Sub(start) / (24 * time.Hour)) }

// plan puts an intent on the day it happens.
func (l *ledger) plan(i *intent) *intent {
	l.seq++
	i.seq = l.seq
	d := dayOf(i.At)
	l.days[d] = append(l.days[d], i)
	return i
}

// settle makes the events of a day, in order of time.
func (l *ledger) settle(day int, emit func(anomaly.Event) error) error {
	list := l.days[day]
	delete(l.days, day)
	slices.SortFunc(list, func(a, b *intent) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return cmp.Compare(a.seq, b.seq)
	})
	for _, i := range list {
		if i.gone || !l.happen(i) {
			continue
		}
		i.ID = l.w.newID(eventID)
		if i.act != nil {
			i.act.settle(i)
		}
		if err := emit(i.Event); err != nil {
			return err
		}
	}
	return nil
}

// happen fills in an event and moves the balance; false where it can not be.
func (l *ledger) happen(i *intent) bool {
	if i.member != nil {
		i.Customer, i.LinkedStaff = i.member.id, i.member.linked
	}
	switch i.Type {
	case anomaly.Order:
		if i.member == nil {
			return true
		}
		i.claimed = i.member
		l.earn(i, i.Amount)
	case anomaly.Claim:
		l.claim(i)
	case anomaly.Award:
		i.Points, i.RulePoints = i.give, -1
		i.member.balance += i.Points
	case anomaly.Redeem:
		return l.redeem(i)
	case anomaly.Reverse:
		return l.reverse(i)
	}
	if i.member != nil {
		i.Balance = i.member.balance
	}
	return true
}

func (l *ledger) earn(i *intent, amount int64) {
	i.RulePoints = pointsFor(amount)
	if l.w.doubles[dayOf(i.closed())] {
		i.RulePoints *= 2
	}
	i.Points = i.RulePoints
	if i.give > 0 {
		i.Points = i.give
	}
	i.member.balance += i.Points
	i.member.visit(i.Store)
}

func (i *intent) closed() time.Time {
	if i.ClosedAt.IsZero() {
		return i.At
	}
	return i.ClosedAt
}

// claim puts a check on an account, once: the second account is refused and
// gets nothing.
func (l *ledger) claim(i *intent) {
	i.Amount = i.of.Amount
	if i.of.claimed != nil {
		i.RulePoints = pointsFor(i.Amount)
		return
	}
	i.of.claimed = i.member
	l.earn(i, i.Amount)
}

// rewards are what points buy, dearest first.
var rewards = []int64{500, 300, 150}

func (l *ledger) redeem(i *intent) bool {
	want := int64(float64(i.member.balance) * i.share)
	for _, cost := range rewards {
		if i.share == 0 && i.member.balance >= cost {
			want = cost
			break
		}
	}
	if want < 100 || want > i.member.balance {
		return false
	}
	i.Points = want
	i.member.balance -= want
	i.Balance = i.member.balance
	return true
}

func (l *ledger) reverse(i *intent) bool {
	if i.of.Points == 0 || i.of.claimed != i.member {
		return false
	}
	i.Points, i.Order = i.of.Points, i.of.Order
	i.member.balance -= i.Points
	i.Balance = i.member.balance
	return true
}

func (m *member) visit(store anomaly.ID) {
	if store == m.home.id {
		return
	}
	if m.knows == nil {
		m.knows = map[int]bool{}
	}
	m.knows[int(store[15])] = true
}
