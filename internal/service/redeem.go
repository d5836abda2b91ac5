package service

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"regulars/internal/loyalty"
)

// holdTime is how long a held reward waits to be used before its points go
// back by themselves.
const holdTime = 30 * time.Minute

// RedeemReward buys a reward with points.
type RedeemReward struct {
	Customer CustomerRef
	RewardID loyalty.ID
	StoreID  loyalty.ID // where; zero when at no store
	DrawnFor loyalty.ID // the store that somebody was asked for, refused where it is another; zero for none
	OrderRef string     // the order it is used on, as the caller names it, ≤ 255 characters
	Hold     bool       // set aside until fulfilled, cancelled or out of time
	Metadata []byte     // a JSON object of at most 4 KiB, kept and returned
	Once     loyalty.Once
}

// Redeemed is what a redemption, or its end, did.
type Redeemed struct {
	Redemption  loyalty.Redemption
	Transaction loyalty.Transaction // zero when no points moved
	Balance     loyalty.Points
	Name        string // the customer's
}

// Redeem takes the reward's cost from the balance and hands the reward out,
// together or not at all. It needs loyalty.LoyaltyRedeem. What the reward's
// rules refuse is a Conflict that says why.
func (s *Ledger) Redeem(ctx context.Context, actor loyalty.Actor, cmd RedeemReward) (Redeemed, error) {
	if err := s.may(actor, loyalty.LoyaltyRedeem, cmd.StoreID); err != nil {
		return Redeemed{}, err
	}
	var p loyalty.Problems
	cmd.OrderRef = checkText(&p, "orderId", cmd.OrderRef, 0, 255)
	if len(cmd.Metadata) > 4096 {
		p.Add("metadata", "must be at most 4 KiB")
	}
	if err := p.Err(); err != nil {
		return Redeemed{}, err
	}
	q := cmd.Customer.query()
	q.Lots, q.RewardID = true, cmd.RewardID
	q.ContactSince, q.StoreID = s.now().Add(-contactWindow), cmd.StoreID
	return post(ctx, s.Core, actor.OrgID, q, cmd.Once, func(snap loyalty.Snapshot, cfg *loyalty.Config) (decision[Redeemed], error) {
		return s.decideRedeem(snap, cfg, actor, cmd, s.now())
	})
}

func (s *Ledger) decideRedeem(snap loyalty.Snapshot, cfg *loyalty.Config, actor loyalty.Actor, cmd RedeemReward, now time.Time) (decision[Redeemed], error) {
	var none decision[Redeemed]
	a, reward := snap.Account, snap.Reward
	if err := RewardMoved(cfg, cmd.DrawnFor, cmd.StoreID); err != nil {
		return none, err
	}
	program, err := cfg.ActiveProgram()
	if err != nil {
		return none, err
	}
	if !cmd.StoreID.IsZero() {
		if _, err := cfg.Store(cmd.StoreID); err != nil {
			return none, err
		}
	}
	if err := a.CheckOpen(); err != nil {
		return none, err
	}
	if err := offeredTo(actor, *reward, cmd.StoreID); err != nil {
		return none, err
	}
	if err := CheckReward(*reward, program, a.Enrollment, snap.Redeemed, cmd.StoreID, now); err != nil {
		return none, err
	}
	if a.Balance-snap.UnderReview < reward.Cost {
		return none, loyalty.Errorf(loyalty.Conflict, loyalty.CodeInsufficientPoints,
			"%d of the points can't be spent until a manager has looked at them.", int64(snap.UnderReview))
	}
	row := loyalty.Transaction{
		ID: loyalty.NewID(now), Type: loyalty.Redeem, Points: -reward.Cost, Reason: reward.Name, StoreID: cmd.StoreID,
		RewardID: reward.ID, StaffID: actor.StaffID, KeyID: actor.KeyID, At: now,
	}
	d := loyalty.Redemption{
		OrgID: actor.OrgID, ID: loyalty.NewID(now), CustomerID: a.CustomerID, RewardID: reward.ID, RewardName: reward.Name,
		RewardType: reward.Type, DiscountType: reward.DiscountType, DiscountValue: reward.DiscountValue, Cost: reward.Cost,
		Code: newCode(), Status: loyalty.Issued, StoreID: cmd.StoreID, OrderRef: cmd.OrderRef, TransactionID: row.ID,
		Metadata: cmd.Metadata, StaffID: actor.StaffID, KeyID: actor.KeyID, CreatedAt: now,
	}
	if cmd.Hold {
		d.Status, d.HeldUntil = loyalty.Held, now.Add(holdTime)
	}
	row.RedemptionID = d.ID
	posting := loyalty.Posting{
		CustomerID: a.CustomerID, Revision: a.Revision, Day: businessDay(cfg, cmd.StoreID, now), At: now, Redemption: &d,
	}
	if reward.Stock != nil {
		posting.StockRewardID, posting.StockDelta = reward.ID, -1
	}
	before := a.Balance
	if err := a.Add(&posting, row); err != nil {
		return none, err
	}
	d.Lots = a.Spend(&posting, before, reward.Cost, nil)
	s.suspectTakeover(snap, cfg, &posting, &d)
	return decision[Redeemed]{&posting, Redeemed{
		Redemption: d, Transaction: posting.Transactions[0], Balance: a.Balance, Name: snap.Name,
	}}, nil
}

