package storeapi_test

import (
	"regexp"
	"testing"

	"regulars/web/webtest"
)

// The reference's program, byte for byte but for the id.
const vip = `{"id":"loy_X","name":"VIP Rewards","points_per_dollar":10,"tiers":[` +
	`{"name":"Bronze","min_points":0,"multiplier":1.0},{"name":"Silver","min_points":5000,"multiplier":1.5},` +
	`{"name":"Gold","min_points":15000,"multiplier":2.0},{"name":"Platinum","min_points":50000,"multiplier":3.0}],` +
	`"is_active":true,"created_at":"2026-03-10T12:00:00.000Z"}`

var loyID = regexp.MustCompile(`loy_[0-9a-f-]{36}`)

func TestReferenceProgram(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key, programs := s.Key(), "/v1/stores/store_"+s.Store.ID.String()+"/loyalty-programs"
	made := s.Do("POST", programs, key, `{
		"name": "VIP Rewards", "points_per_dollar": 10,
		"tiers": [
			{ "name": "Bronze", "min_points": 0, "multiplier": 1.0 }, { "name": "Silver", "min_points": 5000, "multiplier": 1.5 },
			{ "name": "Gold", "min_points": 15000, "multiplier": 2.0 }, { "name": "Platinum", "min_points": 50000, "multiplier": 3.0 }
		]
	}`).Want(t, 201, "")
	if got := loyID.ReplaceAllString(made.Body, "loy_X"); got != vip {
		t.Errorf("answered\n%s, want\n%s", got, vip)
	}
	one := programs + "/" + made.Text(t, "id")
	if got := s.Do("GET", one, key, "").Want(t, 200, ""); got.Body != made.Body {
		t.Errorf("GET answers %s", got.Body)
	}
	if got := s.Do("PATCH", one, key, `{"points_per_dollar": 15}`).Want(t, 200, ""); got.Text(t, "points_per_dollar") != "15" {
		t.Errorf("PATCH answers %s", got.Body)
	}
	list := s.Do("GET", programs+"?limit=1", key, "").Want(t, 200, "")
	if list.Text(t, "data", 0, "id") != made.Text(t, "id") || list.Text(t, "data", 0, "tiers", 1, "multiplier") != "1.5" {
		t.Errorf("list: %s", list.Body)
	}
	changed := s.Do("PATCH", one, key, `{"points_per_dollar":"1.25","tiers":[{"name":"Bronze","min_points":0,"multiplier":1},{"name":"Gold","min_points":100,"multiplier":1.25}]}`).Want(t, 200, "")
	if changed.Text(t, "tiers", 1, "multiplier") != "1.25" || changed.Text(t, "points_per_dollar") != "1.25" {
		t.Errorf("a new ladder: %s", changed.Body)
	}
	off := s.Do("PATCH", one, key, `{"is_active":false}`).Want(t, 200, "")
	if off.At(t, "is_active") != false {
		t.Errorf("deactivated: %s", off.Body)
	}
}

