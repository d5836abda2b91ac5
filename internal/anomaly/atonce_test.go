package anomaly

import (
	"strings"
	"testing"
	"time"
)

// by says who entered an event and where.
func (e Event) by(staff, till byte) Event { e.Staff, e.Till = id(staff), id(till); return e }

func (e Event) clock(at time.Time) Event { e.At = at; return e }

func claim(closed time.Time) Event {
	e := order(20, 2000).by(9, 7)
	e.Type, e.ClosedAt = Claim, closed
	return e
}

func redeem(points, left int64) Event {
	return Event{ID: id(1), Type: Redeem, At: noon, Store: id(2), Customer: id(3), Points: points, Balance: left}
}

func reversal(points, left int64, staff byte) Event {
	return Event{ID: id(1), Type: Reverse, At: noon, Store: id(2), Customer: id(3), Order: id(4), Points: points, Balance: left, Staff: id(staff)}
}

// own makes an event's customer the account of a member of staff.
func (e Event) own(staff byte) Event { e.LinkedStaff = id(staff); return e }

// TestAtOnce holds every rule beside the honest thing that looks like it. A
// want in brackets is a signal too weak to open a case.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	open := Hours{}
	for d := range open {
		open[d] = Opening{From: 7 * 60, To: 21 * 60}
	}
	midnight := noon.Add(12 * time.Hour)
	part := Earning{IsOrder: true, Amount: 900, Points: 14, Till: id(7), Order: id(50)}
	visit := func(amount int64) int64 { return amount/100 + 5 }
	flat := func(amount int64) int64 { return amount / 100 }
	debt := func(staff byte, ago time.Duration) Reversal {
		return Reversal{ID: id(60), At: noon.Add(-ago), Staff: id(staff), Points: 90}
	}
	tests := []struct {
		name  string
		event Event
		with  Recent
		want  string
	}{
		{"an award at midnight", award(50).clock(midnight), Recent{Hours: &open}, "50 points awarded at 00:00, when the store is closed"},
		{"an order a quarter past closing", order(20, 2000).by(9, 7).clock(noon.Add(9*time.Hour + 15*time.Minute)), Recent{Hours: &open}, ""},
		{"one late table", order(20, 2000).by(9, 7).clock(noon.Add(10 * time.Hour)), Recent{Hours: &open}, "(An order earned 20 points at 22:00, when the store is closed; the cashier's 1st in 28 days)"},
		{"the eighth late table", order(20, 2000).by(9, 7).clock(noon.Add(10 * time.Hour)), Recent{Hours: &open, OffHours: 7}, "An order earned 20 points at 22:00, when the store is closed; the cashier's 8th in 28 days"},
		{"a batch after an outage", backfilled(order(20, 2000).by(9, 7).clock(midnight), noon), Recent{Hours: &open}, ""},
		{"a guest claiming at home at midnight", order(20, 2000).clock(midnight), Recent{Hours: &open}, ""},
		{"a receipt brought back", claim(noon.Add(-48 * time.Hour)), Recent{}, "(A check was put on an account 2 days after it closed)"},
		{"the fourth old check in a month", claim(noon.Add(-72 * time.Hour)), Recent{LateAttaches: 3}, "A check was put on an account 3 days after it closed, the cashier's 4th such in 28 days"},
		{"a receipt of the same hour", claim(noon.Add(-time.Hour)), Recent{LateAttaches: 9}, ""},

		{"a forgotten muffin", order(14, 900).by(9, 7), Recent{Earnings: earlier(1, 5*time.Minute, part), PointsFor: visit, WeeklyMean: 3, HistoryWeeks: 8}, "(2 orders at one till in 5 minutes earned 5 points more than one would; 1 part in 28 days)"},
		{"the seventh split check", order(14, 900).by(9, 7), Recent{Earnings: earlier(1, 5*time.Minute, part), PointsFor: visit, SplitOccasions: 6}, "2 orders at one till in 5 minutes earned 5 points more than one would; 7 parts in 28 days"},
		{"a split nobody gains from", order(9, 900).by(9, 7), Recent{Earnings: earlier(1, 5*time.Minute, part), PointsFor: flat, SplitOccasions: 6}, ""},
		{"a second order at another till", order(14, 900).by(9, 8), Recent{Earnings: earlier(1, 5*time.Minute, part), PointsFor: visit, SplitOccasions: 6}, ""},
		{"a second order an hour later", order(14, 900).by(9, 7), Recent{Earnings: earlier(1, time.Hour, part), PointsFor: visit, SplitOccasions: 6}, ""},

		{"an account emptied far away", redeem(900, 100), Recent{ContactChangedAt: noon.Add(-3 * time.Hour), StoreIsNew: true}, "90% of the balance spent at a store new to them, 3 hours after the contact changed"},
		{"a typo mended, then a coffee", redeem(150, 10), Recent{ContactChangedAt: noon.Add(-time.Hour), ContactInPerson: true}, ""},
		{"a new number, then a treat at home", redeem(150, 10), Recent{ContactChangedAt: noon.Add(-time.Hour)}, "(94% of the balance spent at a store they know, 60 minutes after the contact changed)"},
		{"the same, the fourth at this store", redeem(150, 10), Recent{ContactChangedAt: noon.Add(-time.Hour), Takeovers: 4}, "94% of the balance spent at a store they know, 60 minutes after the contact changed"},
		{"a week after the change", redeem(900, 100), Recent{ContactChangedAt: noon.Add(-7 * 24 * time.Hour), StoreIsNew: true}, ""},
		{"a coffee's worth", redeem(90, 0), Recent{ContactChangedAt: noon.Add(-time.Hour), StoreIsNew: true}, ""},

		{"one refund into debt", reversal(100, -80, 9), Recent{}, ""},
		{"two by one cashier", reversal(100, -80, 9), Recent{Debts: []Reversal{debt(9, 240*time.Hour)}}, "2 refunds by one cashier left a debt, in 10 days"},
		{"two by two cashiers", reversal(100, -80, 9), Recent{Debts: []Reversal{debt(8, 240*time.Hour)}}, "2 refunds left a debt, in 10 days"},
		{"two half a year apart", reversal(100, -80, 9), Recent{Debts: []Reversal{debt(9, 180*24*time.Hour)}}, ""},
		{"a refund that leaves points", reversal(100, 20, 9), Recent{Debts: []Reversal{debt(9, 240*time.Hour)}}, ""},

		{"a receipt of two accounts", order(20, 2000), Recent{Claimants: []ID{id(30)}}, "(One receipt claimed by 2 accounts)"},
		{"a second such receipt", order(20, 2000), Recent{Claimants: []ID{id(30)}, DuplicateClaims: 1}, "A receipt already claimed by another account; 2 such in 28 days"},
		{"the same account asking again", order(20, 2000), Recent{Claimants: []ID{id(3)}, DuplicateClaims: 1}, ""},

		{"a cashier's own account", award(50).own(9), Recent{}, "A cashier put 50 points on their own account"},
		{"a colleague's account", award(50).own(8), Recent{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			signals, err := Examine(DefaultSettings(), tt.event, tt.with)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range signals {
				if !s.Opens(DefaultSettings().Cases) {
					s.Description = "(" + s.Description + ")"
				}
				got = append(got, s.Description)
			}
			if strings.Join(got, "; ") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func backfilled(e Event, closed time.Time) Event {
	e.Backfilled, e.ClosedAt = true, closed
	return e
}

func TestHours(t *testing.T) {
	t.Parallel()
	var bar Hours // Fridays and Saturdays, into the night
	bar[5], bar[6] = Opening{From: 18 * 60, To: 26 * 60}, Opening{From: 18 * 60, To: 26 * 60}
	friday := time.Date(2026, 3, 13, 0, 0, 0, 0, time.UTC)
	for at, want := range map[time.Duration]bool{
		17 * time.Hour: false, 17*time.Hour + 45*time.Minute: true, 23 * time.Hour: true,
		25 * time.Hour: true, 26*time.Hour + 29*time.Minute: true, 27 * time.Hour: false, 51 * time.Hour: false, 50 * time.Hour: true,
	} {
		if got := bar.Contains(friday.Add(at), 30*time.Minute); got != want {
			t.Errorf("%s after Friday began: open is %v, want %v", at, got, want)
		}
	}
}
