package pages_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/ui"
)

// Where there is room the card stands beside the rewards; paper gets what lasts
// and none of the points of the day, as large as a bank card.
func TestCardBesideRewardsAndOnPaper(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	give := service.AwardPoints{Customer: service.CustomerRef{ID: ids["María García"]}, Points: 320, Reason: "Welcome"}
	if _, err := s.Services.Ledger.Award(t.Context(), s.System(), give); err != nil {
		t.Fatal(err)
	}
	card := cardOf(t, signIn(t, s, "cashier@trattoria.test"), ids["María García"])
	v := s.Visit(t, browsertest.Desktop)
	v.Go(card)
	v.Until("side by side", `document.querySelector(".ui-member").getBoundingClientRect().right < document.querySelector("#card-rewards").getBoundingClientRect().left`)
	v.Usable("card, wide")
	v.Do(t, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return err
	}))
	v.Until("the card alone", `(text => text.includes("María") && !/320|Bronze|Free coffee/.test(text))(document.querySelector("main").innerText)`)
	v.Until("a bank card's size", `Math.abs(document.querySelector(".ui-member").offsetWidth - 86 / 25.4 * 96) < 2`)
}

// Without a program a card shows no tier.
func TestCardWithoutTier(t *testing.T) {
	t.Parallel()
	for tier, chips := range map[string]int{"": 0, "Gold": 1} {
		var b strings.Builder
		if err := ui.MemberCard(ui.MemberCardProps{Restaurant: "Lume", Tier: tier}).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(b.String(), "ui-member-tier"); n != chips {
			t.Errorf("%d chips for the tier %q", n, tier)
		}
	}
}

// Whom nobody was found for is signed up with what was typed, a name or a
// number, without leaving the list; and the list has room for large balances.
func TestSearchSignsUpWhomItDoesNotFind(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	give := service.AwardPoints{Customer: service.CustomerRef{ID: ids["Ann Lee"]}, Points: 9_999_999, Reason: "Opening balance"}
	if _, err := s.Services.Ledger.Award(t.Context(), s.System(), give); err != nil {
		t.Fatal(err)
	}
	long := service.CreateCustomer{Name: "Maximiliana Guadalupe Hernández-Fernández de la Concepción", Phone: "+51 955 500 004"}
	if _, err := s.Services.Customers.Create(t.Context(), s.System(), long); err != nil {
		t.Fatal(err)
	}
	s.Staff(loyalty.Manager, "Mateo Ruiz")
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("manager@trattoria.test")
	v.Go("/customers")
	v.Until("a long name within its row", `[...document.querySelectorAll("tbody th a")].every(e => e.getBoundingClientRect().right < 340) && document.querySelector(".ui-unnamed").offsetWidth > 70`)
	v.Until("a balance in one line", `[...document.querySelectorAll("tbody td")].some(e => e.innerText.includes("9,999,999") && e.offsetHeight < 50)`)
	v.Type("#f-search", "998 877 665")
	v.Until("the number in the form", `document.querySelector("#newcomer-phone")?.value === "998 877 665" && document.querySelector("#newcomer-name").value === ""`)
	v.Go("/customers")
	v.Type("#f-search", "Zoe Quinto")
	v.Until("the name in the form", `document.querySelector("#newcomer-name")?.value === "Zoe Quinto"`)
	v.Usable("customers, nobody found")
	v.Tap(`form[action="/customers/new"] button[type=submit]`)
	v.See("Customer added.")
	v.Until("the new customer", `document.querySelector("h1").innerText === "Zoe Quinto"`)
}
