package service

import (
	"context"
	"reflect"
	"slices"
	"time"

	"regulars/internal/loyalty"
)

// Rewards keeps the catalog of what points buy.
type Rewards struct{ *Core }

// RewardFields are a reward's fields, as a request gives them. Null makes
// absent what may be: a limit, a window, a stock, a choice of stores.
type RewardFields struct {
	ProgramID      loyalty.ID          // of a new one
	Name           Field[string]       // 1–255 characters
	Description    Field[string]       // at most 500 characters
	Cost           Field[int64]        // points, 1 to loyalty.MaxPoints
	Type           Field[string]       // "discount" unless said otherwise
	DiscountType   Field[string]       // "percentage" or "fixed"
	DiscountValue  Field[int64]        // percent 1–100, or minor units
	ItemName       Field[string]       // 1–255 characters
	Icon           Field[string]       // one of loyalty.RewardIcons, or "" for the type's
	Stock          Field[int64]        // 0 to 1,000,000,000
	MaxPerCustomer Field[int64]        // 1 to 1,000,000
	MinTierID      Field[loyalty.ID]   // a tier of the same program
	StartsAt       Field[time.Time]    // inclusive
	ExpiresAt      Field[time.Time]    // exclusive, after StartsAt
	StoreIDs       Field[[]loyalty.ID] // at least one
	Active         Field[bool]         // true unless said otherwise
	Unread         loyalty.Problems    // what couldn't be read: it is refused with all else that is wrong
}

// CreateReward adds a reward to the catalog.
type CreateReward struct {
	Fields RewardFields
	Once   loyalty.Once
}

// ChangeReward changes a reward; fields left out stay.
type ChangeReward struct {
	ID     loyalty.ID
	Fields RewardFields
	Still  func(loyalty.Reward) bool // as ChangeProgram.Still
	Once   loyalty.Once
}

// List is the whole catalog, the cheapest first. It needs loyalty.LoyaltyRead.
func (s *Rewards) List(ctx context.Context, actor loyalty.Actor) ([]loyalty.Reward, error) {
	if err := actor.Require(loyalty.LoyaltyRead); err != nil {
		return nil, err
	}
	return s.repo.Rewards(ctx, actor.OrgID)
}

// Get is one reward with stock and popularity. It needs loyalty.LoyaltyRead.
func (s *Rewards) Get(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (loyalty.Reward, error) {
	if err := actor.Require(loyalty.LoyaltyRead); err != nil {
		return loyalty.Reward{}, err
	}
	return s.repo.Reward(ctx, actor.OrgID, id)
}

// Create adds a reward. It needs loyalty.RewardsWrite.
func (s *Rewards) Create(ctx context.Context, actor loyalty.Actor, cmd CreateReward) (loyalty.Reward, error) {
	if err := actor.Require(loyalty.RewardsWrite); err != nil {
		return loyalty.Reward{}, err
	}
	return once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.Reward, error) {
		if err := tx.LockCatalog(ctx, actor.OrgID); err != nil {
			return loyalty.Reward{}, err
		}
		now := s.moment()
		reward := loyalty.Reward{
			OrgID: actor.OrgID, ID: loyalty.NewID(now), ProgramID: cmd.Fields.ProgramID, Type: loyalty.RewardDiscount, Active: true,
			CreatedAt: now, UpdatedAt: now,
		}
		p := cmd.Fields.Unread
		required(&p, "name", cmd.Fields.Name)
		required(&p, "pointsCost", cmd.Fields.Cost)
		if cmd.Fields.ProgramID.IsZero() {
			p.Add("programId", "is required")
		}
		if err := fill(ctx, tx, &p, cmd.Fields, &reward); err != nil {
			return loyalty.Reward{}, err
		}
		if err := tx.AddReward(ctx, reward); err != nil {
			return loyalty.Reward{}, err
		}
		return reward, recordChange(ctx, tx, loyalty.Audit(actor, now, "reward.create", "reward", reward.ID, rewardDetail(reward)))
	})
}

