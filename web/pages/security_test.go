package pages_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

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
	begun := s.Clock.Now()
	for n := range 10 {
		s.Clock.Set(begun.Add(time.Duration(n) * 10 * time.Second))
		p.signIn("wrong").Want(t, 422, "")
	}
	for _, test := range []struct {
		after               time.Duration // the first of the ten
		lang, seconds, text string
	}{
		{90 * time.Second, "en", "810", "Wait 14 minutes"},
		{4*time.Minute + 30*time.Second, "en", "630", "Wait 11 minutes"},
		{5 * time.Minute, "es", "600", "Espera 10 minutos"},
		{14*time.Minute + 30*time.Second, "en", "30", "Wait a minute"},
		{14*time.Minute + 59*time.Second + 500*time.Millisecond, "es", "1", "Espera un minuto"},
	} {
		s.Clock.Set(begun.Add(test.after))
		p.cookie = "lang=" + test.lang
		r := p.signIn(webtest.Password).Want(t, 429, "")
		if got := r.Header.Get("Retry-After"); got != test.seconds || !strings.Contains(r.Body, test.text) {
			t.Errorf("after %s: Retry-After %q, want %q, and %q", test.after, got, test.seconds, test.text)
		}
	}
	p.send("GET", "/login", nil).Want(t, 200, "")
	// As soon as the first of the ten is long ago there is room for one more.
	s.Clock.Set(begun.Add(15 * time.Minute))
	p.signIn("wrong").Want(t, 422, "")
	if got := p.signIn("wrong").Want(t, 429, "").Header.Get("Retry-After"); got != "10" {
		t.Errorf("Retry-After: %q", got)
	}
	s.Clock.Set(begun.Add(15*time.Minute + 10*time.Second))
	p.signIn(webtest.Password).Want(t, 303, "")
}
