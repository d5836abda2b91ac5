package web_test

import (
	"crypto/rand"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web"
	"regulars/web/auth"
	"regulars/web/webtest"
)

// pages adds the least a person needs: a form, signing in and out, a page.
func pages(s *webtest.Server, secure string) *auth.Sessions {
	sessions := auth.NewSessions(s.Services.Access, auth.Options{Key: []byte("sealing key of the test"), Secure: secure})
	visitor := slices.Clip(web.Visitor(sessions))
	person := slices.Clip(append(visitor, sessions.Require))
	s.App.Get("/probe/form", append(visitor, func(c *fiber.Ctx) error { return c.SendString(auth.CSRF(c)) })...)
	s.App.Post("/probe/in", append(visitor, func(c *fiber.Ctx) error {
		if _, err := sessions.SignIn(c, c.FormValue("email"), c.FormValue("password")); err != nil {
			return err
		}
		return c.SendString(auth.CSRF(c))
	})...)
	s.App.Post("/probe/out", append(visitor, func(c *fiber.Ctx) error { return sessions.SignOut(c) })...)
	s.App.Get("/probe/me", append(person, func(c *fiber.Ctx) error { return c.SendString(auth.Actor(c).Name) })...)
	s.App.Post("/probe/change", append(person, func(c *fiber.Ctx) error { return c.SendString("changed") })...)
	s.App.Get("/probe/owners", append(person, auth.Only(loyalty.Owner), func(c *fiber.Ctx) error { return c.SendString("yes") })...)
	return sessions
}

// browser keeps cookies as a browser does.
type browser struct {
	s      *webtest.Server
	cookie string // name=value
	header []string
}

func (b *browser) do(method, path string, form url.Values) webtest.Response {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", fiber.MIMEApplicationForm)
	if b.cookie != "" {
		r.Header.Set("Cookie", b.cookie)
	}
	for i := 0; i+1 < len(b.header); i += 2 {
		r.Header.Set(b.header[i], b.header[i+1])
	}
	res := b.s.Send(r)
	if set := res.Header.Get("Set-Cookie"); set != "" {
		b.cookie, _, _ = strings.Cut(set, ";")
	}
	return res
}

func (b *browser) signIn(email, password string) webtest.Response {
	return b.do("POST", "/probe/in", url.Values{"email": {email}, "password": {password}})
}

const ownerEmail = "owner@trattoria.test"

var sameOrigin = []string{"Sec-Fetch-Site", "same-origin"}

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	pages(s, "auto")
	b := &browser{s: s, header: sameOrigin}
	r := b.do("GET", "/probe/me?x=1", nil)
	if r.Status != 303 || r.Header.Get("Location") != "/login?next=%2Fprobe%2Fme%3Fx%3D1" {
		t.Errorf("%d %v", r.Status, r.Header)
	}
	planted := b.cookie
	r = b.signIn(" Owner@Trattoria.test ", webtest.Password).Want(t, 200, "")
	set := r.Header.Get("Set-Cookie")
	if b.cookie == planted || !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Lax") || !strings.HasPrefix(set, "session=") {
		t.Errorf("Set-Cookie: %s", set)
	}
	if r := b.do("GET", "/probe/me", nil).Want(t, 200, ""); r.Body != "Ada" {
		t.Error(r.Body)
	}
	// Whoever planted the cookie from before has nothing.
	(&browser{s: s, cookie: planted}).do("GET", "/probe/me", nil).Want(t, 303, "")
	stolen := b.cookie
	b.do("POST", "/probe/out", nil).Want(t, 200, "")
	(&browser{s: s, cookie: stolen}).do("GET", "/probe/me", nil).Want(t, 303, "")
	htmx := &browser{s: s, header: []string{"HX-Request", "true"}}
	if r := htmx.do("GET", "/probe/me", nil).Want(t, 401, ""); r.Header.Get("HX-Redirect") != "/login" {
		t.Errorf("%v", r.Header)
	}
}

func TestSecureCookie(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	pages(s, "always")
	set := (&browser{s: s}).do("GET", "/probe/form", nil).Header.Get("Set-Cookie")
	if !strings.HasPrefix(set, "__Host-session=") || !strings.Contains(set, "; Secure") || !strings.Contains(set, "Path=/") || strings.Contains(set, "Domain") {
		t.Errorf("Set-Cookie: %s", set)
	}
}

func TestWrongPasswordsLookAlike(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	pages(s, "auto")
	b := &browser{s: s, header: append([]string{"Accept", "text/html"}, sameOrigin...)}
	wrong := b.signIn(ownerEmail, "wrong").Want(t, 401, "")
	unknown := b.signIn("nobody@trattoria.test", "wrong").Want(t, 401, "")
	if wrong.Body != unknown.Body {
		t.Error("the answers differ")
	}
}