// Change changes a reward. Redemptions made before keep what they were made
// with. It needs loyalty.RewardsWrite.
func (s *Rewards) Change(ctx context.Context, actor loyalty.Actor, cmd ChangeReward) (loyalty.Reward, error) {
	if err := actor.Require(loyalty.RewardsWrite); err != nil {
		return loyalty.Reward{}, err
	}
	return once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.Reward, error) {
		if err := tx.LockCatalog(ctx, actor.OrgID); err != nil {
			return loyalty.Reward{}, err
		}
		before, err := tx.Reward(ctx, actor.OrgID, cmd.ID)
		if err != nil {
			return loyalty.Reward{}, err
		}
		if cmd.Still != nil && !cmd.Still(before) {
			return loyalty.Reward{}, errOvertaken()
		}
		p, after := cmd.Fields.Unread, before
		if err := fill(ctx, tx, &p, cmd.Fields, &after); err != nil {
			return loyalty.Reward{}, err
		}
		if reflect.DeepEqual(before, after) {
			return before, nil
		}
		after.UpdatedAt = s.moment()
		if err := tx.SaveReward(ctx, after); err != nil {
			return loyalty.Reward{}, err
		}
		if cmd.Fields.Stock.Set {
			if err := tx.SetStock(ctx, actor.OrgID, cmd.ID, after.Stock); err != nil {
				return loyalty.Reward{}, err
			}
		}
		return after, recordChange(ctx, tx, loyalty.Audit(actor, after.UpdatedAt, "reward.update", "reward", cmd.ID, rewardDetail(after)))
	})
}

// fill puts the fields into the reward and checks what it has become.
func fill(ctx context.Context, tx loyalty.Tx, p *loyalty.Problems, f RewardFields, reward *loyalty.Reward) error {
	f.apply(p, reward)
	checkDiscount(p, *reward)
	if !reward.StartsAt.IsZero() && !reward.ExpiresAt.IsZero() && !reward.ExpiresAt.After(reward.StartsAt) {
		p.Add("expiresAt", "must be after the start")
	}
	if err := checkReferences(ctx, tx, p, f, *reward); err != nil {
		return err
	}
	return p.Err()
}

// Delete takes a reward out of the catalog. One that was ever redeemed stays,
// deactivated, and then deleted is false. It needs loyalty.RewardsWrite.
func (s *Rewards) Delete(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (deleted bool, err error) {
	if err := actor.Require(loyalty.RewardsWrite); err != nil {
		return false, err
	}
	err = s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		if err := tx.LockCatalog(ctx, actor.OrgID); err != nil {
			return err
		}
		reward, err := tx.Reward(ctx, actor.OrgID, id)
		if err != nil {
			return err
		}
		action := "reward.delete"
		if deleted, err = tx.DeleteReward(ctx, actor.OrgID, id); err != nil {
			return err
		}
		now := s.moment()
		if !deleted {
			action = "reward.deactivate"
			reward.Active, reward.UpdatedAt = false, now
			if err := tx.SaveReward(ctx, reward); err != nil {
				return err
			}
		}
		return recordChange(ctx, tx, loyalty.Audit(actor, now, action, "reward", id, nil))
	})
	return deleted, err
}

