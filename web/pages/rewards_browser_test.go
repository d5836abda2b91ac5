package pages_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/internal/service"
)

// An owner adds a reward in a dialog, seeing what guests will see, changes it,
// and takes it off the menu again.
func TestOwnerAddsAReward(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	v.Go("/rewards")
	v.See("No rewards yet")
	look(t, v, "/rewards", "rewards-empty")
	press(t, v, `a[href="/rewards/new"]`)
	v.Until("asked for its name", `document.activeElement.matches("dialog[open] #f-name")`)
	v.Press("Tiramisù della nonna")
	browsertest.Eval[bool](t, v.Browser, `(document.querySelector("dialog input[value=free_item]").click(), true)`)
	v.Type("#f-itemName", "Tiramisù")
	v.Until("the guest's view follows", `document.querySelector("#guest-view").innerText.includes("Tiramisù della nonna")`)
	v.Usable("a new reward")
	v.Picture("reward-new")
	v.Do(t, chromedp.Focus("#f-pointsCost"))
	v.Press(kb.Enter)
	v.Press("-5")
	v.Press(kb.Enter)
	v.See("Must be a whole number from 1 to 1,000,000,000")
	v.Picture("reward-error")
	set(t, v, "#f-pointsCost", "300")
	press(t, v, "dialog button.btn-primary")
	v.See("Tiramisù della nonna is in the catalog.")
	v.See("Never redeemed yet")
	press(t, v, "article a.ui-cover")
	v.Until("its form", `document.querySelector("dialog[open] #f-pointsCost")?.value === "300"`)
	set(t, v, "#f-pointsCost", "350")
	press(t, v, "dialog button.btn-primary")
	v.See("Tiramisù della nonna is saved.") // the dialog's preview has the points before
	v.See("350 points")
	press(t, v, "article summary")
	press(t, v, `article a[href$="/delete"]`)
	v.See("Nobody has redeemed it yet")
	v.Picture("reward-delete")
	press(t, v, "dialog button.btn-error")
	v.See("Tiramisù della nonna is deleted.")
	v.See("No rewards yet")
	quiet(t, v)
}

