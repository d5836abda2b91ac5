package pages_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// sixty is the restaurant with 60 rewards, of which Ann Lee can have 20: the
// cheapest are kept for a tier that she hasn't reached.
func sixty(t *testing.T) (*webtest.Server, map[string]loyalty.ID) {
	t.Helper()
	s, ids := restaurant(t)
	ctx, system := t.Context(), s.System()
	programs, err := s.Services.Programs.List(ctx, system)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 59 {
		f := service.RewardFields{
			ProgramID: programs[0].ID, Name: service.Given(fmt.Sprintf("Reward %02d", i)), Type: service.Given("perk"), Cost: service.Given(int64(10 + 10*i)),
		}
		if i < 10 {
			f.MinTierID = service.Given(programs[0].Tiers[len(programs[0].Tiers)-1].ID)
		}
		if i == 58 {
			f.Name = service.Given("Café de Jaén")
		}
		if _, err := s.Services.Rewards.Create(ctx, system, service.CreateReward{Fields: f}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Services.Ledger.Award(ctx, system, service.AwardPoints{Customer: service.CustomerRef{ID: ids["Ann Lee"]}, Points: 300, Reason: "Welcome"}); err != nil {
		t.Fatal(err)
	}
	return s, ids
}

// Of many rewards the till shows a few, within reach first, folds the others
// away and finds them by what they are called, beside the bill that is typed.
func TestManyRewardsAtTheTill(t *testing.T) {
	t.Parallel()
	s, ids := sixty(t)
	guest := "/till/" + ids["Ann Lee"].String()
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	v.Go(guest)
	const shown = `[...document.querySelectorAll("#till-offers li")].filter(e => e.checkVisibility()).map(e => e.querySelector("p").textContent)`
	v.Until("the first few, within reach", shown+`.join() === Array.from({length: 8}, (_, i) => "Reward " + (10 + i)).join()`)
	v.Usable("60 rewards at the till")
	v.Tap("#till-offers summary")
	v.Until("all of them", shown+`.length === 60`)
	v.Until("then what takes more points, then what takes another tier", shown+`[20] !== "Reward 00" && `+shown+`.slice(-10).join() === Array.from({length: 10}, (_, i) => "Reward 0" + i).join()`)
	v.Type("#f-total", "12")
	v.Type("#f-reward", "cafe jaen")
	v.Until("found", shown+`.join() === "Café de Jaén" && document.querySelector("#till-said").textContent === "1 reward" && document.activeElement.id === "f-reward"`)
	v.Until("in sight", `document.querySelector("#till-offers li").getBoundingClientRect().bottom < innerHeight / 2`)
	v.Press(kb.Escape)
	v.Until("Escape empties the field first", `document.querySelector("#f-reward").value === "" && `+shown+`.length === 8`)
	if got := browsertest.Eval[string](t, v.Browser, `location.pathname + " " + document.querySelector("#f-total").value`); got != guest+" 12" {
		t.Errorf("at %q", got)
	}
	v.Type("#f-reward", "xyz")
	v.See("No reward matches")
	v.Usable("no reward found at the till")
	v.NoComplaints()

	p := signIn(t, s, "cashier@trattoria.test")
	if doc := document(t, p.do("GET", guest+"?reward=cafe", nil)); words(doc.Find("#till-offers li p.font-medium")) != "Café de Jaén" {
		t.Errorf("without JavaScript %q is found", words(doc.Find("#till-offers li p.font-medium")))
	}
}

// So do the guest's page and card.
func TestManyRewardsOfAGuest(t *testing.T) {
	t.Parallel()
	s, ids := sixty(t)
	p := signIn(t, s, "cashier@trattoria.test")
	guest := &person{s: s, cookies: map[string]string{}}
	page := document(t, p.do("GET", "/customers/"+ids["Ann Lee"].String(), nil))
	card := document(t, guest.do("GET", cardOf(t, p, ids["Ann Lee"]), nil))
	if first := page.Find("li:has(a[href*='/redeem/'])").First(); !strings.Contains(words(first), "Reward 10") || page.Find("details li").Length() != 52 {
		t.Errorf("the page begins with %q and folds away %d", words(first), page.Find("details li").Length())
	}
	if first := card.Find("main li").First(); !strings.Contains(words(first), "Reward 10") || card.Find("main li").Length() != 22 || card.Find("details li").Length() != 13 {
		t.Errorf("the card begins with %q, has %d and folds away %d", words(first), card.Find("main li").Length(), card.Find("details li").Length())
	}
	if last := words(card.Find("main li").Last()); !strings.Contains(last, "points to go") {
		t.Errorf("the card ends with %q", last)
	}
}

// A phone is wide enough for the catalog's views and how many each has.
func TestCatalogsViewsAreInSight(t *testing.T) {
	t.Parallel()
	s, _ := sixty(t)
	s.Staff(loyalty.Manager, "Marco")
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("manager@trattoria.test")
	v.Go("/rewards")
	v.Until("60 of 60", `document.querySelector("#catalog nav").innerText.replace(/\s+/g, " ").endsWith("All rewards 60")`)
	if cut := browsertest.Eval[int](t, v.Browser, `(e => e.scrollWidth - e.clientWidth)(document.querySelector("#catalog nav"))`); cut > 0 {
		t.Errorf("%d px of them are cut", cut)
	}
}

// Tiers with long names, ten of them, break no page.
func TestTenTiersWithLongNames(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	programs, err := s.Services.Programs.List(t.Context(), s.System())
	if err != nil {
		t.Fatal(err)
	}
	var tiers []service.TierFields
	for i := range 10 {
		f := service.TierFields{
			Name: service.Given(fmt.Sprintf("%d. Círculo de los fundadores de la casa", i+1)), MinPoints: service.Given(int64(100 * i)), Multiplier: service.Given(int64(100 + 10*i)),
		}
		if i < len(programs[0].Tiers) {
			f.ID = programs[0].Tiers[i].ID
		}
		tiers = append(tiers, f)
	}
	if _, err := s.Services.Programs.Change(t.Context(), s.System(), service.ChangeProgram{ID: programs[0].ID, Fields: service.ProgramFields{Tiers: service.Given(tiers)}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Services.Ledger.Award(t.Context(), s.System(), service.AwardPoints{Customer: service.CustomerRef{ID: ids["Ann Lee"]}, Points: 730, Reason: "Welcome"}); err != nil {
		t.Fatal(err)
	}
	card := cardOf(t, signIn(t, s, "cashier@trattoria.test"), ids["Ann Lee"])
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	for _, path := range []string{"/till/" + ids["Ann Lee"].String(), "/customers/" + ids["Ann Lee"].String(), card} {
		v.Go(path)
		v.See("70 points to 9. Círculo de los fundadores de la casa")
		v.Usable("ten tiers, " + strings.SplitN(path, "/", 3)[1])
	}
}
