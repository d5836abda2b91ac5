package web_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/web/auth"
	"regulars/web/webtest"
)

// pageRoutes are the routes that ask for a session.
func pageRoutes(s *webtest.Server) (all []fiber.Route) {
	for _, r := range routes(s) {
		if !isProgram(r) && !isOneOf(r.Path, open) && !isOneOf(r.Path, public) && r.Path != auth.LockPath && r.Path != "/till/unlock" {
			all = append(all, r)
		}
	}
	return all
}

func signedIn(t *testing.T, s *webtest.Server, email string) *browser {
	t.Helper()
	b := &browser{s: s, header: sameOrigin}
	if res := b.do("POST", auth.SignInPath, url.Values{"email": {email}, "password": {webtest.Password}}); res.Status != 303 {
		t.Fatalf("signing in as %s: %d", email, res.Status)
	}
	return b
}

// What cashiers and managers may open. A new page is the owner's until it is
// said here that others may.
var (
	forCashiers = []string{"/logout", "/account", "/settings/security", "/settings/security/", "/store", "/pins/", "/pins", "/till/", "/till", "/customers", "/customers/search", "/customers/new",
		"/customers/:id", "/customers/:id/card", "/customers/:id/card/revoke", "/redemptions", "/redemptions/"}
	forManagers = []string{"/customers/", "/customers.csv", "/transactions", "/transactions.csv", "/orders", "/orders/", "/anomalies", "/anomalies/", "/rewards", "/rewards/"}
)

func TestRolesOnEveryPage(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	mine := furnish(t, s)
	s.Staff(loyalty.Manager, "Marco")
	s.Staff(loyalty.Cashier, "Cora", s.Store.ID)
	for _, who := range []struct {
		email string
		may   []string // nil: everything
	}{
		{"cashier@trattoria.test", forCashiers},
		{"manager@trattoria.test", slices.Concat(forCashiers, forManagers)},
		{ownerEmail, nil},
	} {
		seen := 0
		for _, r := range pageRoutes(s) {
			if r.Path == "/logout" {
				continue
			}
			b := signedInAs(t, s, who.email)
			may := who.may == nil || r.Path == "/" || isOneOf(r.Path, who.may)
			res := b.do(r.Method, path(r, mine), nil)
			if may != (res.Status != 403) || res.Status >= 500 {
				t.Errorf("%s: %s %s: %d, may it: %t", who.email, r.Method, r.Path, res.Status, may)
			}
			seen++
		}
		if seen < 60 {
			t.Errorf("only %d pages", seen)
		}
	}
}

var signedInCookies = map[string]*browser{}

// signedInAs signs in once for all the requests of a test.
func signedInAs(t *testing.T, s *webtest.Server, email string) *browser {
	key := t.Name() + email
	if b, ok := signedInCookies[key]; ok {
		return &browser{s: s, cookie: b.cookie, header: b.header}
	}
	b := signedIn(t, s, email)
	signedInCookies[key] = b
	return &browser{s: s, cookie: b.cookie, header: b.header}
}

// A page of a neighbour's thing is the page of a thing that isn't there, and
// nothing sent to it changes anything.
func TestPagesOfNeighbours(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	mine := furnish(t, s)
	s.Other()
	b := signedIn(t, s, "owner@bistro.test")
	send := func(r fiber.Route, x *things) webtest.Response {
		return (&browser{s: s, cookie: b.cookie, header: b.header}).do(r.Method, path(r, x), nil)
	}
	before := tables(t, s)
	for _, r := range pageRoutes(s) {
		if !strings.Contains(r.Path, ":") {
			continue
		}
		res, missing := send(r, mine), send(r, nil)
		if res.Status != missing.Status || res.Status >= 500 {
			t.Errorf("%s %s: %d %.300s; for what isn't there %d", r.Method, r.Path, res.Status, res.Body, missing.Status)
		}
		for _, text := range []string{"Trattoria", "torta", s.Org.ID.String()} {
			if strings.Contains(res.Body, text) {
				t.Errorf("%s %s shows %q", r.Method, r.Path, text)
			}
		}
	}
	if after := tables(t, s); after != before {
		t.Errorf("what is ours was changed:\n%s", firstDifference(before, after))
	}
}

