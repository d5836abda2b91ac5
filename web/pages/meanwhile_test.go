package pages_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// drawn is a form of a page as a browser would send it.
func drawn(t *testing.T, who *caller, page, action string) url.Values {
	t.Helper()
	return filled(document(t, who.send("GET", page, nil)).Find(`main form[action="` + action + `"]`))
}

// cameBack sends a form that must come back, and returns how.
func cameBack(t *testing.T, who *caller, action string, form url.Values) *goquery.Selection {
	t.Helper()
	res := who.send("POST", action, form).Want(t, 422, "")
	res.Status = 200
	doc := document(t, res)
	if said := words(doc.Find("main [role=alert]")); !strings.Contains(said, "Other values were saved while you were editing.") {
		t.Fatalf("%s says %q", action, said)
	}
	return doc.Find(`main form[action="` + action + `"]`)
}

// beside is what stands beside a field as its error.
func beside(form *goquery.Selection, name string) string {
	in := form.Find(`[name="` + name + `"]`)
	return words(form.Find(`[id="` + in.AttrOr("id", "") + `-error"]`))
}

// Of two owners who have the rules open at once the second doesn't overwrite
// what the first has saved, and loses nothing of what was typed.
func TestTwoOwnersChangeTheRules(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ada, bruno := owners(t, r)
	page := "/program/" + firstProgram(t, r).ID.String()
	first, second := drawn(t, ada, "/program", page), drawn(t, bruno, "/program", page)

	first.Set("pointsPerCurrencyUnit", "20")
	first.Set("claimWindowDays", "14")
	first.Set("tierDowngrade", "on_reversal")
	ada.send("POST", page, first).Want(t, 303, "")
	second.Set("pointsPerCurrencyUnit", "30")
	second.Set("pointsExpireAfterDays", "365")
	form := cameBack(t, bruno, page, second)
	if p := firstProgram(t, r); p.Rate != 20*loyalty.RateScale || p.ExpireAfterDays != 0 || p.ClaimWindowDays != 14 {
		t.Errorf("saved is %+v", p)
	}
	again := filled(form)
	for field, want := range map[string]string{"pointsPerCurrencyUnit": "30", "pointsExpireAfterDays": "365", "claimWindowDays": "14", "tierDowngrade": "on_reversal"} {
		if again.Get(field) != want {
			t.Errorf("%s holds %q, want %q", field, again.Get(field), want)
		}
	}
	if got := beside(form, "pointsPerCurrencyUnit"); got != "Saved meanwhile: 20" {
		t.Errorf("beside the rate stands %q", got)
	}
	bruno.send("POST", page, again).Want(t, 303, "")
	if p := firstProgram(t, r); p.Rate != 30*loyalty.RateScale || p.ExpireAfterDays != 365 || p.ClaimWindowDays != 14 || p.TierDowngrade != loyalty.DowngradeOnReversal {
		t.Errorf("saved knowingly is %+v", p)
	}
}

// The tier editor, too: tiers that others have added or taken out included.
// What is no tier's, such as the rate, is nothing to it.
func TestTwoOwnersChangeTheLadder(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ada, bruno := owners(t, r)
	rules := "/program/" + firstProgram(t, r).ID.String()
	page := rules + "/tiers"
	first, second := drawn(t, ada, "/program/tiers", page), drawn(t, bruno, "/program/tiers", page)
	change := drawn(t, ada, "/program", rules)
	change.Set("pointsPerCurrencyUnit", "20")
	ada.send("POST", rules, change).Want(t, 303, "")

	// Ada raises Silver, renames Gold, takes Platinum out and adds Diamond.
	first.Set("tiers[1].minPoints", "600")
	first.Set("tiers[2].name", "Golden")
	for field, value := range map[string]string{"id": "", "name": "Diamond", "minPoints": "9000", "multiplier": "2.00", "benefits": ""} {
		first.Set("tiers[3]."+field, value)
	}
	ada.send("POST", page, first).Want(t, 303, "")
	// Bruno raises Silver higher, and knows of nothing else.
	second.Set("tiers[1].minPoints", "700")
	form := cameBack(t, bruno, page, second)
	again := filled(form)
	want := []string{"Bronze 0", "Silver 700", "Golden 2000", "Diamond 9000"}
	for i, rung := range want {
		row := "tiers[" + string(rune('0'+i)) + "]."
		if got := again.Get(row+"name") + " " + again.Get(row+"minPoints"); got != rung {
			t.Errorf("row %d is %q, want %q", i, got, rung)
		}
	}
	if got := beside(form, "tiers[1].minPoints"); got != "Saved meanwhile: 600" {
		t.Errorf("beside Silver stands %q", got)
	}
	bruno.send("POST", page, again).Want(t, 303, "")
	var got []string
	for _, tier := range firstProgram(t, r).Tiers {
		got = append(got, fmt.Sprint(tier.Name, " ", tier.MinPoints))
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("saved are %q", got)
	}
}