func TestStoreProgramRefusals(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key, programs := s.Key(), "/v1/stores/"+s.Store.ID.String()+"/loyalty-programs"
	nothing := s.Do("POST", programs, key, `{}`).Want(t, 400, "VALIDATION_ERROR")
	if nothing.Text(t, "error", "details", 0, "field") != "name" || nothing.Text(t, "error", "details", 1, "field") != "points_per_dollar" {
		t.Errorf("nothing: %s", nothing.Body)
	}
	bad := s.Do("POST", programs, key, `{"name":"A","points_per_dollar":1,"tiers":[{"name":"A","min_points":0,"multiplier":0.99},{"name":"B","min_points":0,"multiplier":10.01}]}`).
		Want(t, 400, "VALIDATION_ERROR")
	for i, want := range []string{"tiers[0].multiplier", "tiers[1].multiplier", "tiers[1].min_points"} {
		if got := bad.Text(t, "error", "details", i, "field"); got != want {
			t.Errorf("details[%d] is about %s, want %s", i, got, want)
		}
	}
	s.Do("POST", programs, key, `{"name":"A","points_per_dollar":1,"tiers":[{"name":"A","min_points":0,"multiplier":1.001}]}`).Want(t, 400, "VALIDATION_ERROR")
	s.Do("POST", programs, key, `{"name":"A","points_per_dollar":1,"tiers":[{"name":"A","min_points":0,"multiplier":1,"perks":"x"}]}`).Want(t, 400, "BAD_REQUEST")
	s.Do("POST", programs, s.Key("loyalty:read"), `{"name":"A","points_per_dollar":1}`).Want(t, 403, "FORBIDDEN")
	s.Do("GET", programs+"/loy_001", key, "").Want(t, 404, "NOT_FOUND")
	s.Do("GET", programs+"?page=0", key, "").Want(t, 400, "VALIDATION_ERROR")
	_, other := s.Other()
	s.Do("GET", programs, other, "").Want(t, 404, "NOT_FOUND")
}

var rwdID = regexp.MustCompile(`rwd_[0-9a-f-]{36}`)

func TestReferenceRewards(t *testing.T) {
	t.Parallel()
	s, key, store, who := whale(t)
	var program string
	if err := s.DB.SQL.QueryRow(`SELECT id FROM programs`).Scan(&program); err != nil {
		t.Fatal(err)
	}
	for _, reward := range []string{
		`"name":"10% Off Next Order","pointsCost":1000,"discountType":"percentage","discountValue":10`,
		`"name":"Free Shipping","pointsCost":500,"type":"shipping"`,
		`"name":"$25 Store Credit","pointsCost":2500,"type":"credit","discountType":"fixed","discountValue":2500`,
		`"name":"Exclusive Early Access","pointsCost":5000,"type":"perk"`,
		`"name":"Over","pointsCost":1,"type":"perk","isActive":false`,
	} {
		s.Do("POST", "/v1/loyalty/rewards", key, `{"programId":"`+program+`",`+reward+`}`).Want(t, 201, "")
	}
	list := s.Do("GET", store+"/loyalty/rewards", key, "").Want(t, 200, "")
	const want = `{"data":[{"id":"rwd_X","name":"Free Shipping","points_cost":500,"type":"shipping"},` +
		`{"id":"rwd_X","name":"10% Off Next Order","points_cost":1000,"type":"discount"},` +
		`{"id":"rwd_X","name":"$25 Store Credit","points_cost":2500,"type":"credit"},` +
		`{"id":"rwd_X","name":"Exclusive Early Access","points_cost":5000,"type":"perk"}],"total":4}`
	if got := rwdID.ReplaceAllString(list.Body, "rwd_X"); got != want {
		t.Errorf("answered\n%s, want\n%s", got, want)
	}
	s.Do("POST", store+"/loyalty/earn", key, `{"customer_id":"`+who+`","points":1000,"reason":"Birthday bonus"}`).Want(t, 201, "")
	mine := s.Do("GET", store+"/loyalty/rewards?customer_id="+who+"&page=2&limit=2", key, "").Want(t, 200, "")
	if mine.At(t, "data", 0, "affordable") != false || mine.Text(t, "data", 0, "unavailable_reason") != "INSUFFICIENT_POINTS" || mine.Text(t, "total") != "4" {
		t.Errorf("page 2: %s", mine.Body)
	}
	mine = s.Do("GET", store+"/loyalty/rewards?customer_id="+who+"&limit=2", key, "").Want(t, 200, "")
	if mine.At(t, "data", 1, "affordable") != true || mine.At(t, "data", 1, "unavailable_reason") != nil {
		t.Errorf("page 1: %s", mine.Body)
	}
	s.Do("GET", store+"/loyalty/rewards?customer_id=cust_00000000-0000-7000-8000-000000000001", key, "").Want(t, 404, "NOT_FOUND")
}
