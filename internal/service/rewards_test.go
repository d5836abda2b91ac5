package service_test

import (
	"context"
	"reflect"
	"sync"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

func tenOff() service.RewardFields {
	return service.RewardFields{
		ProgramID: prog, Name: service.Given("10% Off Next Order"), Cost: service.Given(int64(1000)),
		DiscountType: service.Given("percentage"), DiscountValue: service.Given(int64(10)),
	}
}

func TestCreateReward(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	f := tenOff()
	f.Stock, f.MaxPerCustomer, f.MinTierID = service.Given(int64(100)), service.Given(int64(2)), service.Given(id(5))
	f.StartsAt, f.ExpiresAt = service.Given(noon), service.Given(noon.Add(time.Hour))
	f.StoreIDs, f.Description = service.Given([]loyalty.ID{store}), service.Given("Not on Fridays")
	made, err := c.rewards.Create(t.Context(), owner, service.CreateReward{Fields: f})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := c.rewards.Get(t.Context(), owner, made.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []*time.Time{&kept.StartsAt, &kept.ExpiresAt, &kept.CreatedAt, &kept.UpdatedAt} {
		*at = at.UTC()
	}
	if !reflect.DeepEqual(made, kept) || *kept.Stock != 100 || kept.Type != loyalty.RewardDiscount || !kept.Active {
		t.Errorf("made %+v\nkept %+v", made, kept)
	}
	if slots, most := c.figure(t, `SELECT count(*) FROM reward_stock`), c.figure(t, `SELECT max(remaining) FROM reward_stock`); slots != 16 || most != 7 {
		t.Errorf("%d slots of at most %d", slots, most)
	}
	list, err := c.rewards.List(t.Context(), owner)
	if err != nil || len(list) != 2 || list[0].ID != coffee || *list[1].Stock != 100 || list[0].Stock != nil {
		t.Errorf("list %+v, %v", list, err)
	}
}

func TestRewardValidation(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	for name, tt := range map[string]struct {
		spoil func(f *service.RewardFields)
		want  []string
	}{
		"nothing at all": {func(f *service.RewardFields) { *f = service.RewardFields{} },
			[]string{"name", "pointsCost", "programId", "discountType", "discountValue"}},
		"a name of 256":               {func(f *service.RewardFields) { f.Name.Value = long(256) }, []string{"name"}},
		"a description of 501":        {func(f *service.RewardFields) { f.Description = service.Given(long(501)) }, []string{"description"}},
		"free":                        {func(f *service.RewardFields) { f.Cost.Value = 0 }, []string{"pointsCost"}},
		"too dear":                    {func(f *service.RewardFields) { f.Cost.Value = 1_000_000_001 }, []string{"pointsCost"}},
		"an unknown type":             {func(f *service.RewardFields) { f.Type = service.Given("gift") }, []string{"type"}},
		"an unknown discount":         {func(f *service.RewardFields) { f.DiscountType.Value = "half" }, []string{"discountType"}},
		"a discount of 101 percent":   {func(f *service.RewardFields) { f.DiscountValue.Value = 101 }, []string{"discountValue"}},
		"a discount of nothing":       {func(f *service.RewardFields) { f.DiscountValue.Value = 0 }, []string{"discountValue"}},
		"a discount without its kind": {func(f *service.RewardFields) { f.DiscountType = service.Cleared[string]() }, []string{"discountType"}},
		"a perk of a kind without a value": {func(f *service.RewardFields) {
			f.Type, f.DiscountValue = service.Given("perk"), service.Field[int64]{}
		}, []string{"discountValue"}},
		"a credit in percent": {func(f *service.RewardFields) { f.Type = service.Given("credit") }, []string{"discountType"}},
		"less than no stock":  {func(f *service.RewardFields) { f.Stock = service.Given(int64(-1)) }, []string{"stockRemaining"}},
		"nobody may have it":  {func(f *service.RewardFields) { f.MaxPerCustomer = service.Given(int64(0)) }, []string{"maxPerCustomer"}},
		"over before it starts": {func(f *service.RewardFields) { f.StartsAt, f.ExpiresAt = service.Given(noon), service.Given(noon) },
			[]string{"expiresAt"}},
		"no store":               {func(f *service.RewardFields) { f.StoreIDs = service.Given([]loyalty.ID{}) }, []string{"storeIds"}},
		"neither true nor false": {func(f *service.RewardFields) { f.Active = service.Cleared[bool]() }, []string{"isActive"}},
	} {
		f := tenOff()
		tt.spoil(&f)
		_, err := c.rewards.Create(t.Context(), owner, service.CreateReward{Fields: f})
		if got := problems(err); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: problems with %v, want %v (%v)", name, got, tt.want, err)
		}
	}
	for name, spoil := range map[string]func(f *service.RewardFields){
		"program": func(f *service.RewardFields) { f.ProgramID = id(77) },
		"tier":    func(f *service.RewardFields) { f.MinTierID = service.Given(id(77)) },
		"store":   func(f *service.RewardFields) { f.StoreIDs = service.Given([]loyalty.ID{store, id(77)}) },
	} {
		f := tenOff()
		spoil(&f)
		if _, err := c.rewards.Create(t.Context(), owner, service.CreateReward{Fields: f}); loyalty.KindOf(err) != loyalty.NotFound {
			t.Errorf("an unknown %s: %v", name, err)
		}
	}
	other, err := c.programs.Create(t.Context(), owner, service.CreateProgram{
		Fields: service.ProgramFields{Name: service.Given("Other"), Active: service.Given(false)},
	})
	if err != nil {
		t.Fatal(err)
	}
	f := tenOff()
	f.MinTierID = service.Given(other.Program.Tiers[1].ID)
	if _, err := c.rewards.Create(t.Context(), owner, service.CreateReward{Fields: f}); !reflect.DeepEqual(problems(err), []string{"minTierId"}) {
		t.Errorf("another program's tier: %v", err)
	}
}

func TestChangeReward(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	f := tenOff()
	f.Stock, f.MinTierID, f.ExpiresAt = service.Given(int64(3)), service.Given(id(5)), service.Given(noon)
	made, err := c.rewards.Create(t.Context(), owner, service.CreateReward{Fields: f})
	if err != nil {
		t.Fatal(err)
	}
	change := func(f service.RewardFields) loyalty.Reward {
		t.Helper()
		r, err := c.rewards.Change(t.Context(), owner, service.ChangeReward{ID: made.ID, Fields: f})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := change(service.RewardFields{Name: service.Given("Renamed")}); *r.Stock != 3 || r.Name != "Renamed" || r.MinTierID != id(5) {
		t.Errorf("left out: %+v", r)
	}
	if r := change(service.RewardFields{
		Stock: service.Cleared[int64](), MinTierID: service.Cleared[loyalty.ID](), ExpiresAt: service.Cleared[time.Time](), Active: service.Given(false),
	}); r.Stock != nil || !r.MinTierID.IsZero() || !r.ExpiresAt.IsZero() || r.Active {
		t.Errorf("cleared: %+v", r)
	}
	if n := c.figure(t, `SELECT count(*) FROM reward_stock`); n != 0 {
		t.Errorf("%d slots of an unlimited stock", n)
	}
	change(service.RewardFields{Stock: service.Given(int64(0))})
	if kept, err := c.rewards.Get(t.Context(), owner, made.ID); err != nil || kept.Stock == nil || *kept.Stock != 0 {
		t.Errorf("none left: %+v, %v", kept, err)
	}
	was := c.figure(t, `SELECT config_version FROM organizations WHERE id = $1`, org.String())
	change(service.RewardFields{Stock: service.Given(int64(0))})
	if now := c.figure(t, `SELECT config_version FROM organizations WHERE id = $1`, org.String()); now != was {
		t.Error("what changes nothing made everything stale")
	}
}

func TestDeleteRewardThatWasRedeemed(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	award(t, c.ledger, 200)
	redeemed, err := c.ledger.Redeem(t.Context(), till, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.ledger.Cancel(t.Context(), till, service.EndRedemption{RedemptionID: redeemed.Redemption.ID}); err != nil {
		t.Fatal(err)
	}
	deleted, err := c.rewards.Delete(t.Context(), owner, coffee)
	if err != nil || deleted {
		t.Fatalf("deleted %v, %v", deleted, err)
	}
	if kept, err := c.rewards.Get(t.Context(), owner, coffee); err != nil || kept.Active || kept.Redeemed != 0 || kept.Customers != 0 {
		t.Errorf("%+v, %v", kept, err)
	}
	made, err := c.rewards.Create(t.Context(), owner, service.CreateReward{Fields: tenOff()})
	if err != nil {
		t.Fatal(err)
	}
	if deleted, err := c.rewards.Delete(t.Context(), owner, made.ID); err != nil || !deleted {
		t.Errorf("never redeemed: deleted %v, %v", deleted, err)
	}
	if _, err := c.rewards.Get(t.Context(), owner, made.ID); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("deleted: %v", err)
	}
}

// A redemption that waits for the last one in stock takes it from the stock
// that was set meanwhile.
func TestStockSetWhileRedeeming(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	award(t, c.ledger, 500)
	one, five := int64(1), int64(5)
	set := func(ctx context.Context, tx loyalty.Tx, n *int64) error { return tx.SetStock(ctx, org, coffee, n) }
	if err := c.InTx(t.Context(), func(ctx context.Context, tx loyalty.Tx) error { return set(ctx, tx, &one) }); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var err error
	if inTx := c.InTx(t.Context(), func(ctx context.Context, tx loyalty.Tx) error {
		if err := set(ctx, tx, &five); err != nil {
			return err
		}
		wg.Go(func() {
			_, err = c.ledger.Redeem(t.Context(), till, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee})
		})
		c.Blocked(t, 1)
		return nil
	}); inTx != nil {
		t.Fatal(inTx)
	}
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if n := c.figure(t, `SELECT sum(remaining) FROM reward_stock`); n != 4 {
		t.Errorf("%d of 5 are left after one redemption", n)
	}
}

// A reward is being deleted while a guest redeems it: the guest wins, and the
// reward stays, deactivated.
func TestDeleteRewardWhileRedeeming(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	award(t, c.ledger, 500)
	// Whoever redeems waits for this row of figures, with the redemption
	// written and not committed.
	holder, err := c.SQL.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := holder.ExecContext(t.Context(), `INSERT INTO reward_stats VALUES ($1, $2, $3, 0, 0)`, org.String(), coffee.String(), ada[15]&7); err != nil {
		t.Fatal(err)
	}
	redeemed := make(chan error, 1)
	go func() {
		_, err := c.ledger.Redeem(t.Context(), till, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee})
		redeemed <- err
	}()
	c.Blocked(t, 1)
	var deleted bool
	gone := make(chan error, 1)
	go func() {
		var err error
		deleted, err = c.rewards.Delete(t.Context(), owner, coffee)
		gone <- err
	}()
	c.Blocked(t, 2)
	if err := holder.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-redeemed; err != nil {
		t.Fatal(err)
	}
	if err := <-gone; err != nil || deleted {
		t.Errorf("deleted %v, %v", deleted, err)
	}
	if kept, err := c.rewards.Get(t.Context(), owner, coffee); err != nil || kept.Active {
		t.Errorf("kept %+v, %v", kept, err)
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	award(t, c.ledger, 150)
	c.Exec(t, `UPDATE customers SET external_id = 'ada-1' WHERE id = $1`, ada.String())
	add := func(name string, cost int64, spoil func(f *service.RewardFields)) {
		t.Helper()
		f := tenOff()
		f.Name, f.Cost = service.Given(name), service.Given(cost)
		spoil(&f)
		if _, err := c.rewards.Create(t.Context(), owner, service.CreateReward{Fields: f}); err != nil {
			t.Fatal(err)
		}
	}
	add("Dear", 151, func(*service.RewardFields) {})
	add("For Gold", 10, func(f *service.RewardFields) { f.MinTierID = service.Given(id(6)) })
	add("Gone", 20, func(f *service.RewardFields) { f.Stock = service.Given(int64(0)) })
	add("Inactive", 1, func(f *service.RewardFields) { f.Active = service.Given(false) })
	add("Tomorrow", 1, func(f *service.RewardFields) { f.StartsAt = service.Given(noon.Add(time.Second)) })
	add("Until now", 1, func(f *service.RewardFields) { f.ExpiresAt = service.Given(noon) })
	c.Exec(t, `INSERT INTO stores (organization_id, id, name, currency, time_zone, created_at) VALUES ($1, $2, 'Hill', 'USD', 'UTC', now())`, org.String(), id(7).String())
	add("On the hill", 5, func(f *service.RewardFields) { f.StoreIDs = service.Given([]loyalty.ID{id(7)}) })

	offers, err := c.rewards.Offers(t.Context(), owner, service.OffersQuery{StoreID: store, Customer: service.CustomerRef{ID: id(77), ExternalID: "ada-1"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range offers {
		if o.Affordable != (o.Why == nil) {
			t.Errorf("%s: affordable %v, %v", o.Name, o.Affordable, o.Why)
		}
		why := ""
		if o.Why != nil {
			why = o.Why.Code
		}
		got = append(got, o.Name+" "+o.MinTier.Name+" "+why)
	}
	want := []string{"For Gold Gold NOT_AVAILABLE", "Gone  OUT_OF_STOCK", "Coffee  ", "Dear  INSUFFICIENT_POINTS"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("offers %q, want %q", got, want)
	}
	offers, err = c.rewards.Offers(t.Context(), owner, service.OffersQuery{})
	if err != nil || len(offers) != 5 || offers[0].Name != "On the hill" || offers[0].Affordable || offers[0].Why != nil {
		t.Errorf("anywhere, to nobody: %+v, %v", offers, err)
	}
	c.Exec(t, `UPDATE enrollments SET frozen_at = now()`)
	offers, err = c.rewards.Offers(t.Context(), owner, service.OffersQuery{Customer: service.CustomerRef{ID: ada}})
	if err != nil || offers[0].Why == nil || offers[0].Why.Code != loyalty.CodeAccountFrozen {
		t.Errorf("frozen: %+v, %v", offers, err)
	}
	if _, err := c.rewards.Offers(t.Context(), owner, service.OffersQuery{StoreID: id(88)}); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("an unknown store: %v", err)
	}
	c.Exec(t, `UPDATE programs SET is_active = false; UPDATE organizations SET config_version = config_version + 1`)
	if offers, err := c.rewards.Offers(t.Context(), owner, service.OffersQuery{}); err != nil || len(offers) != 0 {
		t.Errorf("without a program: %+v, %v", offers, err)
	}
}

func TestOffersKeepTheLimitPerCustomer(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	award(t, c.ledger, 500)
	if _, err := c.rewards.Change(t.Context(), owner, service.ChangeReward{ID: coffee, Fields: service.RewardFields{MaxPerCustomer: service.Given(int64(1))}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"", loyalty.CodeLimitReached} {
		offers, err := c.rewards.Offers(t.Context(), owner, service.OffersQuery{Customer: service.CustomerRef{ID: ada}})
		if err != nil {
			t.Fatal(err)
		}
		code := ""
		if offers[0].Why != nil {
			code = offers[0].Why.Code
		}
		if code != want {
			t.Errorf("why not: %q, want %q", code, want)
		}
		_, err = c.ledger.Redeem(t.Context(), till, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee})
		if loyalty.CodeOf(err) != want {
			t.Errorf("a redemption says %v, want %q", err, want)
		}
	}
}
