package pages_test

import (
	"net/url"
	"strings"
	"testing"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// Without a program nobody is told that one is running: an owner is led to set
// it up, a manager is told who does, and the till says what a bill is worth.
func TestHomeAndTillBeforeThereIsAProgram(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Staff(loyalty.Manager, "Mara")
	for _, x := range []struct{ who, lang, home, first, till, link string }{
		{"owner", "en", "No program is active yet, so bills earn no points.", "/program/new", "Until one is, bills are only recorded and earn no points.", "/program"},
		{"owner", "es", "Todavía no hay ningún programa activo, así que las cuentas no dan puntos.", "/program/new", "Hasta que haya uno, las cuentas solo se registran y no dan puntos.", "/program"},
		{"manager", "en", "An owner sets it up first.", "/till", "An owner can activate one; until then bills are only recorded.", ""},
		{"manager", "es", "Primero lo crea la propiedad.", "/till", "hasta entonces las cuentas solo se registran", ""},
	} {
		p := &caller{s: s, agent: "Chrome/140.0"}
		p.send("POST", "/login", url.Values{"email": {x.who + "@trattoria.test"}, "password": {webtest.Password}}).Want(t, 303, "")
		p.cookie += "; lang=" + x.lang
		doc := document(t, p.send("GET", "/", nil))
		if said := words(doc.Find("main")); !strings.Contains(said, x.home) || strings.Contains(said, "running") || strings.Contains(said, "en marcha") {
			t.Errorf("home tells the %s in %s: %s", x.who, x.lang, said)
		}
		if href, _ := doc.Find("main ol a").First().Attr("href"); href != x.first {
			t.Errorf("home leads the %s to %q first, want %q", x.who, href, x.first)
		}
		till := document(t, p.send("GET", "/till", nil))
		if said := words(till.Find("#till .ui-alert")); !strings.Contains(said, x.till) {
			t.Errorf("the till tells the %s in %s: %q", x.who, x.lang, said)
		}
		if href, _ := till.Find("#till .ui-alert a").Attr("href"); href != x.link {
			t.Errorf("the till leads the %s to %q, want %q", x.who, href, x.link)
		}
	}
}

// One that is set up and switched off is not to be set up again; once it is on,
// home and till say nothing of it.
func TestHomeWithTheProgramSwitchedOff(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	made, err := s.Services.Programs.Create(t.Context(), s.System(), service.CreateProgram{Fields: service.ProgramFields{
		Name: service.Given("Lume Club"), Rate: service.Given(loyalty.Rate(10 * loyalty.RateScale)), Active: service.Given(false),
	}})
	if err != nil {
		t.Fatal(err)
	}
	owner := &caller{s: s, agent: "Chrome/140.0"}
	owner.signIn(webtest.Password).Want(t, 303, "")
	first := func() string { return words(document(t, owner.send("GET", "/", nil)).Find("main ol h2").First()) }
	if got := first(); got != "Switch the program on" {
		t.Errorf("first comes %q", got)
	}
	if _, err := s.Services.Programs.Change(t.Context(), s.System(), service.ChangeProgram{ID: made.Program.ID, Fields: service.ProgramFields{Active: service.Given(true)}}); err != nil {
		t.Fatal(err)
	}
	if got := first(); got != "Give the first points" {
		t.Errorf("first comes %q", got)
	}
	if said := words(document(t, owner.send("GET", "/till", nil)).Find("#till .ui-alert")); said != "" {
		t.Errorf("the till says %q", said)
	}
}

// With no case at all there is nothing to narrow down or to take away; and on
// a phone the tabs say by fading that there are more, the current one in sight.
func TestAnomaliesWithoutAnyOnAPhone(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Phone)
	v.SignIn("manager@trattoria.test")
	v.Go("/anomalies")
	v.See("Nothing waits for you")
	v.Until("no filter and no file", `!document.querySelector("form.ui-filters, main a[href^='/anomalies/export.csv']")`)
	v.Until("the end fades", `getComputedStyle(document.querySelector(".ui-tabs")).getPropertyValue("--rg-fade-end") === "40px"`)
	v.Go("/anomalies?status=all")
	v.Until("the current tab in sight", `(b => b.left >= 0 && b.right <= innerWidth)(document.querySelector(".ui-tabs [aria-current]").getBoundingClientRect())`)
	v.Until("the start fades", `getComputedStyle(document.querySelector(".ui-tabs")).getPropertyValue("--rg-fade-end") === "0px"`)
	v.Usable("anomalies, all of none")
	v.Go("/anomalies?severity=high")
	v.See("No case matches")
	v.Until("the filter can be changed", `document.querySelector("form.ui-filters")`)
	v.NoComplaints()
}
