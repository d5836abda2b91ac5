package pages_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web"
	"regulars/web/webtest"
)

// cardOf issues a card as staff do and returns its link's path.
func cardOf(t *testing.T, p *person, guest loyalty.ID) string {
	t.Helper()
	page := "/customers/" + guest.String() + "/card"
	csrf := field(p.do("GET", page, nil).Body, "csrf")
	if r := p.do("POST", page, map[string][]string{"csrf": {csrf}}); r.Status != 303 {
		t.Fatalf("status %d: %s", r.Status, r.Body)
	}
	m := regexp.MustCompile(`https?://[^/"]+(/card/[^"]+)"`).FindStringSubmatch(p.do("GET", page, nil).Body)
	if m == nil {
		t.Fatal("the page shows no link")
	}
	return m[1]
}

// A card tells its holder no more than it has to, and the server no log
// whose link was opened.
func TestCardTellsLittle(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s, ids := restaurant(t, func(d *web.Deps) {
		d.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	link := cardOf(t, signIn(t, s, "cashier@trattoria.test"), ids["María García"])

	guest := &person{s: s, cookies: map[string]string{}}
	r := guest.do("GET", link, nil)
	if r.Status != 200 || !strings.Contains(r.Body, "María") || !strings.Contains(r.Body, "Free coffee") || !strings.Contains(r.Body, "<svg") {
		t.Fatalf("status %d: %s", r.Status, r.Body)
	}
	// A stylesheet's fingerprint may have any digits.
	body := regexp.MustCompile(`/static/[^"]*`).ReplaceAllString(r.Body, "")
	for _, secret := range []string{"García", "987", "654", ids["María García"].String(), s.Org.ID.String()} {
		if before, after, told := strings.Cut(body, secret); told {
			t.Errorf("the card tells %q: …%s%s%s…", secret, before[max(0, len(before)-40):], secret, after[:min(40, len(after))])
		}
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive", "Set-Cookie": ""} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if es := guest.do("GET", link, nil, "Accept-Language", "es-PE"); !strings.Contains(es.Body, "Muestra esta tarjeta") {
		t.Error("a Spanish browser gets no Spanish card")
	}
	if said := log.String(); !strings.Contains(said, "/card/:token") || strings.Contains(said, strings.TrimPrefix(link, "/card/")) {
		t.Errorf("the log should name the route and never the token: %s", said)
	}
}

// What was never a card, never issued or taken away is one and the same.
func TestCardThatIsNone(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	p := signIn(t, s, "cashier@trattoria.test")
	link := cardOf(t, p, ids["Ann Lee"])
	page := "/customers/" + ids["Ann Lee"].String() + "/card"
	form := p.do("GET", page, nil)
	if r := p.do("POST", page+"/revoke", map[string][]string{"csrf": {field(form.Body, "csrf")}}); r.Status != 303 {
		t.Fatalf("status %d: %s", r.Status, r.Body)
	}
	guest := &person{s: s, cookies: map[string]string{}}
	revoked := guest.do("GET", link, nil)
	if revoked.Status != 404 || !strings.Contains(revoked.Body, "This card isn’t valid") {
		t.Fatalf("status %d: %s", revoked.Status, revoked.Body)
	}
	for _, other := range []string{"/card/x", "/card/" + strings.Repeat("A", 32)} {
		if r := guest.do("GET", other, nil); r.Status != 404 || r.Body != revoked.Body {
			t.Errorf("%s is answered in another way: %d", other, r.Status)
		}
	}
}

// Nobody tries many links.
func TestCardsAreNotTriedOut(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	guest := &person{s: s, cookies: map[string]string{}}
	for i := range 61 {
		r := guest.do("GET", fmt.Sprintf("/card/%032d", i), nil)
		if want := map[bool]int{true: 404, false: 429}[i < 60]; r.Status != want {
			t.Fatalf("status %d for try %d, want %d", r.Status, i+1, want)
		}
	}
}

// What an owner writes about a tier, with or without JavaScript, reaches its
// guests on their card, line by line.
func TestATiersBenefitsReachItsGuests(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	programs, err := s.Services.Programs.List(t.Context(), s.System())
	if err != nil {
		t.Fatal(err)
	}
	owner := signIn(t, s, "owner@trattoria.test")
	path := "/program/" + programs[0].ID.String() + "/tiers"
	form := url.Values{"csrf": {field(owner.do("GET", path, nil).Body, "csrf")}}
	for i, tier := range programs[0].Tiers {
		at := fmt.Sprintf("tiers[%d].", i)
		form.Set(at+"id", tier.ID.String())
		form.Set(at+"name", tier.Name)
		form.Set(at+"minPoints", fmt.Sprint(tier.MinPoints))
		form.Set(at+"multiplier", "1.00")
		form.Set(at+"benefits", "A coffee\r\nA table on Fridays")
	}
	if r := owner.do("POST", path, form); r.Status != 303 {
		t.Fatalf("status %d: %s", r.Status, r.Body)
	}
	guest := &person{s: s, cookies: map[string]string{}}
	card := guest.do("GET", cardOf(t, signIn(t, s, "cashier@trattoria.test"), ids["Ann Lee"]), nil)
	for _, want := range []string{"What " + programs[0].Tiers[0].Name + " gives you", "A coffee\nA table on Fridays"} {
		if !strings.Contains(card.Body, want) {
			t.Errorf("the card doesn't say %q", want)
		}
	}
}

// On a phone and on paper, in both languages.
func TestCardInBrowser(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	if _, err := s.Services.Ledger.Award(t.Context(), s.System(), service.AwardPoints{
		Customer: service.CustomerRef{ID: ids["María García"]}, Points: 320, Reason: "Welcome",
	}); err != nil {
		t.Fatal(err)
	}
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	v.Go("/customers/" + ids["María García"].String())
	v.Tap(`a[href$="/card"]`)
	v.See("Issue a card")
	v.Until("the dialog stands still", `document.activeElement.closest("dialog") && document.getAnimations().every(a => a.timeline !== document.timeline)`)
	v.Usable("no card yet")
	v.Tap("#modal form[hx-post] button")
	v.See("The card is issued.")
	v.Usable("card handed out")
	v.Go(browsertest.Eval[string](t, v.Browser, `new URL(document.querySelector("#modal a[target=_blank]").href).pathname`))
	v.See("320")
	v.See("Yours to take")
	v.Until("that is said once", `document.body.innerText.split("Yours to take").length === 2`)
	v.Usable("card")
	v.NoComplaints()
}
