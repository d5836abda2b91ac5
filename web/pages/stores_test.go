package pages_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"regulars/web/webtest"
)

func document(t *testing.T, r webtest.Response) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(r.Want(t, 200, "").Body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func words(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

// cells are the words of each cell of the rows.
func cells(rows *goquery.Selection) string {
	return strings.Join(rows.Find("th, td").Map(func(_ int, c *goquery.Selection) string { return words(c) }), " | ")
}

// An owner sees what each store sells and since when it doesn't, by its own
// clock; and the log says what of a store was changed.
func TestStoresSayHowTheyAreDoing(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	owner := &caller{s: r.Server, agent: "Chrome/140.0"}
	owner.signIn(webtest.Password).Want(t, 303, "")
	till := &caller{s: r.Server, agent: "Chrome/140.0"}
	till.send("POST", "/login", url.Values{"email": {"cashier@trattoria.test"}, "password": {webtest.Password}}).Want(t, 303, "")
	row := func() string { return cells(document(t, owner.send("GET", "/stores", nil)).Find("tbody tr")) }
	if got := row(); !strings.Contains(got, "Harbour | 12:00 PM UTC | not watched | $700 4 orders | 7,000 | today | 1 till open") {
		t.Errorf("the store's row says %q", got)
	}
	change := url.Values{"name": {"Harbour"}, "timeZone": {"Asia/Tokyo"}, "currency": {"USD"}, "active": {"on"}, "from2": {"10:00"}, "to2": {"23:00"}}
	owner.send("POST", "/stores/"+r.Store.ID.String(), change).Want(t, 303, "")
	r.Clock.Add(48 * time.Hour) // from Tuesday to Thursday
	owner.signIn(webtest.Password).Want(t, 303, "")
	if got := row(); !strings.Contains(got, "Harbour | 9:00 PM Asia/Tokyo | closed | $700 4 orders | 7,000 | Mar 10, 2026 | none open | Active") {
		t.Errorf("two days later the row says %q", got)
	}
	r.Clock.Add(40 * 24 * time.Hour)
	owner.signIn(webtest.Password).Want(t, 303, "")
	if got := row(); !strings.Contains(got, "None in 30 days") {
		t.Errorf("six weeks later the row says %q", got)
	}
	log := words(document(t, owner.send("GET", "/audit?subject=store", nil)).Find("tbody tr"))
	if !strings.Contains(log, "Opening hours: Monday closed, Tuesday 10:00–23:00, Wednesday–Sunday closed") || !strings.Contains(log, "Time zone: Asia/Tokyo") || strings.Contains(log, "Currency") {
		t.Errorf("the log says %q", log)
	}
	owner.send("POST", "/stores/new", url.Values{"name": {"Quay"}, "timeZone": {"UTC"}, "currency": {"USD"}}).Want(t, 303, "")
	if got := row(); !strings.Contains(got, "none yet") {
		t.Errorf("beside a new store the rows say %q", got)
	}
}

// Where there is no program yet, no page of what belongs to one is a dead end.
func TestPagesBeforeThereIsAProgram(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	owner := &caller{s: s, agent: "Chrome/140.0"}
	owner.signIn(webtest.Password).Want(t, 303, "")
	for path, next := range map[string]string{"/program": "/program/new", "/program/tiers": "/program/new", "/rewards": "/program/new", "/anomalies/settings": "/program"} {
		if doc := document(t, owner.send("GET", path, nil)); doc.Find(`main .btn-primary[href="`+next+`"]`).Length() != 1 {
			t.Errorf("%s doesn't lead to %s: %s", path, next, words(doc.Find("main")))
		}
	}
	if got := owner.send("GET", "/rewards/new", nil).Want(t, 303, "").Header.Get("Location"); got != "/rewards" {
		t.Errorf("a reward without a program is asked for at %s", got)
	}
}

// A page of its own is called in the browser's tabs and history as in its
// heading, not as the list it belongs to; and a filter complains in a sentence.
func TestPagesAreCalledWhatTheyAre(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	owner := &caller{s: r.Server, agent: "Chrome/140.0"}
	owner.signIn(webtest.Password).Want(t, 303, "")
	for _, path := range []string{"/rewards/new", "/staff/new", "/stores/new", "/stores/" + r.Store.ID.String(), "/program/events/new", "/settings/keys/new", "/customers/new", "/give", "/program/new"} {
		doc := document(t, owner.send("GET", path, nil))
		if title, heading := words(doc.Find("head title")), words(doc.Find("h1")); title != heading+" · Regulars" {
			t.Errorf("%s is called %q over %q", path, title, heading)
		}
	}
	if got := words(document(t, owner.send("GET", "/customers?min=abc", nil)).Find("#f-min-error")); got != "Must be a whole number" {
		t.Errorf("the filter says %q", got)
	}
}
