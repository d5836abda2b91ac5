package pages_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// rich gives María one of everything that can be held on a guest: Mario was
// her second account.
func rich(t *testing.T, s *webtest.Server, ids map[string]loyalty.ID) {
	t.Helper()
	ctx, maria, mail := t.Context(), service.CustomerRef{ID: ids["María García"]}, "maria@lume.example"
	p := signIn(t, s, "owner@trattoria.test")
	cardOf(t, p, maria.ID)
	s.Clock.Set(s.Clock.Now().Add(time.Minute))
	cardOf(t, p, maria.ID)
	cardOf(t, p, ids["Ann Lee"])
	waiting(t, s, maria.ID, 1150)
	submit := service.SubmitOrder{StoreID: s.Store.ID, ExternalID: "77", Customer: maria, Total: 5000, Status: loyalty.OrderCompleted}
	_, err := s.Services.Ledger.Submit(ctx, s.System(), submit)
	submit.ExternalID, submit.Customer.ID = "ann-1", ids["Ann Lee"]
	_, err2 := s.Services.Ledger.Submit(ctx, s.System(), submit)
	rewards, err3 := s.Services.Rewards.List(ctx, s.System())
	if err != nil || err2 != nil || err3 != nil {
		t.Fatal(err, err2, err3)
	}
	_, err = s.Services.Ledger.Redeem(ctx, s.System(), service.RedeemReward{Customer: maria, RewardID: rewards[0].ID, StoreID: s.Store.ID})
	_, err2 = s.Services.Customers.Update(ctx, s.System(), service.UpdateCustomer{ID: maria.ID, Email: &mail})
	phone := "+51 987 654 322"
	if _, err := s.Services.Customers.Update(ctx, s.System(), service.UpdateCustomer{ID: maria.ID, Phone: &phone}); err != nil {
		t.Fatal(err)
	}
	_, err3 = s.Services.Customers.Merge(ctx, s.System(), service.MergeCustomers{ID: maria.ID, SourceID: ids["Mario Rossi"]})
	if err != nil || err2 != nil || err3 != nil {
		t.Fatal(err, err2, err3)
	}
}

// What a manager downloads for a guest is the JSON API's document to the
// letter, laid out to be read, with every kind of record and of nobody else.
func TestGuestsDataIsTheDocumentOfTheAPI(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	rich(t, s, ids)
	_, stranger := s.Other()
	path := "/customers/" + ids["María García"].String() + "/export"
	r := signIn(t, s, "owner@trattoria.test").do("GET", path, nil).Want(t, 200, "")
	if name := r.Header.Get("Content-Disposition"); name != `attachment; filename="customer-data.json"` {
		t.Error("the file is", name)
	}
	var page, api map[string]any
	if err := json.Unmarshal([]byte(r.Body), &page); err != nil {
		t.Fatal(err)
	}
	api, _ = s.Do("GET", "/v1/loyalty"+path, s.Key(), "").Want(t, 200, "").At(t, "data").(map[string]any)
	if page["exportedAt"] = api["exportedAt"]; fmt.Sprint(page) != fmt.Sprint(api) {
		t.Errorf("the page gives\n%v\nand the API\n%v", page, api)
	}
	for part, least := range map[string]int{
		"transactions": 3, "redemptions": 1, "orders": 1, "anomalies": 1, "cards": 1, "accountEvents": 3, "merges": 1,
	} {
		if rows, _ := page[part].([]any); len(rows) < least {
			t.Errorf("%d %s, want %d at least", len(rows), part, least)
		}
	}
	for _, text := range []string{"María García", "maria@lume.example", "Mario Rossi", "+51 911 222 333", "+51 987 654 322", "\n  \"cards\": ["} {
		if !strings.Contains(r.Body, text) {
			t.Errorf("nothing of %q", text)
		}
	}
	for _, text := range []string{"0001-01-01", "Ann Lee", "ann-1", "555 0147", ids["Ann Lee"].String(), "token", "seed", "hash", "OrgID"} {
		if strings.Contains(r.Body, text) {
			t.Errorf("%q is in it", text)
		}
	}
	s.Do("GET", "/v1/loyalty"+path, stranger, "").Want(t, 404, "NOT_FOUND")
}
