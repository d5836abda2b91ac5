package service_test

import (
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// A key of one store doesn't get at another's rewards by naming no store, and
// not at its redemptions, orders and awards by their ids.
func TestKeyOfAnotherStore(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	hill := id(7)
	db.Exec(t, `INSERT INTO stores (organization_id, id, name, currency, time_zone, created_at) VALUES ($1, $2, 'Hill', 'USD', 'America/New_York', '2026-01-01')`,
		org.String(), hill.String())
	award(t, l, 300)
	who := service.CustomerRef{ID: ada}
	order, err := l.Submit(t.Context(), owner, service.SubmitOrder{StoreID: store, ExternalID: "1", Customer: who, Total: 1000, Status: loyalty.OrderCompleted})
	if err != nil {
		t.Fatal(err)
	}
	taken, err := l.Redeem(t.Context(), owner, service.RedeemReward{Customer: who, RewardID: coffee, StoreID: store})
	if err != nil {
		t.Fatal(err)
	}
	db.Exec(t, `UPDATE rewards SET store_ids = ARRAY[$1]::uuid[]`, store.String())
	db.Exec(t, `UPDATE organizations SET config_version = config_version + 1`)
	key := loyalty.Actor{Role: loyalty.Machine, OrgID: org, KeyID: id(95), Scopes: loyalty.KeyScopes(), StoreIDs: []loyalty.ID{hill}}
	ctx, end := t.Context(), service.EndRedemption{RedemptionID: taken.Redemption.ID}
	for what, test := range map[string]struct {
		do   func() error
		want string
	}{
		"its reward, at no store": {func() error {
			_, err := l.Redeem(ctx, key, service.RedeemReward{Customer: who, RewardID: coffee})
			return err
		}, loyalty.CodeNotAvailable},
		"its reward, there": {func() error {
			_, err := l.Redeem(ctx, key, service.RedeemReward{Customer: who, RewardID: coffee, StoreID: store})
			return err
		}, loyalty.CodeNotFound},
		"cancel":  {func() error { _, err := l.Cancel(ctx, key, end); return err }, loyalty.CodeNotFound},
		"fulfill": {func() error { _, err := l.Fulfill(ctx, key, end); return err }, loyalty.CodeNotFound},
		"by code": {func() error { _, err := l.RedemptionByCode(ctx, key, taken.Redemption.Code); return err }, loyalty.CodeNotFound},
		"reverse": {func() error {
			_, err := l.Reverse(ctx, key, service.ReverseAward{TransactionID: order.Order.TransactionID, Reason: "x"})
			return err
		}, loyalty.CodeNotFound},
		"its order": {func() error { _, err := l.OrderDetail(ctx, key, loyalty.ID{}, order.Order.ID, ""); return err }, loyalty.CodeNotFound},
		"its order as its own": {func() error {
			_, err := l.Change(ctx, key, service.ChangeOrder{StoreID: hill, OrderID: order.Order.ID, Status: loyalty.OrderCancelled})
			return err
		}, loyalty.CodeNotFound},
		"its list": {func() error {
			_, _, err := l.Transactions(ctx, key, loyalty.TransactionFilter{StoreIDs: []loyalty.ID{store}}, loyalty.Page{Number: 1, Size: 1})
			return err
		}, loyalty.CodeNotFound},
	} {
		if err := test.do(); loyalty.CodeOf(err) != test.want {
			t.Errorf("%s: %v, want %s", what, err, test.want)
		}
	}
	if n := number(t, db, `SELECT balance FROM enrollments`); n != 300 {
		t.Errorf("the balance is %d", n)
	}
}
