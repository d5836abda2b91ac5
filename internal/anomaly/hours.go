package anomaly

import "time"

// Opening is a store's hours on one weekday in minutes after local midnight.
// To may pass 1440 where the night does; From == To is closed.
type Opening struct{ From, To int }

// Hours are a store's openings, Sunday first, in its own time zone.
type Hours [7]Opening

// Contains reports whether the local time lies within the opening hours, or
// no further from them than grace.
func (h Hours) Contains(local time.Time, grace time.Duration) bool {
	minute := local.Hour()*60 + local.Minute()
	g := int(grace / time.Minute)
	for back := range 2 {
		o := h[(int(local.Weekday())+7-back)%7]
		m := minute + 1440*back
		if o.From != o.To && m >= o.From-g && m <= o.To+g {
			return true
		}
	}
	tomorrow := h[(int(local.Weekday())+1)%7]
	return tomorrow.From != tomorrow.To && minute-1440 >= tomorrow.From-g
}

// offHours finds awards entered while the store is closed, and checks put on
// an account long after they were closed.
//
// Both are rules, softened by how often honest people break them: a check
// rung up late, or a receipt brought back, counts by the negative binomial
// chance of as many in 28 days (Greenwood and Yule 1920, who found it for
// accidents, which happen to some more than to others); an award by hand behind
// closed doors stands alone. A batch entered after an outage is judged by when its checks closed.
func offHours(s OffHoursSettings, e Event, r Recent) (Signal, bool) {
	if !s.Enabled || !e.Earns() || e.Staff.IsZero() {
		return Signal{}, false
	}
	grace := time.Duration(s.GraceMinutes * float64(time.Minute))
	at := e.At
	if e.Backfilled {
		at = e.closed()
	}
	if r.Hours != nil && !r.Hours.Contains(r.local(at), grace) {
		return afterClosing(e, r, at), true
	}
	late := e.At.Sub(e.closed())
	if e.Type != Claim || e.Backfilled || late < time.Duration(s.AttachHours*float64(time.Hour)) {
		return Signal{}, false
	}
	k := r.LateAttaches + 1
	sig := staffSignal(OffHours, e)
	sig.Evidence.Reason, sig.Evidence.Observed, sig.Evidence.Unit = "late_attach", late.Hours(), "hours"
	sig.Evidence.P = repeatTail(k, .1, .5)
	sig.Score = Score(sig.Evidence.P)
	if k == 1 {
		return sig.finish("A check was put on an account %s after it closed", span(late)), true
	}
	return sig.finish("A check was put on an account %s after it closed, the cashier's %s such in 28 days", span(late), ordinal(k)), true
}

func afterClosing(e Event, r Recent, at time.Time) Signal {
	sig := staffSignal(OffHours, e)
	sig.Evidence.Reason, sig.Evidence.Unit, sig.Evidence.Observed = "closed", "points", float64(e.Points)
	clock := r.local(at).Format("15:04")
	if e.Type != Order {
		sig.Score = 5
		return sig.finish("%s points awarded at %s, when the store is closed", grouped(e.Points), clock)
	}
	k := r.OffHours + 1
	sig.Evidence.P = repeatTail(k, .25, .5)
	sig.Score = Score(sig.Evidence.P)
	return sig.finish("An order earned %s points at %s, when the store is closed; the cashier's %s in 28 days", grouped(e.Points), clock, ordinal(k))
}

// staffSignal is a signal about the cashier of an event, naming the account
// that gained as well.
func staffSignal(kind Kind, e Event) Signal {
	sig := customerSignal(kind, e)
	if !e.Staff.IsZero() {
		sig.Key = Key{Of: OfStaff, ID: e.Staff}
		sig.Names = []ID{e.Staff, e.Customer}
	}
	return sig
}

// customerSignal is a signal about the customer of an event.
func customerSignal(kind Kind, e Event) Signal {
	sig := Signal{
		Kind: kind, At: e.At, Store: e.Store, PointsInvolved: e.Points,
		Key: Key{Of: OfCustomer, ID: e.Customer},
		Evidence: Evidence{
			Unit: "points", From: e.closed(), To: e.At,
			Customers: []ID{e.Customer}, Stores: known(e.Store), Transactions: []ID{e.ID},
		},
	}
	if !e.Staff.IsZero() {
		sig.Evidence.Staff = []ID{e.Staff}
	}
	if !e.Till.IsZero() {
		sig.Evidence.Tills = []ID{e.Till}
	}
	if !e.Order.IsZero() {
		sig.Evidence.Orders = []ID{e.Order}
	}
	if e.At.Before(sig.Evidence.From) {
		sig.Evidence.From = e.At
	}
	return sig
}
