package pages_test

import (
	"regexp"
	"strings"
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// waiting gives María so many points that wait for a manager.
func waiting(t *testing.T, s *webtest.Server, maria loyalty.ID, points loyalty.Points) {
	t.Helper()
	s.Staff(loyalty.Manager, "Martín Salas")
	var staff string
	link := `UPDATE staff SET customer_id = $1 WHERE email = 'manager@trattoria.test' RETURNING id`
	if err := s.DB.SQL.QueryRowContext(t.Context(), link, maria.String()).Scan(&staff); err != nil {
		t.Fatal(err)
	}
	him := loyalty.Actor{Role: loyalty.Manager, OrgID: s.Org.ID, AccountID: maria}
	him.StaffID, _ = loyalty.ParseID(staff)
	give := service.AwardPoints{Customer: service.CustomerRef{ID: maria}, Points: points, Reason: "Thanks", StoreID: s.Store.ID}
	if _, err := s.Services.Ledger.Award(t.Context(), him, give); err != nil {
		t.Fatal(err)
	}
}

// A guest's card says what can't be spent yet, and counts what is missing for a
// reward from what can.
func TestCardSaysWhatWaits(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	waiting(t, s, ids["María García"], 1150)
	card := cardOf(t, signIn(t, s, "cashier@trattoria.test"), ids["María García"])
	guest := &person{s: s, cookies: map[string]string{}}
	page := guest.do("GET", card, nil).Want(t, 200, "").Body
	for _, text := range []string{"1,150 points can’t be spent yet: the restaurant is still checking them.", "300 points to go"} {
		if !strings.Contains(page, text) {
			t.Errorf("the card doesn't say %q", text)
		}
	}
}

// A card whose account is frozen says so.
func TestFrozenCardSaysSo(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	card := cardOf(t, signIn(t, s, "cashier@trattoria.test"), ids["María García"])
	guest := &person{s: s, cookies: map[string]string{}}
	if strings.Contains(guest.do("GET", card, nil).Body, "on hold") {
		t.Error("an open account is on hold")
	}
	if _, err := s.Services.Customers.Freeze(t.Context(), s.System(), service.FreezeCustomer{ID: ids["María García"], Frozen: true}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(guest.do("GET", card, nil).Want(t, 200, "").Body, "This account is on hold") {
		t.Error("the card doesn't say why there are no rewards")
	}
}

// Who is called what the erased are called keeps the name in every language: on
// pages that read the guest and on those that read rows with the name. The file
// of customers says both, and who was erased.
func TestNameOfTheErasedIsNobodyElses(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	called, err := s.Services.Customers.Create(t.Context(), s.System(), service.CreateCustomer{Name: "Anonymous", Phone: "+51 900 111 222"})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []loyalty.ID{called.ID, ids["María García"]} {
		give := service.AwardPoints{Customer: service.CustomerRef{ID: id}, Points: 300, Reason: "x"}
		if _, err := s.Services.Ledger.Award(t.Context(), s.System(), give); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Services.Customers.Anonymize(t.Context(), s.System(), service.AnonymizeCustomer{ID: ids["María García"]}); err != nil {
		t.Fatal(err)
	}
	p := signIn(t, s, "owner@trattoria.test")
	p.cookies["lang"] = "es"
	for id, name := range map[loyalty.ID]string{called.ID: "Anonymous", ids["María García"]: "Anónimo"} {
		for _, path := range []string{"/customers/%s", "/till/%s", "/customers/%s/freeze", "/transactions?customer=%s"} {
			if path == "/till/%s" && id != called.ID {
				continue // there the erased have no name at all
			}
			page := words(document(t, p.do("GET", strings.Replace(path, "%s", id.String(), 1), nil)).Find("main"))
			if other := map[string]string{"Anonymous": "Anónimo", "Anónimo": "Anonymous"}[name]; !strings.Contains(page, name) || strings.Contains(page, other) {
				t.Errorf("%s doesn't call the guest %s: %s", path, name, page)
			}
		}
	}
	for id, ways := range map[loyalty.ID]int{called.ID: 1, ids["María García"]: 0} {
		doc := document(t, p.do("GET", "/customers/"+id.String(), nil))
		if n := doc.Find(`main a.btn[href="/till/` + id.String() + `"]`).Length(); n != ways {
			t.Errorf("%d ways to the till for %s, want %d", n, words(doc.Find("h1")), ways)
		}
	}
	file := p.do("GET", "/customers.csv", nil).Want(t, 200, "").Body
	for _, row := range []string{`,Anonymous,,'\+51 900 111 222,(.*),no\n`, `,Anónimo,,,(.*),yes\n`} {
		if !regexp.MustCompile(row).MatchString(file) {
			t.Errorf("no %s in\n%s", row, file)
		}
	}
}

// Who was erased is called so in the reader's language.
func TestErasedGuestIsAnonymousInEveryLanguage(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	if _, err := s.Services.Customers.Anonymize(t.Context(), s.System(), service.AnonymizeCustomer{ID: ids["María García"]}); err != nil {
		t.Fatal(err)
	}
	p := signIn(t, s, "owner@trattoria.test")
	for lang, want := range map[string]string{"en": "Anonymous</h1>", "es": "Anónimo</h1>"} {
		p.cookies["lang"] = lang
		if !strings.Contains(p.do("GET", "/customers/"+ids["María García"].String(), nil).Body, want) {
			t.Errorf("%s: no %q", lang, want)
		}
		name := strings.TrimSuffix(want, "</h1>")
		for _, path := range []string{"/customers/%s/delete", "/customers/%s/freeze", "/transactions?customer=%s", "/customers"} {
			path = strings.Replace(path, "%s", ids["María García"].String(), 1)
			page := words(document(t, p.do("GET", path, nil)).Find("main"))
			if !strings.Contains(page, name) || lang == "es" && strings.Contains(page, "Anonymous") {
				t.Errorf("%s in %s doesn't call the guest %s: %s", path, lang, name, page)
			}
		}
	}
}

// The time line marks which award waits for a manager, and no other.
func TestHistoryMarksWhatWaits(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	maria := ids["María García"]
	give := service.AwardPoints{Customer: service.CustomerRef{ID: maria}, Points: 40, Reason: "x"}
	if _, err := s.Services.Ledger.Award(t.Context(), s.System(), give); err != nil {
		t.Fatal(err)
	}
	waiting(t, s, maria, 1150)
	doc := document(t, signIn(t, s, "owner@trattoria.test").do("GET", "/customers/"+maria.String(), nil))
	var marked []string
	for _, li := range doc.Find("#history li").EachIter() {
		if text := words(li); strings.Contains(text, "Waits for a manager") {
			marked = append(marked, text)
		}
	}
	if len(marked) != 1 || !strings.Contains(marked[0], "+1,150") {
		t.Errorf("marked: %q", marked)
	}
}

// Whoever is erased can't redeem, so there are no rewards to show.
func TestErasedGuestHasNoRewardsToShow(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	p, path := signIn(t, s, "owner@trattoria.test"), "/customers/"+ids["María García"].String()
	rewards := func() bool {
		return strings.Contains(words(document(t, p.do("GET", path, nil)).Find("main")), "Rewards")
	}
	if !rewards() {
		t.Fatal("a guest sees no rewards")
	}
	if _, err := s.Services.Customers.Anonymize(t.Context(), s.System(), service.AnonymizeCustomer{ID: ids["María García"]}); err != nil {
		t.Fatal(err)
	}
	if rewards() {
		t.Error("an erased guest has rewards")
	}
}