// CheckReward returns a Conflict that says why the holder of the account can't
// have the reward now; redeemed is how many of it the customer has.
func CheckReward(r loyalty.Reward, program *loyalty.Program, a loyalty.Enrollment, redeemed int, storeID loyalty.ID, now time.Time) error {
	if r.ProgramID != program.ID {
		return loyalty.Errorf(loyalty.Conflict, loyalty.CodeNotAvailable, "%s is not offered any more.", r.Name)
	}
	minTier, _ := program.Tier(r.MinTierID)
	return r.CheckRedeemable(now, loyalty.Buyer{
		Balance: a.Balance, Tier: program.Held(a.TierID, a.Lifetime), Redeemed: redeemed, StoreID: storeID,
	}, minTier)
}

// offeredTo keeps who is limited to some stores from the rewards of others by
// naming no store.
func offeredTo(actor loyalty.Actor, r loyalty.Reward, storeID loyalty.ID) error {
	own := func(id loyalty.ID) bool { return slices.Contains(actor.StoreIDs, id) }
	if storeID.IsZero() && len(actor.StoreIDs) > 0 && len(r.StoreIDs) > 0 && !slices.ContainsFunc(r.StoreIDs, own) {
		return loyalty.Errorf(loyalty.Conflict, loyalty.CodeNotAvailable, "%s is not offered at this store.", r.Name)
	}
	return nil
}

// newCode is what a guest shows to get the reward: ten characters that can't
// be mistaken for one another, 50 bits.
func newCode() string {
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ" // Crockford's base 32
	var b [10]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never returns an error; it ends the program instead
	for i := range b {
		b[i] = letters[b[i]&31]
	}
	return string(b[:])
}

// EndRedemption names a redemption to be fulfilled or cancelled.
type EndRedemption struct {
	RedemptionID loyalty.ID
	Once         loyalty.Once
}

// Fulfill records that a held or issued redemption was used. It needs
// loyalty.LoyaltyRedeem. Twice is a Conflict.
func (s *Ledger) Fulfill(ctx context.Context, actor loyalty.Actor, cmd EndRedemption) (Redeemed, error) {
	return s.end(ctx, actor, cmd, func(snap loyalty.Snapshot, _ *loyalty.Config, now time.Time) (loyalty.Posting, error) {
		d := snap.Redemption
		if d.Status == loyalty.Held && snap.HeldForReview {
			return loyalty.Posting{}, loyalty.Errorf(loyalty.Conflict, loyalty.CodeNotAvailable, "This reward is held until a manager has looked at the case.")
		}
		d.Status, d.FulfilledAt = loyalty.Fulfilled, now
		return loyalty.Posting{}, nil
	})
}

