package storeapi_test

import (
	"strings"
	"testing"

	"regulars/internal/loyalty"
)

// The list takes each filter of the contract, alone and together.
func TestAnomaliesAreFiltered(t *testing.T) {
	t.Parallel()
	s, key, store, who := whale(t)
	for range 15 {
		s.Do("POST", store+"/loyalty/earn", key, `{"customer_id":"`+who+`","points":500,"reason":"x"}`).Want(t, 201, "")
	}
	bea := s.Do("POST", store+"/orders", key, `{"id":"1","customer":{"phone":"+14155552671"},"total":5,"status":"completed"}`).Want(t, 201, "").Text(t, "customer_id")
	for query, want := range map[string]string{
		"": "1", "type=rapid_earning": "1", "type=off_hours": "0", "status=pending_review": "1", "status=confirmed": "0",
		"customer_id=" + who: "1", "customer_id=" + bea: "0", "type=rapid_earning&status=pending_review&customer_id=" + who: "1",
	} {
		got := s.Do("GET", store+"/loyalty/anomalies?"+query, key, "").Want(t, 200, "")
		if got.Text(t, "total") != want {
			t.Errorf("?%s: %s cases, want %s", query, got.Text(t, "total"), want)
		}
	}
	for _, query := range []string{"type=theft", "status=open", "limit=101"} {
		s.Do("GET", store+"/loyalty/anomalies?"+query, key, "").Want(t, 400, loyalty.CodeValidation)
	}
	s.Do("GET", store+"/loyalty/anomalies?customer_id=anom_1", key, "").Want(t, 404, loyalty.CodeNotFound)
	one := s.Do("GET", store+"/loyalty/anomalies", key, "").Want(t, 200, "")
	path := store + "/loyalty/anomalies/" + one.Text(t, "data", 0, "id")
	c := s.Do("GET", path, key, "").Want(t, 200, "")
	if c.Text(t, "score") != "6" || c.Text(t, "severity") != "high" || c.Text(t, "customer_id") != who || c.Text(t, "evidence", "reason") != "transactions" {
		t.Errorf("the case: %s", c.Body)
	}
	elsewhere := loyalty.NewID(s.Clock.Now())
	s.DB.Exec(t, `INSERT INTO stores (organization_id, id, name, time_zone, currency, created_at) SELECT organization_id, $1, 'Pier 2', time_zone, currency, now() FROM stores LIMIT 1`, elsewhere.String())
	s.Do("GET", "/v1/stores/store_"+elsewhere.String()+"/loyalty/anomalies/"+one.Text(t, "data", 0, "id"), key, "").Want(t, 404, loyalty.CodeNotFound)
}

// A case is decided with a note, anew while nothing was done about it, and not
// any more once points were taken back, which needs the right to.
func TestAnomaliesAreDecidedAnew(t *testing.T) {
	t.Parallel()
	s, key, store, who := whale(t)
	for range 15 {
		s.Do("POST", store+"/loyalty/earn", key, `{"customer_id":"`+who+`","points":500,"reason":"x"}`).Want(t, 201, "")
	}
	path := store + "/loyalty/anomalies/" + s.Do("GET", store+"/loyalty/anomalies", key, "").Want(t, 200, "").Text(t, "data", 0, "id")
	s.Do("PATCH", path, s.Key(loyalty.AnomaliesRead), `{"status":"dismissed"}`).Want(t, 403, loyalty.CodeForbidden)
	for _, bad := range []string{`{"status":"done"}`, `{}`, `{"status":"confirmed","action":"shout"}`, `{"status":"dismissed","action":"reverse_points"}`} {
		s.Do("PATCH", path, key, bad).Want(t, 400, loyalty.CodeValidation)
	}
	done := s.Do("PATCH", path, key, `{"status":"dismissed","note":"A feast"}`).Want(t, 200, "")
	if done.Text(t, "status") != "dismissed" || done.Text(t, "note") != "A feast" || done.Text(t, "action") != "none" {
		t.Errorf("dismissed: %s", done.Body)
	}
	again := s.Do("PATCH", path, key, `{"status":"pending_review"}`).Want(t, 200, "")
	if again.At(t, "reviewed_at") != nil || again.At(t, "action") != nil {
		t.Errorf("reopened: %s", again.Body)
	}
	s.Do("PATCH", path, key, `{"status":"confirmed","action":"reverse_points"}`).Want(t, 200, "")
	if got := s.Do("GET", store+"/loyalty/customers/"+who, key, "").Want(t, 200, ""); got.Text(t, "points_balance") != "0" {
		t.Errorf("after taking back: %s", got.Body)
	}
	s.Do("PATCH", path, key, `{"status":"dismissed"}`).Want(t, 409, loyalty.CodeConflict)
}

// What was given at no store names none.
func TestEvidenceNamesNoEmptyStore(t *testing.T) {
	t.Parallel()
	s, key, store, who := whale(t)
	for range 15 {
		s.Do("POST", store+"/loyalty/earn", key, `{"customer_id":"`+who+`","points":500,"reason":"x"}`).Want(t, 201, "")
	}
	s.Do("GET", store+"/loyalty/anomalies", key, "").Want(t, 200, "")
	s.DB.Exec(t, `UPDATE anomalies SET evidence = jsonb_set(evidence, '{stores}', '[""]')`) // as it was noted before
	if list := s.Do("GET", store+"/loyalty/anomalies", key, "").Want(t, 200, ""); strings.Contains(list.Body, `""`) || list.Text(t, "total") == "0" {
		t.Error(list.Body)
	}
}
