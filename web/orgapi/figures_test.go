package orgapi_test

import (
	"testing"
	"time"

	"regulars/web/webtest"
)

func TestFigures(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	empty := s.Do("GET", "/v1/loyalty/stats", key, "").Want(t, 200, "")
	if empty.Text(t, "data", "totalCustomers") != "0" {
		t.Error(empty.Body)
	}
	s.Do("GET", "/v1/loyalty/analytics", key, "").Want(t, 200, "")

	program := s.Do("POST", "/v1/loyalty/programs", key, `{"name":"Club","pointsPerCurrencyUnit":10,"currencyPerPoint":2}`).Want(t, 201, "").Text(t, "data", "id")
	reward := s.Do("POST", "/v1/loyalty/rewards", key, `{"programId":"`+program+`","name":"Coffee","pointsCost":100,"type":"perk"}`).Want(t, 201, "").Text(t, "data", "id")
	id := s.Do("POST", "/v1/loyalty/customers", key, theReference).Text(t, "data", "id")
	s.Do("POST", "/v1/loyalty/customers/"+id+"/award-points", key, `{"points":600,"reason":"Welcome"}`).Want(t, 201, "")
	s.Clock.Add(24 * time.Hour)
	s.Do("POST", "/v1/loyalty/customers/"+id+"/award-points", key, `{"points":400,"reason":"Visit"}`).Want(t, 201, "")
	s.Do("POST", "/v1/loyalty/rewards/"+reward+"/redeem", key, `{"customerId":"`+id+`"}`).Want(t, 201, "")

	totals := s.Do("GET", "/v1/loyalty/stats", key, "").Want(t, 200, "")
	for name, want := range map[string]string{"totalCustomers": "1", "totalPointsBalance": "900", "totalPointsEarned": "1000", "totalRedemptions": "1"} {
		if got := totals.Text(t, "data", name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if totals.Text(t, "data", "activeProgram", "name") != "Club" {
		t.Error(totals.Body)
	}
	a := s.Do("GET", "/v1/loyalty/analytics?from=2026-03-10&to=2026-03-12", key, "").Want(t, 200, "")
	for name, want := range map[string]string{
		"liability": "1800", "outstandingPoints": "900", "activeMembers": "1", "redemptionRate": "0.1", "pointsIssued": "1000",
		"pointsRedeemed": "100", "from": "2026-03-10T00:00:00.000Z", "to": "2026-03-12T00:00:00.000Z",
	} {
		if got := a.Text(t, "data", name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if a.Text(t, "data", "daily", 0, "points_issued") != "600" || a.Text(t, "data", "daily", 1, "points_redeemed") != "100" ||
		a.Text(t, "data", "tierDistribution", 1, "members") != "1" || a.Text(t, "data", "rewards", 0, "unique_customers") != "1" {
		t.Error(a.Body)
	}
	s.Do("GET", "/v1/loyalty/analytics?from=2026-03-12&to=2026-03-10", key, "").Want(t, 400, "VALIDATION_ERROR")
	s.Do("GET", "/v1/loyalty/analytics?from=2020-01-01", key, "").Want(t, 400, "VALIDATION_ERROR")
	s.Do("GET", "/v1/loyalty/analytics?from=soon", key, "").Want(t, 400, "VALIDATION_ERROR")
	_, stranger := s.Other()
	other := s.Do("GET", "/v1/loyalty/stats", stranger, "").Want(t, 200, "")
	if other.Text(t, "data", "totalPointsBalance") != "0" || other.At(t, "data", "activeProgram") != nil {
		t.Error(other.Body)
	}
}
