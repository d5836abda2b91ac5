package openapitest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const (
	store  = "/v1/stores/store_018f2f3a-7c20-7a52-8b0f-94d1e6c3b7f5"
	award  = `{"customer_id":"cust_018f2f3a-7c20-7a52-8b0f-94d1e6c3b7f5","points":500,"reason":"Birthday bonus"}`
	earned = `{"id":"txn_770e8400-e29b-41d4-a716-446655440000","customer_id":"cust_018f2f3a-7c20-7a52-8b0f-94d1e6c3b7f5",
		"type":"earn","points":500,"reason":"Birthday bonus","balance_after":3500,"created_at":"2026-03-10T12:00:00.000Z"}`
	missing = `{"error":{"code":"NOT_FOUND","message":"There is no such thing."}}`
)

func TestCheck(t *testing.T) {
	swap := func(body, old, replacement string) string {
		if !strings.Contains(body, old) {
			t.Fatalf("%s has no %s", body, old)
		}
		return strings.Replace(body, old, replacement, 1)
	}
	for _, c := range []struct {
		name, method, path, reqBody string
		status                      int
		resBody                     string
		wrong                       string // part of the complaint, "" for none
	}{
		{"an award as described", "POST", store + "/loyalty/earn", award, 201, earned, ""},
		{"a field is missing", "POST", store + "/loyalty/earn", award, 201, swap(earned, `"balance_after":3500,`, ""), "balance_after"},
		{"a field is misnamed", "POST", store + "/loyalty/earn", award, 201, swap(earned, "created_at", "createdAt"), "createdAt"},
		{"an id lost its prefix", "POST", store + "/loyalty/earn", award, 201, swap(earned, "txn_", ""), "id"},
		{"an id is no UUID", "POST", store + "/loyalty/earn", award, 201, swap(earned, "txn_770e8400-e29b", "txn_770e8400"), "UUID"},
		{"a time lost its milliseconds", "POST", store + "/loyalty/earn", award, 201, swap(earned, "00.000Z", "00Z"), "created_at"},
		{"a status is not described", "POST", store + "/loyalty/earn", award, 202, earned, "status"},
		{"a code belongs to another status", "POST", store + "/loyalty/earn", award, 404, swap(missing, "NOT_FOUND", "CONFLICT"), "code"},
		{"an accepted request has an unknown field", "POST", store + "/loyalty/earn", swap(award, "reason", "why"), 201, earned, "request"},
		{"a refused request may be anything", "POST", store + "/loyalty/earn", "{}", 404, missing, ""},
		{"details outside a validation error", "GET", store + "/orders/7", "", 404, swap(missing, `"message"`, `"details":[{"field":"a","message":"b"}],"message"`), "details"},
		{"the wrong envelope", "GET", "/v1/loyalty/stats", "", 401, `{"error":{"code":"UNAUTHORIZED","message":"Who?"}}`, "success"},
		{"an unknown route, refused", "GET", "/v1/nothing", "", 404, missing, ""},
		{"an unknown route, answered", "GET", "/v1/nothing", "", 200, `{}`, "404"},
		{"an unknown route in the wrong envelope", "GET", "/v1/loyalty/nothing", "", 404, missing, "success"},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := httptest.NewRequest(c.method, c.path, strings.NewReader(c.reqBody))
			req.Header.Set("Content-Type", "application/json")
			res := &http.Response{StatusCode: c.status, Header: http.Header{
				"Content-Type": {"application/json; charset=utf-8"}, "X-Request-Id": {"r1"},
			}}
			err := check(req, []byte(c.reqBody), res, []byte(c.resBody))
			if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
				t.Errorf("got %v, want a complaint about %q", err, c.wrong)
			}
		})
	}
}

func TestCheckWantsRequestID(t *testing.T) {
	req := httptest.NewRequest("GET", "/healthz", nil)
	res := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}}
	if err := check(req, nil, res, []byte(`{"status":"ok"}`)); err == nil || !strings.Contains(err.Error(), "X-Request-Id") {
		t.Errorf("got %v, want a complaint about X-Request-Id", err)
	}
}
