package service

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// OrderDiffers is the message of the Conflict for an order that is there
// already, and not the same.
const OrderDiffers = "Order %s is there already, with other amounts or another customer."

// resubmit answers for an order that is there already and not open any more:
// whatever is retried, with what the first completion did; a later status, or
// the guest of an order that had none, moves it on; other amounts or another
// guest under the same id are refused.
func (s *Ledger) resubmit(ctx context.Context, snap loyalty.Snapshot, cfg *loyalty.Config, actor loyalty.Actor, cmd SubmitOrder, now time.Time) (decision[OrderResult], error) {
	o := *snap.Order
	same := o.Total == cmd.Total && o.Tax == cmd.Tax && o.Tip == cmd.Tip && o.Discount == cmd.Discount
	if same && !snap.Alias {
		s.exams.refusedClaim(cfg, o, cmd.Customer.ID, actor, now)
	}
	if !same || isAnothers(snap, cmd) {
		return decision[OrderResult]{}, notTheSame(o)
	}
	change := ChangeOrder{StoreID: cmd.StoreID, OrderID: o.ID}
	if o.CustomerID.IsZero() && snap.Account != nil {
		change.Customer = cmd.Customer
	}
	if cmd.Status == loyalty.OrderCancelled || cmd.Status == loyalty.OrderRefunded {
		change.Status = cmd.Status
	}
	return s.decideChange(ctx, snap, cfg, actor, change, now)
}

// isAnothers reports whether the order in snap has another guest than cmd says.
func isAnothers(snap loyalty.Snapshot, cmd SubmitOrder) bool {
	has, said := snap.Order.CustomerID, cmd.Customer.ID
	return !has.IsZero() && !said.IsZero() && said != has && !snap.Alias
}

func notTheSame(o loyalty.Order) error {
	return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, OrderDiffers, o.ExternalID)
}

// known is the answer for an order whose points were settled before.
func known(snap loyalty.Snapshot, cfg *loyalty.Config) OrderResult {
	r := OrderResult{Order: *snap.Order}
	if snap.Account == nil || cfg.Program == nil || r.Order.CompletedAt.IsZero() {
		return r
	}
	a := snap.Account
	tier := cfg.Program.Held(a.TierID, a.Lifetime)
	if snap.Award == nil {
		// It was worth no points, so no row tells why; the rule does.
		e := earning{program: cfg.Program, before: tier}
		_, why, err := e.worth(r.Order.Eligible(), r.Order.Currency)
		if err != nil {
			return r
		}
		snap.Award = &loyalty.Transaction{BalanceAfter: a.Balance, Explanation: why, At: r.Order.CompletedAt}
	}
	next, missing, _ := cfg.Program.NextTier(tier, a.Lifetime)
	r.Award = &Awarded{
		Transaction: *snap.Award, Balance: snap.Award.BalanceAfter, Lifetime: a.Lifetime, Tier: tier, Before: tier,
		Next: next, Missing: missing, Name: snap.Name,
	}
	return r
}
