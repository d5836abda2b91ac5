package offerapi_test

import (
	"strings"
	"testing"

	"regulars/internal/loyalty"
	"regulars/web/webtest"
)

func TestOffersForAUser(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	program := s.Do("POST", "/v1/loyalty/programs", key, `{"name":"A"}`).Want(t, 201, "")
	id, silver := program.Text(t, "data", "id"), program.Text(t, "data", "tiers", 1, "id")
	ada, external := loyalty.NewID(s.Clock.Now()).String(), loyalty.NewID(s.Clock.Now()).String()
	s.DB.Exec(t, `INSERT INTO customers (organization_id, id, external_id, name, name_fold, search, created_at, updated_at)
		VALUES ($1, $2, $3, 'Ada', 'ada', 'ada', now(), now())`, s.Org.ID.String(), ada, external)
	s.DB.Exec(t, `SELECT enroll($1, $2, gen_random_uuid(), $3, $4, now(), current_date)`, s.Org.ID.String(), ada, id,
		program.Text(t, "data", "tiers", 0, "id"))
	s.Do("POST", "/v1/loyalty/customers/"+ada+"/award-points", key, `{"points":100,"reason":"Welcome"}`).Want(t, 201, "")
	for _, reward := range []string{
		`"name":"For Silver","pointsCost":10,"type":"perk","minTierId":"` + silver + `"`,
		`"name":"Coffee","pointsCost":100,"type":"free_item","itemName":"Espresso","stockRemaining":1`,
		`"name":"10% Off Next Order","pointsCost":1000,"discountType":"percentage","discountValue":10`,
	} {
		s.Do("POST", "/v1/loyalty/rewards", key, `{"programId":"`+id+`",`+reward+`}`).Want(t, 201, "")
	}
	all := s.Do("GET", "/v1/offers", key, "").Want(t, 200, "")
	if all.At(t, "data", 0, "affordable") != nil || all.Text(t, "data", 0, "minTier") != "Silver" || all.Text(t, "pagination", "total") != "3" {
		t.Error(all.Body)
	}
	// The restaurant's own id may look like one of ours.
	for _, user := range []string{ada, "cust_" + ada, external} {
		offers := s.Do("GET", "/v1/offers?userId="+user, key, "").Want(t, 200, "")
		for i, want := range []string{"NOT_AVAILABLE", "", "INSUFFICIENT_POINTS"} {
			if affordable := offers.At(t, "data", i, "affordable"); affordable != (want == "") {
				t.Errorf("%s: offer %d affordable %v", user, i, affordable)
			}
			if want != "" && offers.Text(t, "data", i, "unavailableReason") != want {
				t.Errorf("%s: offer %d: %s", user, i, offers.Body)
			}
		}
	}
	coffee := all.Text(t, "data", 1, "id")
	s.Do("POST", "/v1/user/"+external+"/offer/"+coffee+"/redeem", key, `{"metadata":{"source":"app"}}`).Want(t, 201, "")
	after := s.Do("GET", "/v1/offers?userId="+external+"&limit=2", key, "").Want(t, 200, "")
	if after.Text(t, "data", 1, "unavailableReason") != "OUT_OF_STOCK" || after.Text(t, "data", 1, "stockRemaining") != "0" || after.Text(t, "pagination", "totalPages") != "2" {
		t.Error(after.Body)
	}
	s.Do("GET", "/v1/offers?userId=nobody", key, "").Want(t, 404, "NOT_FOUND")
	s.Do("GET", "/v1/offers?limit=101", key, "").Want(t, 400, "VALIDATION_ERROR")
}

func TestEventTypesByTheAPI(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	made := s.Do("POST", "/v1/event-types", key, `{"key":"review","name":"Left a review","mode":"fixed","points":50,"maxPerCustomerPerDay":1}`).Want(t, 201, "")
	if made.Text(t, "points") != "50" || made.At(t, "pointsPerUnit") != nil || made.At(t, "cooldownSeconds") != nil {
		t.Error(made.Body)
	}
	s.Do("POST", "/v1/event-types", key, `{"key":"review","name":"Again","mode":"fixed","points":5}`).Want(t, 409, "CONFLICT")
	s.Do("POST", "/v1/event-types", key, `{"key":"catering","name":"Catering order","mode":"variable","pointsPerUnit":"0.5"}`).Want(t, 201, "")
	for _, bad := range []string{
		`{}`, `{"key":"A","name":"A","mode":"fixed","points":1}`, `{"key":"a","name":"A","mode":"fixed"}`, `{"key":"a","name":"A","mode":"variable","points":1}`,
		`{"key":"a","name":"A","mode":"fixed","points":1,"pointsPerUnit":1}`, `{"key":"a","name":"A","mode":"fixed","points":1,"cooldownSeconds":0}`,
	} {
		s.Do("POST", "/v1/event-types", key, bad).Want(t, 400, "VALIDATION_ERROR")
	}
	list := s.Do("GET", "/v1/event-types", key, "").Want(t, 200, "")
	if list.Text(t, "data", 0, "key") != "catering" || list.Text(t, "data", 0, "pointsPerUnit") != "0.5" || list.Text(t, "pagination", "total") != "2" {
		t.Error(list.Body)
	}
	changed := s.Do("PATCH", "/v1/event-types/review", key, `{"points":75,"maxPerCustomerPerDay":null,"cooldownSeconds":60}`).Want(t, 200, "")
	if changed.Text(t, "points") != "75" || changed.At(t, "maxPerCustomerPerDay") != nil || changed.Text(t, "cooldownSeconds") != "60" {
		t.Error(changed.Body)
	}
	if got := s.Do("GET", "/v1/event-types/"+made.Text(t, "id"), key, "").Want(t, 200, ""); got.Body != changed.Body {
		t.Error(got.Body)
	}
	s.Do("POST", "/v1/loyalty/programs", key, `{"name":"Points"}`).Want(t, 201, "")
	who := s.Do("POST", "/v1/loyalty/customers", key, `{"name":"Ada"}`).Want(t, 201, "").Text(t, "data", "id")
	for i, want := range []string{`"pointsAwarded":75,"notAwardedReason":null`, `"pointsAwarded":0,"notAwardedReason":"repeated"`} {
		got := s.Do("POST", "/v1/events", key, `{"userId":"`+who+`","event":"review","eventId":"r-1"}`).Want(t, 201-i, "")
		if !strings.Contains(got.Body, want) {
			t.Errorf("the event: %s, want %s", got.Body, want)
		}
	}
	s.Do("PATCH", "/v1/event-types/review", key, `{"key":"other"}`).Want(t, 400, "BAD_REQUEST")
	_, other := s.Other()
	s.Do("GET", "/v1/event-types/review", other, "").Want(t, 404, "NOT_FOUND")
	refused := s.Do("DELETE", "/v1/event-types/review", s.Key(loyalty.LoyaltyRead), "").Want(t, 403, "FORBIDDEN")
	if !strings.Contains(refused.Body, "loyalty:create") {
		t.Error(refused.Body)
	}
	if got := s.Do("DELETE", "/v1/event-types/catering", key, "").Want(t, 200, "").Body; got != `{"deleted":true,"deactivated":false}` {
		t.Error(got)
	}
	s.Do("GET", "/v1/event-types/catering", key, "").Want(t, 404, "NOT_FOUND")
}
