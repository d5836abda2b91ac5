package storeapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/web/webtest"
)

// whale is a server with the reference's program, whose Gold members earn
// double, and a guest.
func whale(t *testing.T) (s *webtest.Server, key, store, customer string) {
	t.Helper()
	s = webtest.New(t)
	program, guest := loyalty.NewID(s.Clock.Now()), loyalty.NewID(s.Clock.Now())
	s.DB.Exec(t, `DELETE FROM tiers`)
	s.DB.Exec(t, `DELETE FROM programs`)
	s.DB.Exec(t, `INSERT INTO programs (organization_id, id, name, rate, currency_per_point, is_active, created_at, updated_at)
		VALUES ($1, $2, 'VIP Rewards', 100000, 1, true, now(), now())`, s.Org.ID.String(), program.String())
	s.DB.Exec(t, fmt.Sprintf(`INSERT INTO tiers (organization_id, id, program_id, name, min_points, multiplier, created_at) VALUES
		('%[1]s', gen_random_uuid(), '%[2]s', 'Bronze', 0, 100, now()), ('%[1]s', gen_random_uuid(), '%[2]s', 'Silver', 5000, 150, now()),
		('%[1]s', gen_random_uuid(), '%[2]s', 'Gold', 15000, 200, now()), ('%[1]s', gen_random_uuid(), '%[2]s', 'Platinum', 50000, 300, now())`,
		s.Org.ID, program))
	s.DB.Exec(t, `INSERT INTO customers (organization_id, id, external_id, name, name_fold, search, created_at, updated_at)
		VALUES ($1, $2, 'u-1', 'Ada', 'ada', 'ada', now(), now())`, s.Org.ID.String(), guest.String())
	s.DB.Exec(t, `SELECT enroll($1, $2, gen_random_uuid(), $3, (SELECT id FROM tiers WHERE min_points = 0), now(), current_date)`,
		s.Org.ID.String(), guest.String(), program.String())
	return s, s.Key(), "/v1/stores/store_" + s.Store.ID.String(), "cust_" + guest.String()
}

func TestOrderOfAGoldMember(t *testing.T) {
	t.Parallel()
	s, key, store, who := whale(t)
	s.Do("POST", store+"/loyalty/earn", key, `{"customer_id":"`+who+`","points":15000,"reason":"Welcome back"}`).Want(t, 201, "")
	s.Clock.Add(time.Second) // tests beside this one live at other times, and ids keep the order of one moment alone
	body := `{"id":"1042","customer_id":"` + who + `","total":50,"status":"completed"}`
	first := s.Do("POST", store+"/orders", key, body).Want(t, 201, "")
	if got := first.Text(t, "loyalty", "points_earned"); got != "1000" {
		t.Errorf("points_earned = %s, want 1000", got)
	}
	if got := first.Text(t, "loyalty", "explanation", "multiplier"); got != "2.0" {
		t.Errorf("multiplier = %s, want 2.0", got)
	}
	again := s.Do("POST", store+"/orders", key, body).Want(t, 200, "")
	if again.Body != first.Body {
		t.Errorf("the order again answers\n%s, first it was\n%s", again.Body, first.Body)
	}
	rows := s.Do("GET", store+"/loyalty/transactions?type=earn", key, "").Want(t, 200, "")
	if rows.Text(t, "total") != "2" || rows.Text(t, "data", 0, "reason") != "Order #1042" {
		t.Errorf("transactions: %s", rows.Body)
	}
}

func TestRedeemAtStoreAndByApp(t *testing.T) {
	t.Parallel()
	s, key, store, who := whale(t)
	s.DB.Exec(t, `INSERT INTO rewards (organization_id, id, program_id, name, points_cost, type, created_at, updated_at)
		SELECT organization_id, gen_random_uuid(), id, 'Free Shipping', 500, 'shipping', now(), now() FROM programs`)
	var reward string
	if err := s.DB.SQL.QueryRow(`SELECT id FROM rewards`).Scan(&reward); err != nil {
		t.Fatal(err)
	}
	body := `{"customer_id":"` + who + `","reward_id":"rwd_` + reward + `"}`
	s.Do("POST", store+"/loyalty/redeem", key, body).Want(t, 409, loyalty.CodeInsufficientPoints)
	s.Do("POST", store+"/loyalty/earn", key, `{"customer_id":"`+who+`","points":3500,"reason":"x"}`).Want(t, 201, "")
	r := s.Do("POST", store+"/loyalty/redeem", key, body, "Idempotency-Key", "k").Want(t, 201, "")
	if r.Text(t, "points") != "-500" || r.Text(t, "balance_after") != "3000" || r.Text(t, "reward", "name") != "Free Shipping" {
		t.Errorf("redeem: %s", r.Body)
	}
	if again := s.Do("POST", store+"/loyalty/redeem", key, body, "Idempotency-Key", "k"); again.Body != r.Body || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("repeat: %d %s", again.Status, again.Body)
	}
	app := s.Do("POST", "/v1/user/u-1/offer/"+reward+"/redeem", key, `{"metadata":{"source":"app"}}`).Want(t, 201, "")
	if app.Text(t, "metadata", "source") != "app" || app.Text(t, "balance") != "2500" || app.Text(t, "userId") != "u-1" {
		t.Errorf("offer: %s", app.Body)
	}
	org := s.Do("POST", "/v1/loyalty/rewards/"+reward+"/redeem", key, `{"customerId":"`+who[5:]+`","hold":true}`).Want(t, 201, "")
	held := org.Text(t, "data", "redemption", "id")
	s.Do("POST", "/v1/loyalty/redemptions/"+held+"/cancel", key, "").Want(t, 200, "")
	s.Do("POST", "/v1/loyalty/redemptions/"+held+"/fulfill", key, "").Want(t, 409, loyalty.CodeConflict)
}