// A reward, too; and whoever changes its name puts nothing back on the shelf
// that guests have taken since.
func TestTwoOwnersChangeAReward(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ada, bruno := owners(t, r)
	made, err := r.Services.Rewards.Create(t.Context(), r.System(), service.CreateReward{Fields: service.RewardFields{
		ProgramID: firstProgram(t, r).ID, Name: service.Given("Coffee"), Cost: service.Given(int64(10)), Type: service.Given("perk"), Stock: service.Given(int64(5)),
	}})
	if err != nil {
		t.Fatal(err)
	}
	page := "/rewards/" + made.ID.String()
	first, second := drawn(t, ada, page, page), drawn(t, bruno, page, page)
	if _, err := r.Services.Ledger.Redeem(t.Context(), r.System(), service.RedeemReward{Customer: service.CustomerRef{ID: r.guests[3]}, RewardID: made.ID, StoreID: r.Store.ID}); err != nil {
		t.Fatal(err)
	}
	first.Set("name", "Espresso")
	ada.send("POST", page, first).Want(t, 303, "")
	now := func() loyalty.Reward {
		now, err := r.Services.Rewards.Get(t.Context(), r.System(), made.ID)
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	if now := now(); now.Name != "Espresso" || *now.Stock != 4 {
		t.Errorf("saved is %s with %d left, want 4", now.Name, *now.Stock)
	}
	second.Set("pointsCost", "20")
	again := filled(cameBack(t, bruno, page, second))
	if again.Get("name") != "Espresso" || again.Get("pointsCost") != "20" {
		t.Errorf("the form holds %v", again)
	}
	bruno.send("POST", page, again).Want(t, 303, "")
	if now := now(); now.Name != "Espresso" || now.Cost != 20 || *now.Stock != 4 {
		t.Errorf("saved is %+v with %d left", now, *now.Stock)
	}
}

// owners are two who are signed in.
func owners(t *testing.T, r *lume) (ada, bruno *caller) {
	t.Helper()
	if _, err := r.Services.Access.CreateStaff(t.Context(), r.System(), service.CreateStaff{
		Email: "bruno@trattoria.test", Name: "Bruno", Role: loyalty.Owner, Password: webtest.Password,
	}); err != nil {
		t.Fatal(err)
	}
	ada, bruno = &caller{s: r.Server, agent: "Chrome/140.0"}, &caller{s: r.Server, agent: "Chrome/140.0"}
	ada.signIn(webtest.Password).Want(t, 303, "")
	bruno.send("POST", "/login", url.Values{"email": {"bruno@trattoria.test"}, "password": {webtest.Password}}).Want(t, 303, "")
	return ada, bruno
}

func firstProgram(t *testing.T, r *lume) loyalty.Program {
	t.Helper()
	all, err := r.Services.Programs.List(t.Context(), r.System())
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}

// Offering a reward again that is over says that its last day is past, and
// leads to the form that has the day; before, it claimed to be offered.
func TestAnOverRewardIsOfferedAgainWithADate(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ada, _ := owners(t, r)
	made, err := r.Services.Rewards.Create(t.Context(), r.System(), service.CreateReward{Fields: service.RewardFields{
		ProgramID: firstProgram(t, r).ID, Name: service.Given("Panettone"), Cost: service.Given(int64(10)), Type: service.Given("perk"),
		ExpiresAt: service.Given(r.Clock.Now().AddDate(0, -1, 0)), Active: service.Given(false),
	}})
	if err != nil {
		t.Fatal(err)
	}
	page := "/rewards/" + made.ID.String()
	again := page + "?again=1"
	if n := document(t, ada.send("GET", "/rewards?show=all", nil)).Find(`[role=menuitem][href="` + again + `"], a[href="` + again + `"]`).Length(); n != 1 {
		t.Errorf("%d entries lead to the form, want 1", n)
	}
	if to := ada.send("POST", page+"/active", url.Values{"active": {"on"}}).Want(t, 303, "").Header.Get("Location"); to != again {
		t.Errorf("it leads to %s", to)
	}
	form := document(t, ada.send("GET", again, nil)).Find(`main form[action="` + page + `"]`)
	if got := beside(form, "expiresAt"); got != "This day is past." {
		t.Errorf("beside the day stands %q", got)
	}
	change := filled(form)
	change.Set("expiresAt", "")
	ada.send("POST", page, change).Want(t, 303, "")
	if now, err := r.Services.Rewards.Get(t.Context(), r.System(), made.ID); err != nil || !now.Active || !now.ExpiresAt.IsZero() {
		t.Errorf("saved is %+v, %v", now, err)
	}
}

// A preview that can't be drawn says which fields are the reason; a single
// tier has no threshold to drag.
func TestPreviewsNameWhatIsWrong(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ada, _ := owners(t, r)
	page := "/program/" + firstProgram(t, r).ID.String()
	change := drawn(t, ada, "/program", page)
	change.Set("pointsPerCurrencyUnit", "0")
	change.Set("currencyPerPoint", "abc")
	said := words(document(t, ada.send("POST", page+"/preview", change)).Find("#preview li"))
	if !strings.Contains(said, "Points earned: Must be more than 0") || !strings.Contains(said, "Worth of a point: Must be an amount") {
		t.Errorf("the preview says %q", said)
	}
	ladder := drawn(t, ada, "/program/tiers", page+"/tiers")
	ladder.Set("tiers[1].minPoints", "many")
	if said := words(document(t, ada.send("POST", page+"/tiers/preview", ladder)).Find("#preview li")); said != "Silver · From: Must be a whole number" {
		t.Errorf("the ladder's preview says %q", said)
	}
	one := url.Values{}
	for field, values := range ladder {
		if !strings.HasPrefix(field, "tiers[") || strings.HasPrefix(field, "tiers[0]") {
			one[field] = values
		}
	}
	ada.send("POST", page+"/tiers", one).Want(t, 303, "")
	if doc := document(t, ada.send("GET", "/program/tiers", nil)); strings.Contains(words(doc.Find("#tiers")), "Drag a threshold") {
		t.Error("a single tier is said to have a threshold to drag")
	}
}
