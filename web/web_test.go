package web_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
	"regulars/web/webtest"
)

// probe adds a route that needs a key, on each surface.
func probe(s *webtest.Server, method string, h fiber.Handler) {
	s.Undescribed = true
	for _, prefix := range surfaces {
		s.App.Add(method, prefix+"/probe", append(web.Program(web.Deps{Services: s.Services}), h)...)
	}
}

// storeSurface is the prefix of any store; the probes there don't look at it.
const storeSurface = "/v1/stores/any"

var surfaces = []string{"/v1/loyalty", storeSurface, "/v1/user/any"}

func TestOpenAddresses(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	for _, path := range []string{"/healthz", "/readyz", "/openapi.json", "/docs", "/metrics"} {
		r := s.Do("GET", path, "", "").Want(t, 200, "")
		if r.Header.Get("X-Request-Id") == "" || !strings.Contains(r.Header.Get("Content-Security-Policy"), "default-src 'self'") {
			t.Errorf("%s: headers %v", path, r.Header)
		}
	}
	metrics := s.Do("GET", "/metrics", "", "").Body
	for _, want := range []string{`regulars_request_duration_seconds_count{method="GET",route="/docs",status="200"} 1`, `regulars_transactions_total{type="earn"} 0`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("no %s in the metrics", want)
		}
	}
	if strings.Contains(metrics, s.Org.ID.String()) {
		t.Error("the metrics name a tenant")
	}
}

