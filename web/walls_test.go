package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/web/auth"
	"regulars/web/webtest"
)

// The tests below walk the table of routes, so that a new one can't be
// forgotten.

// routes are the server's own, middleware apart.
func routes(s *webtest.Server) (all []fiber.Route) {
	for _, r := range s.App.GetRoutes(true) {
		if r.Method != fiber.MethodHead {
			all = append(all, r)
		}
	}
	return all
}

func isProgram(r fiber.Route) bool { return strings.HasPrefix(r.Path, "/v1/") }

// open are the addresses that ask nobody who comes.
var open = []string{"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/static/*", "/favicon.ico"}

// public are the pages for whoever comes.
var public = []string{"/login", "/setup", "/preferences", "/card/"}

func isOneOf(path string, prefixes []string) bool {
	for _, p := range prefixes {
		if path == p || strings.HasSuffix(p, "/") && strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}

// A browser's session is no key: else a page of another site could send what
// the browser's owner may.
func TestEveryRouteAsksForAKey(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	owner := signedIn(t, s, ownerEmail)
	seen := 0
	for _, r := range routes(s) {
		if isProgram(r) {
			seen++
			s.Do(r.Method, path(r, nil), "", "").Want(t, 401, "UNAUTHORIZED")
			s.Do(r.Method, path(r, nil), "", "", "Cookie", owner.cookie, "Sec-Fetch-Site", "same-origin").Want(t, 401, "UNAUTHORIZED")
		}
	}
	if seen < 30 {
		t.Errorf("only %d routes", seen)
	}
}

// A key without any scope that helps gets nowhere: 403, or for a thing that
// isn't there 404, and never an answer.
func TestEveryRouteAsksForAScope(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	mine := furnish(t, s)
	for _, r := range routes(s) {
		if !isProgram(r) {
			continue
		}
		// One scope that no reading of this route could do with.
		scope := loyalty.OrdersCreate
		if strings.HasSuffix(r.Path, "/orders") || strings.Contains(r.Path, "/orders/") {
			scope = loyalty.CustomersDelete
		}
		res := s.Do(r.Method, path(r, mine), s.Key(scope), bodyFor(r, mine))
		if res.Status != 403 && res.Status != 400 && res.Status != 404 {
			t.Errorf("%s %s: %d %.300s", r.Method, r.Path, res.Status, res.Body)
		}
	}
}

// No key reads or changes what is another organization's, by whatever route;
// the answer is that of a thing that isn't there.
func TestOrganizationsAreSeparate(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	mine := furnish(t, s)
	other, key := s.Other()
	for _, r := range routes(s) {
		if isProgram(r) && r.Method == fiber.MethodGet {
			query := "?userId=ada&customer_id=" + mine.customer.String()
			s.Do("GET", path(r, mine)+query, s.Key(), "").Want(t, 200, "") // the ids are right
		}
	}
	before := tables(t, s)
	for _, r := range routes(s) {
		if !isProgram(r) {
			continue
		}
		through := mine
		if strings.Contains(r.Path, ":store_id") {
			s.Do(r.Method, path(r, mine), key, bodyFor(r, mine)).Want(t, 404, "NOT_FOUND")
			// Through a store of their own the rest is still not theirs.
			own := *mine
			own.store = other.Store.ID
			through = &own
		}
		res := s.Do(r.Method, path(r, through), key, bodyFor(r, through))
		for _, id := range []loyalty.ID{mine.customer, mine.second, mine.reward, mine.program, mine.order, mine.redemption, mine.tier, s.Store.ID, s.Org.ID} {
			if strings.Contains(res.Body, id.String()) {
				t.Errorf("%s %s shows %s: %s", r.Method, r.Path, id, res.Body)
			}
		}
		names := strings.Count(r.Path, ":") - strings.Count(r.Path, ":store_id")
		if names > 0 && res.Status/100 == 2 {
			t.Errorf("%s %s: %d %.300s", r.Method, r.Path, res.Status, res.Body)
		}
	}
	if after := tables(t, s); after != before {
		t.Errorf("what is ours was changed:\n%s\n%s", before, after)
	}
}

func TestEveryPageAsksForASession(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	for _, r := range routes(s) {
		if isProgram(r) || isOneOf(r.Path, open) || isOneOf(r.Path, public) {
			continue
		}
		b := &browser{s: s, header: sameOrigin}
		res := b.do(r.Method, path(r, nil), nil)
		if res.Status != 303 || !strings.HasPrefix(res.Header.Get("Location"), auth.SignInPath) {
			t.Errorf("%s %s: %d %v", r.Method, r.Path, res.Status, res.Header)
		}
	}
}

// Nothing that a page of another site can make a browser send does anything.
func TestEveryFormIsGuarded(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	b := &browser{s: s, header: sameOrigin}
	res := b.do("POST", auth.SignInPath, url.Values{"email": {ownerEmail}, "password": {webtest.Password}})
	if res.Status != 303 {
		t.Fatalf("signing in: %d", res.Status)
	}
	seen := 0
	for _, r := range routes(s) {
		if isProgram(r) || r.Method == fiber.MethodGet || isOneOf(r.Path, open) {
			continue
		}
		seen++
		for _, header := range [][]string{nil, {"Origin", "https://evil.test"}, {"Sec-Fetch-Site", "cross-site"}} {
			foreign := &browser{s: s, cookie: b.cookie, header: header}
			if res := foreign.do(r.Method, path(r, nil), nil); res.Status != 403 {
				t.Errorf("%s %s with %v: %d", r.Method, r.Path, header, res.Status)
			}
		}
	}
	if seen == 0 {
		t.Error("there are no forms")
	}
}
