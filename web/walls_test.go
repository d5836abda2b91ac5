package web_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
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

func TestEveryRouteAsksForAKey(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	seen := 0
	for _, r := range routes(s) {
		if isProgram(r) {
			seen++
			s.Do(r.Method, path(r, nil), "", "").Want(t, 401, "UNAUTHORIZED")
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
			t.Errorf("%s %s: %d %s", r.Method, r.Path, res.Status, res.Body)
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
		if isProgram(r) && r.Method == fiber.MethodGet && !strings.Contains(r.Path, "/anomalies/") {
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
			t.Errorf("%s %s: %d %s", r.Method, r.Path, res.Status, res.Body)
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

// things are one organization's.
type things struct {
	store, program, tier, reward, customer, second, transaction, redemption, order loyalty.ID
}

const eventKey = "review"

// furnish gives the server's organization one of everything.
func furnish(t *testing.T, s *webtest.Server) *things {
	t.Helper()
	x := &things{store: s.Store.ID}
	key := s.Key()
	org := func(method, path, body string) webtest.Response {
		return s.Do(method, "/v1/loyalty"+path, key, body).Want(t, 201, "")
	}
	id := func(text string) loyalty.ID {
		_, bare, found := strings.Cut(text, "_")
		if !found {
			bare = text
		}
		id, ok := loyalty.ParseID(bare)
		if !ok {
			t.Fatalf("%q is no id", text)
		}
		return id
	}
	program := org("POST", "/programs", `{"name":"Rewards"}`)
	x.program, x.tier = id(program.Text(t, "data", "id")), id(program.Text(t, "data", "tiers", 0, "id"))
	x.reward = id(org("POST", "/rewards", `{"programId":"`+x.program.String()+`","name":"Nonna's torta","pointsCost":10,"type":"free_item","itemName":"Torta"}`).Text(t, "data", "id"))
	made, err := s.Services.Customers.Create(t.Context(), s.System(), service.CreateCustomer{Name: "Ada", ExternalID: "ada"})
	if err != nil {
		t.Fatal(err)
	}
	x.customer = made.ID
	x.second = id(org("POST", "/customers", `{"name":"Bob"}`).Text(t, "data", "id"))
	x.transaction = id(org("POST", "/customers/"+x.customer.String()+"/award-points", `{"points":100,"reason":"hello"}`).Text(t, "data", "transaction", "id"))
	x.redemption = id(org("POST", "/rewards/"+x.reward.String()+"/redeem", `{"customerId":"`+x.customer.String()+`","hold":true}`).Text(t, "data", "redemption", "id"))
	till := "/v1/stores/" + s.Store.ID.String()
	x.order = id(s.Do("POST", till+"/orders", key, `{"id":"1","customer_id":"`+x.customer.String()+`","total":5,"status":"completed"}`).Want(t, 201, "").Text(t, "id"))
	s.Do("POST", "/v1/event-types", key, `{"key":"`+eventKey+`","name":"Review","mode":"fixed","points":5}`).Want(t, 201, "")
	return x
}

// path fills a route's pattern in with the ids of x, or with an id of nothing.
func path(r fiber.Route, x *things) string {
	nothing := loyalty.NewID(time.Now()).String()
	parts := strings.Split(r.Path, "/")
	for i, part := range parts {
		if !strings.HasPrefix(part, ":") {
			continue
		}
		parts[i] = nothing
		if x != nil {
			parts[i] = x.named(part, parts[i-1])
		}
	}
	return strings.ReplaceAll(strings.Join(parts, "/"), "*", "x")
}

func (x *things) named(param, under string) string {
	ids := map[string]loyalty.ID{
		"stores": x.store, "programs": x.program, "loyalty-programs": x.program, "tiers": x.tier, "rewards": x.reward, "offer": x.reward,
		"customers": x.customer, "user": x.customer, "redemptions": x.redemption, "orders": x.order, "transactions": x.transaction,
	}
	if under == "event-types" {
		return eventKey
	}
	if id, ok := ids[under]; ok {
		return id.String()
	}
	return x.customer.String() // of a thing that furnish makes none of: not an id of its kind
}

// bodyFor is a body that names the things of x, as far as bodies name things.
func bodyFor(r fiber.Route, x *things) string {
	if r.Method == fiber.MethodGet || r.Method == fiber.MethodDelete {
		return ""
	}
	bodies := map[string]string{
		"/award-points":   `{"points":1,"reason":"x"}`,
		"/adjust-points":  `{"amount":1,"reason":"x"}`,
		"/merge":          `{"sourceCustomerId":"` + x.second.String() + `"}`,
		"/unmerge":        `{"sourceCustomerId":"` + x.second.String() + `"}`,
		"/rewards":        `{"programId":"` + x.program.String() + `","name":"Mine","pointsCost":1,"type":"perk"}`,
		"/tiers":          `{"programId":"` + x.program.String() + `","name":"Mine","minPoints":7,"multiplier":100}`,
		"/loyalty/earn":   `{"customer_id":"` + x.customer.String() + `","points":1,"reason":"x"}`,
		"/loyalty/redeem": `{"customer_id":"` + x.customer.String() + `","reward_id":"` + x.reward.String() + `"}`,
		"/offer/redeem":   `{"userId":"` + x.customer.String() + `","offerId":"` + x.reward.String() + `"}`,
		"/events":         `{"userId":"ada","event":"` + eventKey + `"}`,
		"/orders":         `{"id":"1","customer_id":"` + x.customer.String() + `","total":5,"status":"completed"}`,
		"/orders/:id":     `{"status":"cancelled"}`,
		"/rewards/:id":    `{"name":"Mine"}`,
		"/tiers/:id":      `{"name":"Mine"}`,
		"/programs/:id":   `{"name":"Mine"}`,
		"/customers/:id":  `{"name":"Mine"}`,
	}
	if strings.HasSuffix(r.Path, "/rewards/:id/redeem") {
		return `{"customerId":"` + x.customer.String() + `"}`
	}
	longest := ""
	for suffix := range bodies {
		if strings.HasSuffix(r.Path, suffix) && len(suffix) > len(longest) {
			longest = suffix
		}
	}
	if longest == "" {
		return `{}`
	}
	return bodies[longest]
}

// tables is all that the server's organization has, as text.
func tables(t *testing.T, s *webtest.Server) (text string) {
	t.Helper()
	for _, table := range []string{"customers", "enrollments", "transactions", "rewards", "programs", "tiers", "redemptions", "orders", "event_types", "anomalies"} {
		var rows string
		q := "SELECT coalesce(string_agg(x::text, E'\\n' ORDER BY x::text), '') FROM " + table + " x WHERE organization_id = $1"
		if err := s.DB.SQL.QueryRowContext(t.Context(), q, s.Org.ID.String()).Scan(&rows); err != nil {
			t.Fatal(err)
		}
		text += table + "\n" + rows + "\n"
	}
	return text
}
