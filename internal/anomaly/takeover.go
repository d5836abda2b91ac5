package anomaly

import "time"

// leastTakeover is the points below which emptying an account is not worth a
// thief's while.
const leastTakeover = 100

// accountTakeover finds a phone or email change followed within WindowHours
// by a redemption that takes more than Share of the balance, or at a store
// new to the customer.
//
// A change made in person at a store the customer knows is not counted.
// Either alone happens to people who correct a typo and then enjoy their
// coffee, so one of the two counts by the negative binomial chance of as many
// at this store in 28 days (Greenwood and Yule 1920); both together stand alone. The redemption should
// be held until a manager has looked.
func accountTakeover(s AccountTakeoverSettings, e Event, r Recent) (Signal, bool) {
	if !s.Enabled || e.Type != Redeem || r.ContactChangedAt.IsZero() || e.Points < leastTakeover {
		return Signal{}, false
	}
	since := e.At.Sub(r.ContactChangedAt)
	if since < 0 || since > time.Duration(s.WindowHours*float64(time.Hour)) {
		return Signal{}, false
	}
	share := float64(e.Points) / float64(max(1, e.Balance+e.Points))
	drained, strange := share > s.Share, r.StoreIsNew
	if !strange && (!drained || r.ContactInPerson) {
		return Signal{}, false
	}
	sig := customerSignal(AccountTakeover, e)
	sig.Key = Key{Of: OfStore, ID: e.Store}
	sig.Names = []ID{e.Customer}
	sig.Evidence.From = r.ContactChangedAt
	sig.Evidence.Observed, sig.Evidence.Expected, sig.Evidence.Unit = share, s.Share, "share"
	place := "a store they know"
	if strange {
		place = "a store new to them"
	}
	sig.Evidence.Reason = "drained"
	switch {
	case drained && strange:
		sig.Evidence.Reason, sig.Score = "drained_at_new_store", 5
	default:
		if strange {
			sig.Evidence.Reason = "new_store"
		}
		sig.Evidence.P = repeatTail(r.Takeovers+1, .15, .5)
		sig.Score = Score(sig.Evidence.P)
	}
	return sig.finish("%s%% of the balance spent at %s, %s after the contact changed", decimal(100*share), place, span(since)), true
}