const planted = `<img src=x onerror=planted()>`

// hostile are texts that break what isn't careful with text.
var hostile = []string{
	planted, `"'><script>planted()</script>`, `'; DROP TABLE customers; --`, `\'; SELECT pg_sleep(10); --`, `{{7*7}}${7*7}<%= 7*7 %>`,
	"a\x00b", "\xff\xfe\xc3", "\u202egnirts \u2066x", "🍕👩‍👩‍👧‍👦\U0001F1F5\U0001F1EA", "\ufeff\u200b", "%00%0a%s%n", "../../etc/passwd", "=cmd|' /C calc'!A0",
	strings.Repeat("長", 10_000), strings.Repeat("((((", 2_500), "\r\nSet-Cookie: planted=1", "-1", "1e309", "NaN", "9223372036854775808",
}

// Whatever stands in the fields of a request and in the questions of a page,
// the answer is no failure, and what was stored comes back as text.
func TestHostileTextEverywhere(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Undescribed = true // the requests are wrong on purpose
	mine, key := furnish(t, s), s.Key()
	owner := signedIn(t, s, ownerEmail)
	for _, r := range routes(s) {
		for _, text := range hostile {
			switch {
			case r.Path == "/logout" || isOneOf(r.Path, open):
			case isProgram(r) && r.Method == fiber.MethodGet, r.Method == fiber.MethodGet && !isOneOf(r.Path, public):
				q := url.Values{}
				for _, name := range []string{"search", "q", "userId", "customer_id", "status", "from", "to", "page", "store", "type", "sort"} {
					q.Set(name, text[:min(len(text), 300)]) // a longer address is refused before it is read
				}
				harmless(t, r, text, ask(s, owner, key, r, path(r, mine)+"?"+q.Encode(), ""))
			case isProgram(r) && r.Method != fiber.MethodDelete:
				for _, body := range spoiled(t, bodyFor(r, mine), text) {
					harmless(t, r, text, ask(s, owner, key, r, path(r, mine), body))
				}
			}
		}
	}
	s.Do("POST", "/v1/loyalty/customers", key, `{"name":"`+planted+`","email":"p@example.com","phone":"+51987000111"}`).Want(t, 201, "")
	s.Do("POST", "/v1/loyalty/rewards", key, `{"programId":"`+mine.program.String()+`","name":"`+planted+`","pointsCost":1,"type":"perk"}`).Want(t, 201, "")
	shown := 0
	for _, r := range pageRoutes(s) {
		if r.Method == fiber.MethodGet {
			res := ask(s, owner, key, r, path(r, mine), "")
			harmless(t, r, planted, res)
			shown += strings.Count(res.Body, "&lt;img src=x onerror=planted()&gt;")
		}
	}
	if shown == 0 {
		t.Error("the planted names are on no page, so this proves nothing")
	}
}

// ask sends as a program to a program's route, as a person to a page.
func ask(s *webtest.Server, owner *browser, key string, r fiber.Route, path, body string) webtest.Response {
	if isProgram(r) {
		return s.Do(r.Method, path, key, body)
	}
	b := &browser{s: s, cookie: owner.cookie, header: owner.header}
	return b.do(r.Method, path, nil)
}

// spoiled is the body with the text in the place of each of its values in turn.
func spoiled(t *testing.T, body, text string) (all []string) {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(body), &fields); err != nil {
		return nil
	}
	for name := range fields {
		changed := map[string]any{}
		for n, v := range fields {
			changed[n] = v
		}
		changed[name] = text
		b, err := json.Marshal(changed)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(b))
	}
	return all
}

func harmless(t *testing.T, r fiber.Route, text string, res webtest.Response) {
	t.Helper()
	html := strings.Contains(res.Header.Get("Content-Type"), "html")
	if res.Status >= 500 || html && (strings.Contains(res.Body, "onerror=planted()>") || strings.Contains(res.Body, "<script>planted")) ||
		res.Header.Get("Set-Cookie") == "planted=1" {
		t.Errorf("%s %s with %.40q: %d", r.Method, r.Path, text, res.Status)
	}
}