// Ten failures lock an account, whether it exists or not, and an address.
func TestLockOut(t *testing.T) {
	t.Parallel()
	for _, email := range []string{ownerEmail, "nobody@trattoria.test"} {
		s := webtest.New(t)
		try := func(email, address, password string) error {
			_, err := s.Services.Access.SignIn(t.Context(), service.SignIn{Email: email, Password: password, Address: address})
			return err
		}
		for i := range 10 {
			if code := loyalty.CodeOf(try(email, string(rune('a'+i)), "wrong")); code != loyalty.CodeUnauthorized {
				t.Fatalf("try %d: %s", i, code)
			}
		}
		if code := loyalty.CodeOf(try(email, "elsewhere", webtest.Password)); code != loyalty.CodeRateLimited {
			t.Errorf("%s isn't locked: %q", email, code)
		}
		s.Clock.Add(16 * time.Minute)
		want := ""
		if email != ownerEmail {
			want = loyalty.CodeUnauthorized
		}
		if code := loyalty.CodeOf(try(email, "elsewhere", webtest.Password)); code != want {
			t.Errorf("%s is still locked: %q", email, code)
		}
		for i := range 10 {
			_ = try(string(rune('a'+i))+"@trattoria.test", "one", "wrong") // that it fails is the point
		}
		if code := loyalty.CodeOf(try(ownerEmail, "one", webtest.Password)); code != loyalty.CodeRateLimited {
			t.Errorf("the address isn't locked: %q", code)
		}
	}
}

// Tills of one restaurant share an address. Where somebody has signed in before,
// others' wrong passwords at the address don't matter, and don't come from; but
// one known password buys no more than ten guesses, however often it is used,
// and an account is locked everywhere.
func TestAKnownDeviceIsNotLockedWithItsAddress(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	pages(s, "auto")
	s.Staff(loyalty.Cashier, "Bo")
	const cashierEmail = "cashier@trattoria.test"
	device := func(b *browser) string {
		for _, set := range b.signIn(cashierEmail, webtest.Password).Want(t, 200, "").Header.Values("Set-Cookie") {
			if strings.HasPrefix(set, "device=") && strings.Contains(set, "HttpOnly") {
				pair, _, _ := strings.Cut(set, ";")
				return pair
			}
		}
		t.Fatal("the device isn't remembered")
		return ""
	}
	fresh := func() *browser { return &browser{s: s, header: sameOrigin} }
	known := func(cookie string) *browser { return &browser{s: s, header: sameOrigin, cookie: cookie} }
	till, other := device(fresh()), device(fresh())
	guess := func(cookie string, n int) (checked int) {
		for range n {
			if known(cookie).signIn(strings.ToLower(rand.Text())+"@trattoria.test", "wrong").Status == 401 {
				checked++
			}
		}
		return checked
	}
	if n := guess("", 12); n != 10 {
		t.Errorf("%d guesses checked at the address", n)
	}
	fresh().signIn(ownerEmail, webtest.Password).Want(t, 429, "")
	known(till+"x").signIn(ownerEmail, webtest.Password).Want(t, 429, "")
	known("device="+loyalty.NewID(time.Now()).String()+till[strings.IndexByte(till, '.'):]).signIn(ownerEmail, webtest.Password).Want(t, 429, "")
	known(till).signIn(ownerEmail, webtest.Password).Want(t, 200, "")
	if n := guess(till, 6) + guess(other, 6); n != 10 {
		t.Errorf("%d guesses checked with one known password", n)
	}
	known(other).signIn(ownerEmail, webtest.Password).Want(t, 429, "")
	s.Clock.Add(16 * time.Minute)
	guess(till, 3)
	fresh().signIn(ownerEmail, webtest.Password).Want(t, 200, "")
	for i := range 11 {
		want := 401
		if i == 10 {
			want = 429
		}
		fresh().signIn(cashierEmail, "wrong").Want(t, want, "")
	}
	known(till).signIn(cashierEmail, webtest.Password).Want(t, 429, "")
}

// An owner elsewhere who gives somebody the same e-mail address, and so knows a
// password that fits it, gets no more guesses at the account here.
func TestLockOutHoldsAcrossOrganizations(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	made, err := s.Services.Access.CreateOrganization(t.Context(), loyalty.Actor{Role: loyalty.System}, service.CreateOrganization{
		Slug: "bistro", Name: "Bistro", StoreName: "Quay", Currency: "USD", TimeZone: "UTC", OwnerEmail: ownerEmail, OwnerPassword: "known elsewhere",
	})
	if err != nil {
		t.Fatal(err)
	}
	try := func(password string) error {
		_, err := s.Services.Access.SignIn(t.Context(), service.SignIn{Email: ownerEmail, Password: password, Address: rand.Text()})
		return err
	}
	for range 5 {
		_ = try("wrong") // that it fails is the point
	}
	if err := try("known elsewhere"); err != nil {
		t.Fatal(err)
	}
	if err := s.Services.Access.ChangePassword(t.Context(), made.Owner.Actor(), service.ChangePassword{Current: "known elsewhere", New: "known as well"}); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		_ = try("wrong") // that it fails is the point
	}
	if err := try(webtest.Password); loyalty.KindOf(err) != loyalty.TooMany {
		t.Errorf("after ten guesses: %v", err)
	}
}