// Cancel gives back exactly the points that a held or issued redemption took,
// to the lots they came from, and puts the reward back into stock. It needs
// loyalty.LoyaltyRedeem. Twice, or after it was used, is a Conflict.
func (s *Ledger) Cancel(ctx context.Context, actor loyalty.Actor, cmd EndRedemption) (Redeemed, error) {
	return s.end(ctx, actor, cmd, func(snap loyalty.Snapshot, cfg *loyalty.Config, now time.Time) (loyalty.Posting, error) {
		return cancelling(snap, cfg, actor, now)
	})
}

// cancelling is what cancelling the redemption in snap posts.
func cancelling(snap loyalty.Snapshot, cfg *loyalty.Config, actor loyalty.Actor, now time.Time) (loyalty.Posting, error) {
	d, a := snap.Redemption, snap.Account
	posting := loyalty.Posting{Day: businessDay(cfg, d.StoreID, now)}
	row := loyalty.Transaction{
		ID: loyalty.NewID(now), Type: loyalty.Refund, Points: d.Cost, Reason: d.RewardName, StoreID: d.StoreID, RewardID: d.RewardID,
		RedemptionID: d.ID, ReversesID: d.TransactionID, StaffID: actor.StaffID, KeyID: actor.KeyID, At: now,
	}
	before := a.Balance
	if err := a.Add(&posting, row); err != nil {
		return posting, err
	}
	giveBack(a, &posting, before, *d, expiry(cfg, posting.Day))
	d.Status, d.CancelledAt, d.RefundID = loyalty.Cancelled, now, row.ID
	if snap.Reward.Stock != nil {
		posting.StockRewardID, posting.StockDelta = d.RewardID, 1
	}
	return posting, nil
}

// giveBack returns a redemption's points to the lots they came from. What has
// expired meanwhile gets the time that new points get: the guest did not have
// the chance to use it.
func giveBack(a *loyalty.Account, p *loyalty.Posting, before loyalty.Points, d loyalty.Redemption, fresh time.Time) {
	left := d.Cost
	for _, l := range d.Lots {
		on := l.ExpiresOn
		if !on.IsZero() && !on.After(p.Day) {
			on = fresh
		}
		a.Gain(p, before, l.Points, on)
		before += l.Points
		left -= l.Points
	}
	a.Gain(p, before, left, fresh)
}

func (s *Ledger) end(
	ctx context.Context, actor loyalty.Actor, cmd EndRedemption,
	change func(snap loyalty.Snapshot, cfg *loyalty.Config, now time.Time) (loyalty.Posting, error),
) (Redeemed, error) {
	if err := actor.Require(loyalty.LoyaltyRedeem); err != nil {
		return Redeemed{}, err
	}
	q := loyalty.SnapshotQuery{RedemptionID: cmd.RedemptionID}
	return post(ctx, s.Core, actor.OrgID, q, cmd.Once, func(snap loyalty.Snapshot, cfg *loyalty.Config) (decision[Redeemed], error) {
		d, from := snap.Redemption, snap.Redemption.Status
		if err := actor.RequireStore(d.StoreID); err != nil {
			return decision[Redeemed]{}, loyalty.Missing("redemption")
		}
		switch from {
		case loyalty.Fulfilled:
			return decision[Redeemed]{}, loyalty.Errorf(loyalty.Conflict, loyalty.CodeAlreadyFulfilled, "This redemption was used already.")
		case loyalty.Cancelled:
			return decision[Redeemed]{}, loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This redemption was cancelled and its points given back.")
		case loyalty.Issued, loyalty.Held:
		}
		now := s.now()
		posting, err := change(snap, cfg, now)
		if err != nil {
			return decision[Redeemed]{}, err
		}
		posting.CustomerID, posting.Revision = snap.Account.CustomerID, snap.Account.Revision
		posting.Redemption, posting.RedemptionFrom, posting.At = d, from, now
		if posting.Day.IsZero() {
			posting.Day = businessDay(cfg, d.StoreID, now)
		}
		result := Redeemed{Redemption: *d, Balance: snap.Account.Balance, Name: snap.Name}
		if len(posting.Transactions) > 0 {
			result.Transaction = posting.Transactions[0]
		}
		return decision[Redeemed]{&posting, result}, nil
	})
}