func TestNotReadyWithoutDatabase(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	if err := s.DB.Close(); err != nil {
		t.Fatal(err)
	}
	s.Do("GET", "/healthz", "", "").Want(t, 200, "")
	s.Do("GET", "/readyz", "", "").Want(t, 503, "")
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Undescribed = true
	for _, prefix := range append([]string{"/v1", "/v1/coupons"}, surfaces...) {
		r := s.Do("GET", prefix+"/nothing/here", "", "").Want(t, 404, "NOT_FOUND")
		if got := strings.Contains(r.Body, `"success":false`); got != (prefix == "/v1/loyalty" || prefix == "/v1/coupons") {
			t.Errorf("%s: %s", prefix, r.Body)
		}
	}
	probe(s, "GET", func(c *fiber.Ctx) error { return respond.Data(c, 200, 1) })
	for _, prefix := range surfaces {
		r := s.Do("DELETE", prefix+"/probe", s.Key(), "").Want(t, 405, "METHOD_NOT_ALLOWED")
		if allow := r.Header.Get("Allow"); !strings.Contains(allow, "GET") {
			t.Errorf("Allow: %q", allow)
		}
	}
	page := s.Do("GET", "/nothing", "", "")
	if page.Status != 404 || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
		t.Errorf("a page that isn't there: %d %v", page.Status, page.Header)
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	for _, test := range []struct {
		sent string
		kept bool
	}{
		{"till-7.2026:03_A", true},
		{"", false},
		{"with blank", false},
		{strings.Repeat("x", 65), false},
		{"<script>", false},
	} {
		got := s.Do("GET", "/healthz", "", "", "X-Request-Id", test.sent).Header.Get("X-Request-Id")
		if got == "" || (got == test.sent) != test.kept {
			t.Errorf("sent %q, got %q", test.sent, got)
		}
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	probe(s, "GET", func(c *fiber.Ctx) error {
		if err := auth.Actor(c).Require(loyalty.LoyaltyRead); err != nil {
			return err
		}
		return respond.Data(c, 200, map[string]int{"n": 1})
	})
	good := s.Key(loyalty.LoyaltyRead)
	last := good[len(good)-1]
	for _, prefix := range surfaces {
		path := prefix + "/probe"
		r := s.Do("GET", path, "", "").Want(t, 401, "UNAUTHORIZED")
		if r.Header.Get("WWW-Authenticate") != "Bearer" {
			t.Error("no WWW-Authenticate")
		}
		s.Do("GET", path, "rk_live_nonsense", "").Want(t, 401, "UNAUTHORIZED")
		s.Do("GET", path, good[:len(good)-1]+string(rune(last^1)), "").Want(t, 401, "UNAUTHORIZED")
		s.Do("GET", path, "", "", "Authorization", "Basic "+good).Want(t, 401, "UNAUTHORIZED")
		s.Do("GET", path, "", "", "Authorization", "bearer "+good).Want(t, 200, "")
		r = s.Do("GET", path, s.Key(loyalty.CustomersRead), "").Want(t, 403, "FORBIDDEN")
		if !strings.Contains(r.Text(t, "error", "message"), "loyalty:read") {
			t.Errorf("the scope isn't named: %s", r.Body)
		}
		want := `{"n":1}`
		if prefix == "/v1/loyalty" {
			want = `{"success":true,"data":{"n":1}}`
		}
		if r := s.Do("GET", path, good, "").Want(t, 200, ""); r.Body != want {
			t.Errorf("%s: %s", path, r.Body)
		}
	}
}

func TestKeysEnd(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	probe(s, "GET", func(c *fiber.Ctx) error { return respond.Data(c, 200, 1) })
	made, err := s.Services.Access.CreateKey(t.Context(), s.System(), service.CreateKey{
		Name: "till", Scopes: []loyalty.Scope{loyalty.LoyaltyRead}, ExpiresAt: s.Clock.Now().Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	const path = "/v1/loyalty/probe"
	s.Do("GET", path, made.Secret, "").Want(t, 200, "")
	if err := s.Services.Access.RevokeKey(t.Context(), s.System(), made.ID); err != nil {
		t.Fatal(err)
	}
	s.Do("GET", path, made.Secret, "").Want(t, 401, "UNAUTHORIZED")

	// Another server hears of it within a second.
	elsewhere := s.Key()
	s.Do("GET", path, elsewhere, "").Want(t, 200, "")
	s.DB.Exec(t, "UPDATE api_keys SET revoked_at = now()")
	deadline := time.Now().Add(time.Second)
	for s.Do("GET", path, elsewhere, "").Status == 200 {
		if time.Now().After(deadline) {
			t.Fatal("a revoked key still works after a second")
		}
	}

	s.DB.Exec(t, "UPDATE api_keys SET revoked_at = NULL")
	s.Do("GET", path, made.Secret, "").Want(t, 200, "")
	s.Clock.Add(time.Hour)
	s.Do("GET", path, made.Secret, "").Want(t, 401, "UNAUTHORIZED")
}

func TestStoresOfAKey(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	hill, err := s.Services.Access.SaveStore(t.Context(), s.System(), service.SaveStore{Name: "Hill"})
	if err != nil {
		t.Fatal(err)
	}
	admits := append(web.Program(web.Deps{Services: s.Services}), auth.AtStore(s.Services.Access.AtStore))
	s.Undescribed = true
	s.App.Get("/v1/stores/:store_id/where", append(admits, func(c *fiber.Ctx) error {
		return respond.Data(c, 200, auth.Actor(c).StoreID)
	})...)
	at := func(id string) string { return "/v1/stores/" + id + "/where" }
	limited := s.KeyAt([]loyalty.ID{s.Store.ID}, loyalty.LoyaltyRead)
	bare, prefixed := s.Store.ID.String(), loyalty.PrefixStore.Format(s.Store.ID)
	for _, id := range []string{bare, prefixed, strings.ToUpper(bare)} {
		if r := s.Do("GET", at(id), limited, "").Want(t, 200, ""); r.Body != `"`+bare+`"` {
			t.Errorf("%s: %s", id, r.Body)
		}
	}
	s.Do("GET", at(hill.ID.String()), limited, "").Want(t, 404, "NOT_FOUND")
	s.Do("GET", at(hill.ID.String()), s.Key(), "").Want(t, 200, "")
	s.Do("GET", at("org_"+bare), limited, "").Want(t, 404, "NOT_FOUND")
	s.Do("GET", at("nonsense"), limited, "").Want(t, 404, "NOT_FOUND")
	_, theirs := s.Other()
	s.Do("GET", at(bare), theirs, "").Want(t, 404, "NOT_FOUND")
}

type probeBody struct {
	Name       string                            `json:"name"`
	PointsCost int                               `json:"pointsCost"`
	Price      bind.Decimal                      `json:"price"`
	TierIDs    []bind.Ref[bind.Tier]             `json:"tierIds"`
	Until      bind.Opt[bind.Time]               `json:"until"`
	Customer   bind.Opt[bind.Ref[bind.Customer]] `json:"customer"`
}

func TestBodies(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	probe(s, "POST", func(c *fiber.Ctx) error {
		var in probeBody
		if err := bind.JSON(c, &in); err != nil {
			return err
		}
		return respond.Data(c, 201, map[string]string{"price": string(in.Price)})
	})
	key := s.Key()
	const org, store = "/v1/loyalty/probe", storeSurface + "/probe"
	for _, test := range []struct {
		name, path, body string
		status           int
		code, fields     string
	}{
		{"good", org, `{"name":"a","price":"12.34","tierIds":["tier_0190a0a0-0000-7000-8000-000000000001"]}`, 201, "", ""},
		{"empty", org, ` `, 400, "BAD_REQUEST", ""},
		{"not JSON", org, `{"name":`, 400, "BAD_REQUEST", ""},
		{"not an object", org, `[]`, 400, "BAD_REQUEST", ""},
		{"two objects", org, `{} {}`, 400, "BAD_REQUEST", ""},
		{"unknown field", org, `{"pointCost":1,"name":5}`, 400, "BAD_REQUEST", ""},
		{"all bad fields", org, `{"pointsCost":1.5,"name":5,"price":"x","until":"soon"}`, 400, "VALIDATION_ERROR", "name pointsCost price until"},
		{"store's names", store, `{"pointsCost":"1","tierIds":["x"]}`, 400, "VALIDATION_ERROR", "points_cost tier_ids[0]"},
		{"wrong prefix", org, `{"tierIds":["cust_0190a0a0-0000-7000-8000-000000000001"]}`, 404, "NOT_FOUND", ""},
		{"wrong prefix, optional", org, `{"customer":"tier_0190a0a0-0000-7000-8000-000000000001"}`, 404, "NOT_FOUND", ""},
		{"NUL", org, `{"name":"a\u0000b"}`, 400, "VALIDATION_ERROR", "name"},
		{"backslash before u0000", org, `{"name":"a\\u0000b"}`, 201, "", ""},
		{"too large a number", org, `{"pointsCost":99999999999999999999}`, 400, "VALIDATION_ERROR", "pointsCost"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := s.Do("POST", test.path, key, test.body).Want(t, test.status, test.code)
			if test.code != "VALIDATION_ERROR" {
				return
			}
			var fields []string
			for _, d := range r.At(t, "error", "details").([]any) {
				fields = append(fields, d.(map[string]any)["field"].(string))
			}
			for want := range strings.FieldsSeq(test.fields) {
				if !strings.Contains(" "+strings.Join(fields, " ")+" ", " "+want+" ") {
					t.Errorf("%s isn't among %v", want, fields)
				}
			}
			if len(fields) != len(strings.Fields(test.fields)) {
				t.Errorf("%v, want %s", fields, test.fields)
			}
		})
	}
	if r := s.Do("POST", org, key, `{"name":"a","nope":1}`); !strings.Contains(r.Text(t, "error", "message"), "nope") {
		t.Errorf("the field isn't named: %s", r.Body)
	}
}

func TestContentTypeAndSize(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	probe(s, "POST", func(c *fiber.Ctx) error { return respond.Data(c, 200, len(c.BodyRaw())) })
	key := s.Key()
	const path = "/v1/loyalty/probe"
	s.Do("POST", path, key, "").Want(t, 200, "")
	s.Do("POST", path, key, "{}", "Content-Type", "application/json; charset=utf-8").Want(t, 200, "")
	s.Do("POST", path, key, "a=b", "Content-Type", "application/x-www-form-urlencoded").Want(t, 415, "UNSUPPORTED_MEDIA_TYPE")
	s.Do("POST", path, key, "{}", "Content-Type", "").Want(t, 415, "UNSUPPORTED_MEDIA_TYPE")
	s.Do("POST", path, key, "{}", "Content-Encoding", "gzip").Want(t, 415, "UNSUPPORTED_MEDIA_TYPE")
	s.Do("POST", path, key, strings.Repeat(" ", 1<<20)).Want(t, 200, "")
	s.Do("POST", path, key, strings.Repeat(" ", 1<<20+1)).Want(t, 413, "BODY_TOO_LARGE")
}

// Forms are unpacked before anybody knows who sends them, and a small one may
// unpack to more than there is memory.
func TestCompressedForms(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	var small bytes.Buffer
	zip := gzip.NewWriter(&small)
	form := multipart.NewWriter(zip)
	if err := form.WriteField("email", strings.Repeat("a", 100_000)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(form.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	s.Do("POST", "/login", "", small.String(), "Content-Type", form.FormDataContentType(), "Content-Encoding", "gzip", "Sec-Fetch-Site", "same-origin").
		Want(t, 415, "")
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	admits := web.Program(web.Deps{Services: s.Services, RateLimit: 1})
	s.Undescribed = true
	s.App.Get("/v1/loyalty/limited", append(admits, func(c *fiber.Ctx) error { return respond.Data(c, 200, 1) })...)
	key, other := s.Key(), s.Key()
	limited := 0
	for range 4 { // two at once are allowed, and one more for each second this takes
		r := s.Do("GET", "/v1/loyalty/limited", key, "")
		if r.Status == 429 {
			limited++
			if r.Want(t, 429, "RATE_LIMITED").Header.Get("Retry-After") != "1" {
				t.Errorf("Retry-After: %q", r.Header.Get("Retry-After"))
			}
		}
	}
	if limited == 0 {
		t.Error("nothing was limited")
	}
	s.Do("GET", "/v1/loyalty/limited", other, "").Want(t, 200, "")
}

// What went wrong on our side is for the log alone.
func TestFailuresSayNothing(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	probe(s, "GET", func(*fiber.Ctx) error { return errors.New("the secret cause") })
	probe(s, "PUT", func(*fiber.Ctx) error { panic("the secret cause") })
	for _, method := range []string{"GET", "PUT"} {
		r := s.Do(method, "/v1/loyalty/probe", s.Key(), "", "X-Request-Id", "mine").Want(t, 500, "INTERNAL")
		if strings.Contains(r.Body, "secret") || r.Text(t, "error", "requestId") != "mine" {
			t.Error(r.Body)
		}
	}
	s.App.Get("/broken", func(*fiber.Ctx) error { return errors.New("the secret cause") })
	page := s.Do("GET", "/broken", "", "", "X-Request-Id", "mine")
	if page.Status != http.StatusInternalServerError || strings.Contains(page.Body, "secret") || !strings.Contains(page.Body, "mine") {
		t.Errorf("%d %s", page.Status, page.Body)
	}
}

func TestTheDocumentIsServed(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	if r := s.Do("GET", "/openapi.json", "", "").Want(t, 200, ""); r.Text(t, "openapi") != "3.1.0" {
		t.Errorf("openapi.json says %s", r.Text(t, "openapi"))
	}
	for _, path := range []string{"/docs", "/openapi.json"} {
		plain := s.Do("GET", path, "", "").Want(t, 200, "")
		packed := s.Do("GET", path, "", "", "Accept-Encoding", "gzip").Want(t, 200, "")
		z, err := gzip.NewReader(strings.NewReader(packed.Body))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if body, err := io.ReadAll(z); err != nil || string(body) != plain.Body {
			t.Errorf("%s differs when compressed: %v", path, err)
		}
	}
	if r := s.Do("GET", "/docs", "", "", "Cookie", "theme=dark"); !strings.Contains(r.Body, `data-theme="dark"`) {
		t.Error("/docs forgets the theme")
	}
}

// Pages go out compressed to browsers that take it, and plainly to others.
func TestPagesAreCompressed(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	plain := s.Do("GET", "/login", "", "").Want(t, 200, "")
	packed := s.Do("GET", "/login", "", "", "Accept-Encoding", "gzip, br").Want(t, 200, "")
	if plain.Header.Get("Content-Encoding") != "" || packed.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("encodings %q and %q", plain.Header.Get("Content-Encoding"), packed.Header.Get("Content-Encoding"))
	}
	if vary := strings.Join(packed.Header.Values("Vary"), ","); !strings.Contains(vary, "Accept-Encoding") {
		t.Errorf("Vary %q", vary)
	}
	z, err := gzip.NewReader(strings.NewReader(packed.Body))
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(z); err != nil || !strings.HasSuffix(strings.TrimSpace(string(body)), "</html>") {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}
