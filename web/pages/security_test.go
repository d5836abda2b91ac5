package pages_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"regulars/web/webtest"
)

// caller is a browser that keeps its cookie and fills in forms.
type caller struct {
	s      *webtest.Server
	cookie string
	agent  string
}

func (p *caller) send(method, path string, form url.Values) webtest.Response {
	r := httptest.NewRequestWithContext(p.s.T.Context(), method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("User-Agent", p.agent)
	r.Header.Set("Cookie", p.cookie)
	got := p.s.Send(r)
	if set := got.Header.Get("Set-Cookie"); strings.HasPrefix(set, "session=") {
		p.cookie, _, _ = strings.Cut(set, ";")
	}
	return got
}

func (p *caller) signIn(password string) webtest.Response {
	return p.send("POST", "/login", url.Values{"email": {"owner@trattoria.test"}, "password": {password}})
}

// A person sees where they are signed in, ends what isn't theirs any more, and
// changes the password.
func TestOwnSessions(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	desk := &caller{s: s, agent: "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"}
	phone := &caller{s: s, agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"}
	tablet := &caller{s: s, agent: "curl/8"}
	for _, p := range []*caller{desk, phone, tablet} {
		p.signIn(webtest.Password).Want(t, 303, "")
	}
	page := desk.send("GET", "/settings/security", nil).Want(t, 200, "").Body
	for _, text := range []string{"Chrome, Windows", "Safari, iPhone", "An unknown browser", "this one"} {
		if !strings.Contains(page, text) {
			t.Errorf("the page doesn't say %q", text)
		}
	}
	_, rest, _ := strings.Cut(page[strings.Index(page, "Safari, iPhone"):], `action="/settings/security/sessions/`)
	id, _, _ := strings.Cut(rest, `"`)
	desk.send("POST", "/settings/security/sessions/"+id, nil).Want(t, 303, "")
	phone.send("GET", "/settings/security", nil).Want(t, 303, "")
	tablet.send("GET", "/settings/security", nil).Want(t, 200, "")
	desk.send("POST", "/settings/security/others", nil).Want(t, 303, "")
	tablet.send("GET", "/settings/security", nil).Want(t, 303, "")

	wrong := desk.send("POST", "/settings/security", url.Values{"currentPassword": {"nonsense"}, "newPassword": {"short"}}).Want(t, 422, "").Body
	if !strings.Contains(wrong, "Must have 8 to 256 characters") || strings.Contains(wrong, "nonsense") {
		t.Error("the form doesn't say what is wrong, or sends the password back")
	}
	desk.send("POST", "/settings/security", url.Values{"currentPassword": {webtest.Password}, "newPassword": {"another good one"}}).Want(t, 303, "")
	phone.signIn("another good one").Want(t, 303, "")
}

// Another person's session can't be ended by its name.
func TestForeignSessionStays(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	owner := &caller{s: r.Server}
	owner.signIn(webtest.Password).Want(t, 303, "")
	_, rest, _ := strings.Cut(owner.send("GET", "/settings/security", nil).Body, "/settings/security/sessions/")
	if rest != "" {
		t.Fatal("there is a session more than was begun")
	}
	var hash string
	if err := r.DB.SQL.QueryRowContext(t.Context(), `SELECT encode(token_hash, 'hex') FROM sessions`).Scan(&hash); err != nil {
		t.Fatal(err)
	}
	manager := &caller{s: r.Server}
	manager.send("POST", "/login", url.Values{"email": {"manager@trattoria.test"}, "password": {webtest.Password}}).Want(t, 303, "")
	manager.send("POST", "/settings/security/sessions/"+hash, nil).Want(t, 303, "")
	owner.send("GET", "/settings/security", nil).Want(t, 200, "")
}

// Whoever is locked out is told for how long, to the header too.
func TestLockOutSaysHowLong(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	p := &caller{s: s}
	for range 10 {
		p.signIn("wrong").Want(t, 422, "")
	}
	if got := p.signIn(webtest.Password).Want(t, 429, "").Header.Get("Retry-After"); got != "900" {
		t.Errorf("Retry-After: %q", got)
	}
	p.send("GET", "/login", nil).Want(t, 200, "")
}