// apply puts what was given into r.
func (f RewardFields) apply(p *loyalty.Problems, r *loyalty.Reward) {
	setTitle(p, "name", f.Name, &r.Name)
	setText(p, "description", f.Description, 0, 500, &r.Description)
	setNumber(p, "pointsCost", f.Cost, 1, int64(loyalty.MaxPoints), &r.Cost)
	setChoice(p, "type", f.Type, &r.Type, loyalty.RewardTypes()...)
	if f.DiscountType.Null {
		r.DiscountType = ""
	} else {
		setChoice(p, "discountType", f.DiscountType, &r.DiscountType, loyalty.Percentage, loyalty.Fixed)
	}
	setLimit(p, "discountValue", f.DiscountValue, 1, int64(loyalty.MaxPoints), &r.DiscountValue)
	if checkLine(p, "itemName", f.ItemName.Value); !p.Has("itemName") {
		setText(p, "itemName", f.ItemName, 0, 255, &r.ItemName)
	}
	if setText(p, "icon", f.Icon, 0, 40, &r.Icon); r.Icon != "" && !slices.Contains(loyalty.RewardIcons(), r.Icon) {
		p.Add("icon", "is not one of the pictures")
	}
	if f.Stock.Null {
		r.Stock = nil
	} else if f.Stock.Set {
		stock := int64(0)
		setNumber(p, "stockRemaining", f.Stock, 0, int64(loyalty.MaxPoints), &stock)
		r.Stock = &stock
	}
	setLimit(p, "maxPerCustomer", f.MaxPerCustomer, 1, 1_000_000, &r.MaxPerCustomer)
	if f.MinTierID.Set {
		r.MinTierID = f.MinTierID.Value
	}
	setTime(f.StartsAt, &r.StartsAt)
	setTime(f.ExpiresAt, &r.ExpiresAt)
	if f.StoreIDs.Set {
		r.StoreIDs = slices.Clone(f.StoreIDs.Value)
	}
	if f.Active.present(p, "isActive") {
		r.Active = f.Active.Value
	}
}

// checkDiscount holds type, kind and value of a reward against each other.
func checkDiscount(p *loyalty.Problems, r loyalty.Reward) {
	if (r.Type == loyalty.RewardDiscount || r.DiscountValue != 0) && r.DiscountType == "" && !p.Has("discountType") {
		p.Add("discountType", "is required: percentage or fixed")
	}
	if (r.Type == loyalty.RewardDiscount || r.DiscountType != "") && r.DiscountValue == 0 && !p.Has("discountValue") {
		p.Add("discountValue", "is required")
	}
	if r.DiscountType == loyalty.Percentage && r.DiscountValue > 100 {
		p.Add("discountValue", "must be 1 to 100 percent")
	}
	if r.Type == loyalty.RewardCredit && r.DiscountType == loyalty.Percentage {
		p.Add("discountType", "must be fixed for a credit")
	}
}

// checkReferences finds out whether the program, the tier and the stores that
// a reward names are the organization's, and the tier the program's.
func checkReferences(ctx context.Context, tx loyalty.Tx, p *loyalty.Problems, f RewardFields, r loyalty.Reward) error {
	if r.ProgramID.IsZero() {
		return nil
	}
	program, err := tx.Program(ctx, r.OrgID, r.ProgramID)
	if err != nil {
		return err
	}
	if _, ok := program.Tier(r.MinTierID); !ok && !r.MinTierID.IsZero() {
		if _, err := tx.ProgramOfTier(ctx, r.OrgID, r.MinTierID); err != nil {
			return err
		}
		p.Add("minTierId", "must be a tier of the same program")
	}
	if !f.StoreIDs.Set || f.StoreIDs.Null {
		return nil
	}
	if len(r.StoreIDs) == 0 || len(r.StoreIDs) > 1000 {
		p.Add("storeIds", "must name 1 to 1000 stores; null is for all")
	}
	cfg, err := tx.Config(ctx, r.OrgID)
	if err != nil {
		return err
	}
	for _, id := range r.StoreIDs {
		if _, err := cfg.Store(id); err != nil {
			return err
		}
	}
	return nil
}

func rewardDetail(r loyalty.Reward) map[string]any {
	return map[string]any{
		"program_id": r.ProgramID.String(), "points_cost": r.Cost, "type": r.Type, "discount_type": r.DiscountType,
		"discount_value": r.DiscountValue, "stock": r.Stock, "max_per_customer": r.MaxPerCustomer, "is_active": r.Active,
	}
}
