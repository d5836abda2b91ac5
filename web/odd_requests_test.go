package web_test

import (
	"strings"
	"testing"

	"regulars/web/webtest"
)

// JSON that PostgreSQL can't keep is refused by field, wherever anything goes.
func TestFreeFormJSONIsKeepable(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Undescribed = true // the requests are wrong on purpose
	mine, key := furnish(t, s), s.Key()
	till := "/v1/stores/" + mine.store.String()
	for bad, field := range map[string]string{
		`{"a":"\u0000"}`: "metadata", `{"a\u0000b":1}`: "metadata", `{"a":[{"b":"x\u0000"}]}`: "metadata", `{"a":1e999999}`: "metadata", `{"a":-1e-400}`: "metadata",
		`{"a":` + strings.Repeat("9", 400) + `}`: "metadata",
		`{"a":"\ud800"}`:                         "", `{"a":"\udc00\ud800"}`: "", `{"\ud800\u0041":1}`: "",
	} {
		code := "VALIDATION_ERROR"
		if field == "" {
			code = "BAD_REQUEST"
		}
		for _, test := range [][2]string{
			{"/v1/user/" + mine.customer.String() + "/offer/" + mine.reward.String() + "/redeem", `{"metadata":` + bad + `}`},
			{"/v1/events", `{"userId":"` + mine.customer.String() + `","event":"` + eventKey + `","metadata":` + bad + `}`},
			{till + "/orders", `{"id":"odd","total":1,"status":"completed","items":[` + bad + `]}`},
			{till + "/loyalty/earn", `{"customer_id":"` + mine.customer.String() + `","order":{"id":"odd","total":1,"items":[` + bad + `]}}`},
		} {
			s.Do("POST", test[0], key, test[1]).Want(t, 400, code)
		}
	}
	good := `{"a":"\ud83d\ude00 \\u0000","n":-1.5e+3,"":[null,true,12345678901234567890.123]}`
	kept := s.Do("POST", "/v1/user/"+mine.customer.String()+"/offer/"+mine.reward.String()+"/redeem", key, `{"metadata":`+good+`}`).Want(t, 201, "")
	if kept.Text(t, "metadata", "a") != `😀 \u0000` {
		t.Error(kept.Body)
	}
	s.Do("POST", till+"/orders", key, `{"id":"fine","total":1,"status":"completed","items":[`+good+`]}`).Want(t, 201, "")
	s.Do("POST", "/v1/loyalty/customers", key, `{"name":"A\ud800"}`).Want(t, 400, "BAD_REQUEST")
	long := s.Do("POST", "/v1/loyalty/customers", key, `{"`+strings.Repeat("k", 100_000)+`":1}`).Want(t, 400, "BAD_REQUEST")
	if len(long.Body) > 300 {
		t.Errorf("a field's name is said back in %d bytes", len(long.Body))
	}
}

// A body that no reader can make out, and a method nobody has heard of, get an
// answer in the surface's own form like every other.
func TestOddRequestsAreAnsweredInForm(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Undescribed = true
	key := s.Key()
	form := s.Do("POST", "/v1/loyalty/customers", key, `{"name":"A"}`, "Content-Type", "multipart/form-data; boundary=x").Want(t, 415, "UNSUPPORTED_MEDIA_TYPE")
	if form.At(t, "success") != false {
		t.Error(form.Body)
	}
	for _, method := range []string{"PURGE", "get", "PROPFIND"} {
		r := s.Do(method, "/v1/loyalty/stats", key, "").Want(t, 405, "METHOD_NOT_ALLOWED")
		if r.Header.Get("Allow") != "GET, HEAD" || r.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: %v", method, r.Header)
		}
		s.Do(method, "/v1/loyalty/nothing", key, "").Want(t, 404, "NOT_FOUND")
		if page := s.Do(method, "/login", "", ""); page.Status != 405 || page.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s of a page: %d %v", method, page.Status, page.Header)
		}
	}
}

// An amount beyond reason is said to be too large, not to be missing.
func TestLargeEventAmount(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	mine, key := furnish(t, s), s.Key()
	s.Do("POST", "/v1/event-types", key, `{"key":"spend","name":"Spend","mode":"variable","pointsPerUnit":"1.5"}`).Want(t, 201, "")
	for _, amount := range []string{"1e11", "1e9", `"99999999999.9999"`} {
		r := s.Do("POST", "/v1/events", key, `{"userId":"`+mine.customer.String()+`","event":"spend","amount":`+amount+`}`).Want(t, 400, "VALIDATION_ERROR")
		if got := r.Text(t, "error", "details", 0, "message"); !strings.Contains(got, "too large") {
			t.Errorf("%s: %s", amount, got)
		}
	}
}
