package web_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"regulars/web/auth"
	"regulars/web/webtest"
)

// fuzzed is a whole server on a database, for whatever may be sent to it.
type fuzzed struct {
	*webtest.Server
	mine *things
	key  string
	all  []fiber.Route
}

func newFuzzed(f *testing.F, takes func(fiber.Route) bool) *fuzzed {
	f.Helper()
	s := webtest.New(f)
	s.Undescribed = true
	x := &fuzzed{Server: s, mine: furnish(f, s), key: s.Key()}
	for _, r := range routes(s) {
		if takes(r) {
			x.all = append(x.all, r)
		}
	}
	return x
}

// route is the n-th of the routes, whatever n is.
func (x *fuzzed) route(n int) fiber.Route { return x.all[uint(n)%uint(len(x.all))] }

// want sends the request; a failure of ours is a failure of the test.
func (x *fuzzed) want(t *testing.T, method, path, query, kind, body string, headers ...string) {
	t.Helper()
	x.T = t
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.URL.RawQuery = query
	r.RequestURI = r.URL.RequestURI()
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if res := x.Send(r); res.Status >= 500 {
		t.Errorf("%s %s?%s with %q: %d", method, path, query, body, res.Status)
	}
}

// line says whether the text can stand in the first line of a request; what
// can't never gets to us.
func line(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' })
}

// FuzzBodies sends any body to every route of the API that takes one.
func FuzzBodies(f *testing.F) {
	x := newFuzzed(f, func(r fiber.Route) bool {
		return isProgram(r) && r.Method != fiber.MethodGet && r.Method != fiber.MethodDelete
	})
	for i, r := range x.all {
		f.Add(i, []byte(bodyFor(r, x.mine)))
	}
	for i, body := range []string{`{"name":"\ud800"}`, `{"phone":"\u0000"}`, "{\"name\":\"\xff\"}", `{"points":1e400}`, `{"total":-0.0}`, `{"metadata":{"a":[[[[[[]]]]]]}}`, `[{}]`, `{"at":"0000-00-00"}`, "\ufeff{}"} {
		f.Add(i, []byte(body))
	}
	f.Fuzz(func(t *testing.T, n int, body []byte) {
		r := x.route(n)
		x.want(t, r.Method, path(r, x.mine), "", "application/json", string(body), "Authorization", "Bearer "+x.key)
	})
}

// FuzzQueries asks every route that reads with any question, and for any thing:
// an id that is none stands in the path.
func FuzzQueries(f *testing.F) {
	x := newFuzzed(f, func(r fiber.Route) bool { return r.Method == fiber.MethodGet && r.Path != "/logout" })
	for i, q := range []string{
		"search=maria&page=1&limit=100", "page=0", "limit=999999999999999999999", "from=2026-03-10&to=2026-03-09", "at=%00", "search=%ff", "store=cust_x", "page=%2B1", "sort=points", "type=earn&status=issued", "q=%F0%9F%8D%95", "days=365&visit=out-30&min=-1",
	} {
		for n := i; n < len(x.all); n += 12 {
			f.Add(n, q, "x")
		}
	}
	for n := range x.all {
		f.Add(n, "search=%ff%fe&userId=%ff&customer_id=%ff&from=%ff&code=%ff&q=%ff", "%ff%00")
	}
	cookie := ""
	f.Fuzz(func(t *testing.T, n int, query, id string) {
		if !line(query) || !line(id) || len(query)+len(id) > 4<<10 {
			return
		}
		x.T = t
		if cookie == "" {
			cookie = signedIn(t, x.Server, ownerEmail).cookie
		}
		r := x.route(n)
		for _, at := range []string{path(r, x.mine), withID(r.Path, id)} {
			if _, err := url.ParseRequestURI(at); err == nil {
				x.want(t, r.Method, at, query, "", "", "Authorization", "Bearer "+x.key, "Cookie", cookie)
			}
		}
	})
}

// withID is the pattern with the text in the place of every parameter.
func withID(pattern, id string) string {
	parts := strings.Split(pattern, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, ":") {
			parts[i] = id
		}
	}
	return strings.ReplaceAll(strings.Join(parts, "/"), "*", id)
}

// FuzzForms sends any form to every page that takes one.
func FuzzForms(f *testing.F) {
	x := newFuzzed(f, func(r fiber.Route) bool {
		return !isProgram(r) && r.Method == fiber.MethodPost && r.Path != "/logout" && r.Path != auth.LockPath && !strings.HasPrefix(r.Path, "/settings/security/")
	})
	for i, form := range []string{
		"name=Ada&phone=987654321&email=a%40example.com", "total=12%2C50&key=k", "name=%ff&phone=%ff&email=%ff&q=%ff", "tiers=1&name=&minPoints=-1&multiplier=1e9", "decision=reverse&note=x", "ids=x&ids=y", "points=99999999999&reason=%F0%9F%8D%95", "lang=es&theme=dark&next=%2F%2Fevil", "%zz=%zz", "column.phone=99&separator=%00&dates=x",
	} {
		for n := i; n < len(x.all); n += 10 {
			f.Add(n, form)
		}
	}
	for n := range x.all {
		f.Add(n, "name=%ff&q=%ff&total=%ff&pin=%ff&note=%ff&reason=%ff&key=%ff&search=%ff&code=%ff&icon=%ff&value=%ff&email=%ff&back=%ff&timeZone=%ff&currency=%ff")
	}
	cookie := ""
	f.Fuzz(func(t *testing.T, n int, form string) {
		x.T = t
		if cookie == "" {
			cookie = signedIn(t, x.Server, ownerEmail).cookie
		}
		r := x.route(n)
		x.want(t, r.Method, path(r, x.mine), "", fiber.MIMEApplicationForm, form, append([]string{"Cookie", cookie}, sameOrigin...)...)
	})
}
