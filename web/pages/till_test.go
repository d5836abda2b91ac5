package pages_test

import (
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"regulars/internal/loyalty"
	"regulars/web/webtest"
)

// person is a browser without a screen: it keeps its cookies.
type person struct {
	s       *webtest.Server
	cookies map[string]string
}

func signIn(t *testing.T, s *webtest.Server, email string) *person {
	t.Helper()
	p := &person{s: s, cookies: map[string]string{}}
	page := p.do("GET", "/login", nil)
	r := p.do("POST", "/login", url.Values{"csrf": {field(page.Body, "csrf")}, "email": {email}, "password": {webtest.Password}})
	if r.Status != 303 {
		t.Fatalf("status %d, want to be signed in: %s", r.Status, r.Body)
	}
	return p
}

// do sends a request as an old browser does, that says nothing of where the
// form came from. headers are names and values in turn.
func (p *person) do(method, path string, form url.Values, headers ...string) webtest.Response {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range p.cookies {
		r.Header.Add("Cookie", name+"="+value)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res := p.s.Send(r)
	for _, set := range res.Header.Values("Set-Cookie") {
		pair, _, _ := strings.Cut(set, ";")
		name, value, _ := strings.Cut(pair, "=")
		p.cookies[name] = value
	}
	return res
}

// field is the value of a form's hidden field.
func field(body, name string) string {
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(body)
	if m == nil {
		return ""
	}
	return m[1]
}

// However often and however fast the button is pressed, a bill counts once,
// and every answer leads to the same result.
func TestDoubleClickAwardsOnce(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	p := signIn(t, s, "cashier@trattoria.test")
	guest := "/till/" + ids["Ann Lee"].String()
	page := p.do("GET", guest, nil)
	form := url.Values{"csrf": {field(page.Body, "csrf")}, "key": {field(page.Body, "key")}, "total": {"20.00"}, "id": {""}}

	answers := make([]webtest.Response, 6)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = p.do("POST", guest+"/award", form) })
	}
	all.Wait()
	balance(t, s, ids["Ann Lee"], 200)
	again := p.do("POST", guest+"/award", form)
	for _, r := range answers {
		switch {
		case r.Status == 303 && r.Header.Get("Location") == again.Header.Get("Location"):
		case r.Status == 422 && strings.Contains(r.Body, "still running"):
		default:
			t.Errorf("status %d to %q, want 303 to %q", r.Status, r.Header.Get("Location"), again.Header.Get("Location"))
		}
	}

	// The same key with another amount is somebody's mistake, not a repeat.
	form.Set("total", "90.00")
	r := p.do("POST", guest+"/award", form)
	if r.Status != 422 || field(r.Body, "key") == form.Get("key") || !strings.Contains(r.Body, `value="90.00"`) {
		t.Errorf("status %d, want the form with what was typed and a new key: %s", r.Status, r.Body)
	}
	balance(t, s, ids["Ann Lee"], 200)
}

// A session that has ended leads back to the page it ended on.
func TestEndedSessionComesBack(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	guest := "/till/" + ids["Ann Lee"].String()
	p := &person{s: s, cookies: map[string]string{}}
	csrf := field(p.do("GET", "/login", nil).Body, "csrf")
	page := "/login?next=" + url.QueryEscape(guest)
	ended := page + "&ended=1" // said where somebody was at work
	for _, tc := range []struct {
		name, got, want string
	}{
		{"page", p.do("GET", guest, nil).Header.Get("Location"), page},
		{"form", p.do("POST", guest+"/award", url.Values{"csrf": {csrf}}, "Referer", "http://example.com"+guest).Header.Get("Location"), ended},
		{"part", p.do("GET", guest+"/preview", nil, "HX-Request", "true", "HX-Current-URL", "http://example.com"+guest).Header.Get("HX-Redirect"), ended},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: sent to %q, want %q", tc.name, tc.got, tc.want)
		}
	}
	elsewhere := p.do("GET", guest+"/preview", nil, "HX-Request", "true", "HX-Current-URL", "https://evil.example/x").Header.Get("HX-Redirect")
	if elsewhere != "/login" {
		t.Errorf("sent to %q, want the sign-in page and nowhere else", elsewhere)
	}
}

// Roles see their own pages only, whoever types the address.
func TestRolesOnPages(t *testing.T) {
	t.Parallel()
	s, _ := restaurant(t)
	s.Staff(loyalty.Manager, "Marco")
	for _, tc := range []struct {
		who, path string
		status    int
	}{
		{"cashier@trattoria.test", "/", 303}, // to the till
		{"cashier@trattoria.test", "/till", 200},
		{"cashier@trattoria.test", "/transactions", 403},
		{"manager@trattoria.test", "/", 200},
		{"manager@trattoria.test", "/program", 403},
		{"owner@trattoria.test", "/program", 200},
		{"owner@trattoria.test", "/setup", 404},
	} {
		if got := signIn(t, s, tc.who).do("GET", tc.path, nil); got.Status != tc.status {
			t.Errorf("%s for %s: status %d, want %d", tc.path, tc.who, got.Status, tc.status)
		}
	}
}
