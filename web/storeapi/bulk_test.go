package storeapi_test

import (
	"strings"
	"testing"

	"regulars/internal/loyalty"
	"regulars/web/webtest"
)

// The points of a promotion reach each customer once, however often the
// request comes, and the job tells how far it is.
func TestBulkAward(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key, at := s.Key(), "/v1/stores/store_"+s.Store.ID.String()+"/loyalty"
	s.Do("POST", "/v1/stores/"+s.Store.ID.String()+"/loyalty-programs", key, `{"name":"VIP Rewards","points_per_dollar":10}`).Want(t, 201, "")
	var ids []string
	for _, name := range []string{"Ada", "Bob", "Cy"} {
		ids = append(ids, "cust_"+s.Do("POST", "/v1/loyalty/customers", key, `{"name":"`+name+`"}`).Want(t, 201, "").Text(t, "data", "id"))
	}
	s.DB.Exec(t, `UPDATE enrollments SET frozen_at = now() WHERE customer_id = $1`, strings.TrimPrefix(ids[2], "cust_"))
	body := `{"customer_ids":["` + strings.Join(append(ids, ids[0]), `","`) + `"],"points":200,"reason":"Spring promotion"}`
	asked := s.Do("POST", at+"/earn/bulk", key, body, "Idempotency-Key", "spring").Want(t, 202, "")
	again := s.Do("POST", at+"/earn/bulk", key, body, "Idempotency-Key", "spring").Want(t, 202, "")
	if again.Body != asked.Body || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%s, then %s", asked.Body, again.Body)
	}
	job := asked.Text(t, "id")
	if !strings.HasPrefix(job, "bulk_") || !strings.Contains(asked.Body, `"status":"running","points":200,"total":3,"done":0,"awarded":0,"skipped":0,"failure":null`) {
		t.Errorf("the job is %s", asked.Body)
	}
	id, _ := loyalty.PrefixBulkAward.Parse(job)
	if err := s.Services.BulkAwards.Work(t.Context(), s.Org.ID, id); err != nil {
		t.Fatal(err)
	}
	done := s.Do("GET", at+"/earn/bulk/"+job, key, "").Want(t, 200, "")
	if !strings.Contains(done.Body, `"status":"completed","points":200,"total":3,"done":3,"awarded":2,"skipped":1`) {
		t.Errorf("afterwards it is %s", done.Body)
	}
	s.Do("GET", at+"/earn/bulk/"+strings.TrimPrefix(job, "bulk_"), key, "").Want(t, 200, "")
	ledger := s.Do("GET", at+"/transactions", key, "").Want(t, 200, "")
	if n := strings.Count(ledger.Body, `"type":"earn","points":200,"reason":"Spring promotion","balance_after":200`); n != 2 {
		t.Errorf("the store's ledger has %d of its rows: %s", n, ledger.Body)
	}
	for body, where := range map[string]string{
		`{"segment":{"tier":"Lead","inactive_days":-1,"birthday_month":13},"points":5,"reason":"x"}`: "segment.tier segment.inactive_days segment.birthday_month",
		`{"points":0}`: "points reason customer_ids",
		`{"segment":{"tier":"Bronze"},"customer_ids":["` + ids[0] + `"],"points":5,"reason":"x"}`: "segment",
		`{"customer_ids":"all","points":5,"reason":"x"}`:                                          "customer_ids",
	} {
		refused := s.Do("POST", at+"/earn/bulk", key, body).Want(t, 400, "VALIDATION_ERROR")
		for _, field := range strings.Fields(where) {
			if !strings.Contains(refused.Body, `"field":"`+field+`"`) {
				t.Errorf("%s: %s isn't named in %s", body, field, refused.Body)
			}
		}
	}
	// Another restaurant's customers are none, nor is its job.
	other, theirs := s.Other()
	elsewhere := "/v1/stores/" + other.Store.ID.String() + "/loyalty/earn/bulk"
	s.Do("POST", elsewhere, theirs, body).Want(t, 409, "NO_ACTIVE_PROGRAM")
	s.Do("POST", "/v1/stores/"+other.Store.ID.String()+"/loyalty-programs", theirs, `{"name":"Club","points_per_dollar":1}`).Want(t, 201, "")
	refused := s.Do("POST", elsewhere, theirs, body).Want(t, 404, "NOT_FOUND")
	if !strings.Contains(refused.Body, "1, 2, 3, 4") {
		t.Errorf("it doesn't say which: %s", refused.Body)
	}
	s.Do("GET", elsewhere+"/"+job, theirs, "").Want(t, 404, "NOT_FOUND")
	s.Do("GET", at+"/earn/bulk/"+ids[0], key, "").Want(t, 404, "NOT_FOUND")
	s.Do("POST", at+"/earn/bulk", s.Key(loyalty.LoyaltyRedeem), body).Want(t, 403, "FORBIDDEN")
}