func TestAnomaliesAreListedAndDecided(t *testing.T) {
	t.Parallel()
	s, key, store, who := whale(t)
	for range 15 {
		s.Do("POST", store+"/loyalty/earn", key, `{"customer_id":"`+who+`","points":500,"reason":"x"}`).Want(t, 201, "")
	}
	list := s.Do("GET", store+"/loyalty/anomalies?status=pending_review", key, "").Want(t, 200, "")
	if list.Text(t, "total") != "1" || list.Text(t, "data", 0, "type") != "rapid_earning" {
		t.Fatalf("anomalies: %s", list.Body)
	}
	one := store + "/loyalty/anomalies/" + list.Text(t, "data", 0, "id")
	if evidence, ok := list.At(t, "data", 0, "evidence").(map[string]any); !ok || evidence["from"] != "2026-03-10T12:00:00.000Z" ||
		list.Text(t, "data", 0, "evidence", "customers", 0) != who {
		t.Errorf("evidence: %s", list.Body)
	}
	s.Do("PATCH", one, key, `{"status":"dismissed","action":"freeze_account"}`).Want(t, 400, loyalty.CodeValidation)
	done := s.Do("PATCH", one, key, `{"status":"confirmed","action":"freeze_account","note":"Seen"}`).Want(t, 200, "")
	if done.Text(t, "action") != "freeze_account" || done.Text(t, "note") != "Seen" {
		t.Errorf("decided: %s", done.Body)
	}
	s.Do("POST", store+"/loyalty/earn", key, `{"customer_id":"`+who+`","points":1,"reason":"x"}`).Want(t, 409, loyalty.CodeAccountFrozen)
	s.Do("POST", "/v1/loyalty/customers/"+who+"/adjust-points", key, `{"amount":-1,"reason":"put right"}`).Want(t, 201, "")
}

func TestOrderFindsItsGuestByPhone(t *testing.T) {
	t.Parallel()
	s, key, store, _ := whale(t)
	send := func(id, phone string) webtest.Response {
		return s.Do("POST", store+"/orders", key, `{"id":"`+id+`","customer":{"phone":"`+phone+`","name":"Bea"},"total":"12.34","status":"completed"}`)
	}
	first := send("1", "+1 415 555 2671").Want(t, 201, "")
	second := send("2", "(415) 555-2671").Want(t, 201, "")
	if a, b := first.Text(t, "customer_id"), second.Text(t, "customer_id"); a != b {
		t.Errorf("two guests, %s and %s, for one phone number", a, b)
	}
	if got := second.Text(t, "loyalty", "balance_after"); got != "246" {
		t.Errorf("balance_after = %s, want 246", got)
	}
	claim := s.Do("POST", store+"/orders", key, `{"id":"3","total":10,"status":"completed"}`).Want(t, 201, "")
	body := `{"customer_id":"` + first.Text(t, "customer_id") + `"}`
	s.Do("PATCH", store+"/orders/"+claim.Text(t, "id"), key, body).Want(t, 200, "")
	s.Do("PATCH", store+"/orders/3", key, `{"refunded_total":"5.00"}`).Want(t, 200, "")
	if got := s.Do("GET", store+"/orders/3", key, "").Want(t, 200, ""); got.Text(t, "loyalty", "points_reversed") != "50" {
		t.Errorf("order: %s", got.Body)
	}
	s.Do("POST", store+"/orders", key, `{"id":"4","customer":{"phone":"nonsense"},"total":"1.234","status":"done"}`).Want(t, 400, loyalty.CodeValidation)
}

func TestAnOrderOverTheLimitNamesItsTotal(t *testing.T) {
	t.Parallel()
	s, key, store, who := whale(t)
	got := s.Do("POST", store+"/orders", key, `{"id":"1","customer_id":"`+who+`","total":"1000000000.00","status":"completed"}`).
		Want(t, 400, loyalty.CodeValidation)
	if got.Text(t, "error", "details", 0, "field") != "total" {
		t.Error(got.Body)
	}
	s.Do("GET", store+"/orders/1", key, "").Want(t, 404, loyalty.CodeNotFound)
}

// The order of an award may be the very one that the orders take.
func TestOrderOfAnAwardMayCarryItsStatus(t *testing.T) {
	t.Parallel()
	s, key, store, who := whale(t)
	order := func(more string) string {
		return `{"customer_id":"` + who + `","order":{"id":"1042","total":50` + more + `}}`
	}
	s.Do("POST", store+"/loyalty/earn", key, order(`,"status":"completed"`)).Want(t, 201, "")
	s.Do("POST", store+"/loyalty/earn", key, order(``)).Want(t, 200, "")
	s.Undescribed = true // these are wrong on purpose
	s.Do("POST", store+"/loyalty/earn", key, order(`,"status":"open"`)).Want(t, 400, "VALIDATION_ERROR")
	for total, want := range map[string]string{"0.001": "decimals", "1e15": "large", `"999999999999999999999"`: "large", "1.10": ""} {
		r := s.Do("POST", store+"/orders", key, `{"id":"a","customer_id":"`+who+`","total":`+total+`,"status":"open"}`)
		if want != "" && (r.Status != 400 || !strings.Contains(r.Text(t, "error", "details", 0, "message"), want)) || want == "" && r.Status != 201 {
			t.Errorf("%s: %d %s", total, r.Status, r.Body)
		}
	}
}