// Many tries at once don't slip in under the limit.
func TestLockOutAtOnce(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	codes := make(chan string)
	const tries = 40
	for range tries {
		go func() {
			_, err := s.Services.Access.SignIn(t.Context(), service.SignIn{Email: ownerEmail, Password: "wrong", Address: "one"})
			codes <- loyalty.CodeOf(err)
		}()
	}
	count := map[string]int{}
	for range tries {
		count[<-codes]++
	}
	if count[loyalty.CodeUnauthorized] != 10 || count[loyalty.CodeRateLimited] != tries-10 {
		t.Errorf("%v", count)
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	pages(s, "auto")
	access := s.Services.Access
	begin := func(email string) *browser {
		b := &browser{s: s, header: sameOrigin}
		b.signIn(email, webtest.Password).Want(t, 200, "")
		return b
	}
	alive := func(b *browser) bool { return b.do("GET", "/probe/me", nil).Status == 200 }

	b := begin(ownerEmail)
	s.Clock.Add(8*time.Hour - time.Second)
	if !alive(b) {
		t.Error("ended before 8 hours without use")
	}
	s.Clock.Add(8 * time.Hour)
	if alive(b) {
		t.Error("an owner's session lasts 8 hours without use")
	}
	b = begin(ownerEmail)
	for range 7*24/7 - 1 {
		s.Clock.Add(7 * time.Hour)
		if !alive(b) {
			t.Fatal("a session in use ended")
		}
	}
	s.Clock.Add(7 * time.Hour)
	if alive(b) {
		t.Error("a session in use lasts 7 days")
	}

	cashier, err := access.CreateStaff(t.Context(), s.System(), service.CreateStaff{
		Email: "till@trattoria.test", Name: "Bo", Role: loyalty.Cashier, Password: webtest.Password, StoreIDs: []loyalty.ID{s.Store.ID},
	})
	if err != nil {
		t.Fatal(err)
	}
	b = begin(cashier.Email)
	b.do("GET", "/probe/owners", nil).Want(t, 403, "")
	if _, err := access.UpdateStaff(t.Context(), s.System(), service.UpdateStaff{ID: cashier.ID, Active: new(bool)}); err != nil {
		t.Fatal(err)
	}
	if alive(b) {
		t.Error("someone who left is still signed in")
	}

	mine, stolen := begin(ownerEmail), begin(ownerEmail)
	_, token, _ := strings.Cut(mine.cookie, "=")
	err = access.ChangePassword(t.Context(), s.Owner.Actor(), service.ChangePassword{Current: webtest.Password, New: "another good one", Token: token})
	if err != nil {
		t.Fatal(err)
	}
	if !alive(mine) || alive(stolen) {
		t.Error("a changed password ends the other sessions and keeps this one")
	}
}

func TestCrossSite(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	pages(s, "auto")
	b := &browser{s: s, header: sameOrigin}
	token := b.signIn(ownerEmail, webtest.Password).Want(t, 200, "").Body
	visitor := &browser{s: s}
	formOfVisitor := visitor.do("GET", "/probe/form", nil).Body
	for _, test := range []struct {
		name   string
		header []string
		token  string
		status int
	}{
		{"own page", sameOrigin, "", 200},
		{"own origin", []string{"Origin", "http://example.com"}, "", 200},
		{"other site", []string{"Sec-Fetch-Site", "cross-site"}, token, 403},
		{"sister site", []string{"Sec-Fetch-Site", "same-site"}, token, 403},
		{"other origin", []string{"Origin", "https://evil.test"}, token, 403},
		{"null origin", []string{"Origin", "null"}, token, 403},
		{"says nothing", nil, "", 403},
		{"says nothing, with the token", nil, token, 200},
		{"says nothing, with another's token", nil, formOfVisitor, 403},
	} {
		form := &browser{s: s, cookie: b.cookie, header: test.header}
		form.do("POST", "/probe/change", url.Values{"csrf": {test.token}}).Want(t, test.status, "")
		if test.token != "" {
			form.header = append([]string{"X-CSRF-Token", test.token}, test.header...)
			form.do("POST", "/probe/change", nil).Want(t, test.status, "")
		}
	}
}

func TestNextIsLocal(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/customers?q=a": "/customers?q=a", "": "/", "https://evil.test": "/", "//evil.test": "/", `/\evil.test`: "/",
		"/\tevil": "/", "javascript:alert(1)": "/", "customers": "/",
	} {
		if got := auth.LocalPath(next); got != want {
			t.Errorf("%q: %q, want %q", next, got, want)
		}
	}
}