func TestCatalog(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	programs, err := r.Services.Programs.List(t.Context(), r.System())
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range []service.RewardFields{
		{Name: service.Given("Espresso"), Type: service.Given("free_item"), ItemName: service.Given("Espresso"), Cost: service.Given(int64(100))},
		{Name: service.Given("10% off the next order"), Type: service.Given("discount"), DiscountType: service.Given("percentage"), DiscountValue: service.Given(int64(10)), Cost: service.Given(int64(300)), Description: service.Given("On the whole bill, wine included. Not together with other discounts.")},
		{Name: service.Given("Chef’s table for two"), Type: service.Given("perk"), Cost: service.Given(int64(12000)), Stock: service.Given(int64(3)), MinTierID: service.Given(programs[0].Tiers[2].ID), MaxPerCustomer: service.Given(int64(1))},
		{Name: service.Given("Five dollars"), Type: service.Given("credit"), DiscountType: service.Given("fixed"), DiscountValue: service.Given(int64(500)), Cost: service.Given(int64(600)), ExpiresAt: service.Given(r.Clock.Now().AddDate(0, 1, 0))},
		{Name: service.Given("Old delivery"), Type: service.Given("shipping"), Cost: service.Given(int64(200)), Active: service.Given(false)},
		{Name: service.Given("Harvest wine"), Type: service.Given("perk"), Cost: service.Given(int64(200)), StartsAt: service.Given(r.Clock.Now().AddDate(0, -2, 0)), ExpiresAt: service.Given(r.Clock.Now().AddDate(0, -1, 0))},
	} {
		f.ProgramID = programs[0].ID
		made, err := r.Services.Rewards.Create(t.Context(), r.System(), service.CreateReward{Fields: f})
		if err != nil {
			t.Fatal(err)
		}
		for g := range 2 {
			if i > 1 {
				break
			}
			if _, err := r.Services.Ledger.Redeem(t.Context(), r.System(), service.RedeemReward{RewardID: made.ID, Customer: service.CustomerRef{ID: r.guests[g+2]}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	look(t, v, "/rewards?show=all", "rewards")
	v.See("Redeemed 2 times, by 2 guests")
	v.See("3 left")
	v.See("Gold and above")
	v.Until("what guests can't have is faded", `[...document.querySelectorAll("article.ui-faded h3")].map(e => e.textContent).join() === "Harvest wine,Old delivery" ||
		[...document.querySelectorAll("article.ui-faded h3")].map(e => e.textContent).join() === "Old delivery,Harvest wine"`)
	v.Go("/rewards")
	if got := browsertest.Eval[int](t, v.Browser, `document.querySelectorAll("main article").length`); got != 4 {
		t.Errorf("%d rewards offered, want 4", got)
	}
	press(t, v, "article a.ui-cover")
	v.Until("its form", `document.querySelector("dialog[open] #f-name")`)
	v.Go(browsertest.Eval[string](t, v.Browser, `document.querySelector("article a.ui-cover").getAttribute("href")`))
	look(t, v, v.Path(), "reward")
	quiet(t, v)
}

// Of more rewards than are found by looking, one is searched for: by some of
// its words, accents aside, by keyboard and thumb, in each view, and without
// JavaScript.
func TestCatalogIsSearched(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	var names []string
	for i := range 14 {
		name := fmt.Sprintf("Plato %02d", i)
		if i == 3 || i == 12 {
			name = fmt.Sprintf("Café number %02d", i)
		}
		names = append(names, name)
		if _, err := r.Services.Rewards.Create(t.Context(), r.System(), service.CreateReward{Fields: service.RewardFields{
			ProgramID: firstProgram(t, r).ID, Name: service.Given(name), Cost: service.Given(int64(10 + i)), Type: service.Given("perk"), Active: service.Given(i < 12),
		}}); err != nil {
			t.Fatal(err)
		}
		if i == fewEnough-1 {
			ada, _ := owners(t, r)
			if n := document(t, ada.send("GET", "/rewards?show=all", nil)).Find("main [type=search]").Length(); n != 0 {
				t.Errorf("%d rewards can be searched", len(names))
			}
			if got := titles(document(t, ada.send("GET", "/rewards?show=all&q=number+CAFE", nil))); got != "Café number 03" {
				t.Errorf("without JavaScript %q are found", got)
			}
		}
	}
	v := r.Visit(t, browsertest.Phone)
	v.SignIn("manager@trattoria.test")
	v.Go("/rewards")
	// The key itself: the browser's driver types a letter whatever its key does.
	browsertest.Eval[bool](t, v.Browser, `!document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "/", bubbles: true, cancelable: true}))`)
	v.Until("the search has the focus", `document.activeElement.name === "q"`)
	v.Press("cafe")
	v.Until("one is left", `[...document.querySelectorAll("main article h3")].map(e => e.textContent).join() === "Café number 03" && document.activeElement.value === "cafe"`)
	v.Until("it is said how many", `document.querySelector("#found").textContent === "1 reward"`)
	v.Usable("rewards searched")
	v.Picture("rewards-searched")
	press(t, v, `#catalog nav a[href="/rewards?q=cafe&show=off"]`)
	v.Until("the other view keeps the words", `[...document.querySelectorAll("main article h3")].map(e => e.textContent).join() === "Café number 12" && document.querySelector("[name=q]").value === "cafe"`)
	v.Type("[name=q]", "xyz")
	v.See("No reward matches")
	v.Usable("no reward")
	quiet(t, v)
}

// fewEnough are found by looking.
const fewEnough = 12

// titles are the rewards on a page.
func titles(doc *goquery.Document) string {
	return strings.Join(doc.Find("main article h3").Map(func(_ int, s *goquery.Selection) string { return words(s) }), ", ")
}
