package pages_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// firstLoad is how much a page may transfer to a browser that has nothing
// yet, in bytes.
const firstLoad = 150_000

// Everybody can use every page there is: in English on a screen and in Spanish
// on a phone, each in both themes. None asks another host for anything, and
// none is heavy. A page that is added to the routes is in the sweep by itself;
// one whose address has a new kind of part must say here what stands there.
func TestEveryPageIsUsable(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	r.suspicious(t)
	r.busy(t)
	base := r.Serve(t)
	pages := r.everyPage(t)
	for _, as := range []struct {
		lang, theme string
		size        browsertest.Size
	}{
		{"en", "light", browsertest.Desktop}, {"es", "dark", browsertest.Phone},
	} {
		t.Run(as.lang, func(t *testing.T) {
			t.Parallel()
			v := webtest.VisitAt(t, base, as.size)
			b := v.Browser
			v.Go("/login")
			browsertest.Eval[bool](t, b, fmt.Sprintf(`(document.cookie = "lang=%s; path=/", document.cookie = "theme=%s; path=/", true)`, as.lang, as.theme))
			v.SignIn("owner@trattoria.test")
			v.Until("in the language", `document.documentElement.lang === "`+as.lang+`" && document.documentElement.dataset.theme === "`+as.theme+`"`)
			b.AxeInPages(t)
			for _, path := range pages {
				sweep(t, b, base, path, as.size)
			}
			for _, e := range b.Errors() {
				t.Errorf("the browser complains: %s", e)
			}
		})
	}
}

// unhandy lists what a finger misses, links and buttons lower than 24 pixels
// that stand in no sentence, and choices that are cut.
const unhandy = `(() => {
	const seen = (e) => e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true}) && e.getBoundingClientRect().width > 1;
	const spoken = (e) => getComputedStyle(e).display === "inline" && [...e.parentElement.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
	const low = [...document.querySelectorAll("main :is(a, button, summary)")]
		.filter((e) => seen(e) && e.getBoundingClientRect().height < 24 && !e.matches(".ui-cover") && !spoken(e))
		.map((e) => e.outerHTML.slice(0, 120) + " is " + Math.round(e.getBoundingClientRect().height) + " px high");
	const pen = document.createElement("canvas").getContext("2d");
	const cut = [...document.querySelectorAll("main select")].filter(seen).filter((e) => {
		const style = getComputedStyle(e);
		pen.font = style.fontWeight + " " + style.fontSize + " " + style.fontFamily;
		return pen.measureText(e.selectedOptions[0]?.text || "").width > e.clientWidth - parseFloat(style.paddingInlineStart) - parseFloat(style.paddingInlineEnd) + 1;
	}).map((e) => e.name + " cuts " + e.selectedOptions[0].text);
	return low.concat(cut);
})()`

func sweep(t *testing.T, b *browsertest.Browser, origin, path string, size browsertest.Size) {
	t.Helper()
	b.Open(t, origin+path, size)
	if title := browsertest.Eval[string](t, b, `document.querySelector("h1")?.innerText || ""`); title == "" {
		t.Errorf("%s has no heading", path)
	}
	for _, v := range b.AxeThemes(t) {
		t.Errorf("%s at %d px: %s", path, size.Width, v)
	}
	if b.Overflows(t) {
		t.Errorf("%s is wider than %d px", path, size.Width)
	}
	if size.Touch {
		for _, e := range browsertest.Eval[[]string](t, b, unhandy) {
			t.Errorf("%s at %d px: %s", path, size.Width, e)
		}
	}
	loaded := browsertest.Eval[struct {
		Bytes   int      `json:"bytes"`
		Foreign []string `json:"foreign"`
		Status  int      `json:"status"`
	}](t, b, `(() => {
		const all = performance.getEntries().filter(e => e.entryType === "navigation" || e.entryType === "resource");
		return {
			bytes: all.reduce((sum, e) => sum + e.encodedBodySize + 300, 0), status: all.find(e => e.entryType === "navigation").responseStatus,
			foreign: all.map(e => e.name).filter(n => new URL(n).origin !== location.origin && new URL(n).protocol !== "data:"),
		};
	})()`)
	if loaded.Status != fiber.StatusOK {
		t.Errorf("%s answers %d", path, loaded.Status)
	}
	if loaded.Bytes > firstLoad || loaded.Bytes < 20_000 {
		t.Errorf("%s transfers %d bytes", path, loaded.Bytes)
	}
	for _, name := range loaded.Foreign {
		t.Errorf("%s asks another host: %s", path, name)
	}
}

// everyPage is the address of every page that an owner can open.
func (r *lume) everyPage(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, route := range r.App.GetRoutes(true) {
		if route.Method != fiber.MethodGet || strings.HasPrefix(route.Path, "/v1/") || slices.Contains(notPages, route.Path) {
			continue
		}
		// Imports, bulk awards and replays are looked at in each of their states by journeys
		// of their own.
		if strings.HasPrefix(route.Path, "/import/:id") || strings.HasPrefix(route.Path, "/give/:id") || strings.HasPrefix(route.Path, "/anomalies/settings/replays/:") {
			continue
		}
		paths := r.pathsOf(t, route.Path)
		if len(paths) == 0 {
			t.Errorf("the sweep doesn't know what stands in %s: add it to pathsOf", route.Path)
		}
		for _, p := range paths {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return append(out, "/?days=365", "/customers?visit=out-30&min=5&news=no", "/rewards?show=all", "/redemptions?status=fulfilled", "/redemptions?code=NOBODY", "/customers/duplicates?show=apart",
		"/orders?status=unclaimed", "/transactions?type=redeem")
}

// notPages answer with something else than a page, or with none to whoever has
// signed in.
var notPages = []string{
	"/healthz", "/readyz", "/metrics", "/openapi.json", "/static/*", "/favicon.ico", "/setup", "/login", "/customers.csv", "/transactions.csv",
	"/anomalies/export.csv", "/anomalies/live", "/customers/:id/export", "/till/:id/preview", "/till/:id/done",
}

func (r *lume) pathsOf(t *testing.T, pattern string) []string {
	t.Helper()
	if !strings.Contains(pattern, ":") {
		return []string{pattern}
	}
	var out []string
	fill := func(parts ...string) string { return strings.NewReplacer(parts...).Replace(pattern) }
	one := func(query string) string {
		var id string
		if err := r.DB.SQL.QueryRowContext(t.Context(), query).Scan(&id); err != nil {
			t.Fatal(query, err)
		}
		return id
	}
	guest := r.guests[0].String()
	switch pattern {
	case "/card/:token":
		card, err := r.Services.Cards.Issue(t.Context(), r.System(), service.IssueCard{CustomerID: r.guests[0], Key: make([]byte, 32)})
		if err != nil {
			t.Fatal(err)
		}
		return []string{fill(":token", card.Token)}
	case "/till/:id", "/customers/:id", "/customers/:id/card", "/customers/:id/award", "/customers/:id/merge":
		return []string{fill(":id", guest)}
	case "/till/:id/redeem/:reward":
		return []string{fill(":id", r.guests[3].String(), ":reward", one(`SELECT id FROM rewards ORDER BY points_cost LIMIT 1`))}
	case "/customers/:id/reverse/:transaction", "/customers/:id/move/:transaction", "/customers/:id/move/:transaction/:other":
		award := one(`SELECT id FROM transactions WHERE type = 'earn' AND customer_id = '` + guest + `' LIMIT 1`)
		return []string{fill(":id", guest, ":transaction", award, ":other", r.guests[1].String())}
	case "/customers/:id/merge/:other":
		return []string{fill(":id", guest, ":other", r.guests[1].String())}
	case "/customers/:id/unmerge/:other":
		return []string{fill(":id", one(`SELECT survivor_id FROM merges`), ":other", one(`SELECT source_id FROM merges`))}
	case "/orders/:id/claim", "/orders/:id/claim/:customer":
		return []string{fill(":id", r.unclaimed(t, "U-sweep"), ":customer", guest)}
	case "/redemptions/:id/cancel":
		return []string{fill(":id", one(`SELECT id FROM redemptions WHERE status = 'issued' LIMIT 1`))}
	case "/customers/:id/:form":
		for _, form := range []string{"edit", "adjust", "freeze", "anonymize", "delete"} {
			out = append(out, fill(":id", guest, ":form", form))
		}
		return append(out, "/customers/"+r.guests[2].String()+"/unfreeze")
	case "/anomalies/:id/:decision":
		id := one(`SELECT id FROM anomalies LIMIT 1`)
		return []string{fill(":id", id, ":decision", "dismiss"), fill(":id", id, ":decision", "reverse"), fill(":id", id, ":decision", "freeze")}
	}
	for prefix, query := range map[string]string{
		"/anomalies/:": `SELECT id FROM anomalies LIMIT 1`, "/rewards/:": `SELECT id FROM rewards LIMIT 1`, "/program/:": `SELECT id FROM programs WHERE NOT is_active LIMIT 1`,
		"/program/events/:": `SELECT id FROM event_types LIMIT 1`, "/settings/keys/:": `SELECT id FROM api_keys LIMIT 1`,
		"/pins/:": `SELECT id FROM staff WHERE role = 'cashier' LIMIT 1`, "/staff/:": `SELECT id FROM staff WHERE role = 'manager' LIMIT 1`, "/stores/:": `SELECT id FROM stores LIMIT 1`,
	} {
		if rest, ok := strings.CutPrefix(pattern, prefix); ok && strings.HasPrefix(rest, "id") && strings.Count(pattern, ":") == 1 {
			out = append(out, fill(":id", one(query)))
		}
	}
	return out
}

// busy adds what the other pages show: rewards with every limit, redemptions, a
// second program, an event, a key, a frozen guest.
func (r *lume) busy(t *testing.T) {
	t.Helper()
	ctx, system := t.Context(), r.System()
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(what, err)
		}
	}
	program, err := r.Services.Programs.List(ctx, system)
	must("programs", err)
	for i := range 3 {
		reward, err := r.Services.Rewards.Create(ctx, system, service.CreateReward{Fields: service.RewardFields{
			ProgramID: program[0].ID, Name: service.Given(fmt.Sprintf("Postre de la casa %d", i)), Cost: service.Given(int64(20 + i)), Type: service.Given("free_item"),
			ItemName: service.Given("Postre"), Stock: service.Given(int64(5)), MaxPerCustomer: service.Given(int64(2)), MinTierID: service.Given(program[0].Tiers[i].ID),
			Active: service.Given(i < 2),
		}})
		must("reward", err)
		if i < 2 {
			_, err = r.Services.Ledger.Redeem(ctx, system, service.RedeemReward{Customer: service.CustomerRef{ID: r.guests[3]}, RewardID: reward.ID, StoreID: r.Store.ID, Hold: i == 1})
			must("redeem", err)
		}
	}
	_, err = r.Services.Programs.Create(ctx, system, service.CreateProgram{Fields: service.ProgramFields{
		Name: service.Given("Verano"), Rate: service.Given(loyalty.Rate(5 * loyalty.RateScale)), Active: service.Given(false),
	}})
	must("second program", err)
	_, err = r.Services.Ledger.Adjust(ctx, system, service.AdjustPoints{Customer: service.CustomerRef{ID: r.guests[0]}, Amount: -5, Reason: "Corrección"})
	must("adjust", err)
	_, err = r.Services.Customers.Freeze(ctx, system, service.FreezeCustomer{ID: r.guests[2], Frozen: true})
	must("freeze", err)
	r.twins(t)
	r.Key()
	_, err = r.Services.EventTypes.Create(ctx, system, service.CreateEventType{Key: "birthday", Fields: service.EventTypeFields{
		Name: service.Given("Cumpleaños"), Mode: service.Given("fixed"), Points: service.Given(int64(50)),
	}})
	must("event", err)
}

// twins adds guests who are there twice: two to be looked at, two told apart,
// and two who were merged.
func (r *lume) twins(t *testing.T) {
	t.Helper()
	var pairs [3][2]loyalty.ID
	for i := range pairs {
		for j := range pairs[i] {
			made, err := r.Services.Customers.Create(t.Context(), r.System(), service.CreateCustomer{
				Name: strings.Repeat("Larguísimo ", 10*j+1) + "Apellido", Email: fmt.Sprintf("twin%d@example.com", i), BirthDate: "1990-05-15",
			})
			if err != nil {
				t.Fatal(err)
			}
			pairs[i][j] = made.ID
		}
	}
	_, found := r.Services.Customers.FindDuplicates(t.Context(), r.System())
	_, apart := r.Services.Customers.TellApart(t.Context(), r.System(), service.TellApart{ID: pairs[1][0], OtherID: pairs[1][1]})
	_, merged := r.Services.Customers.Merge(t.Context(), r.System(), service.MergeCustomers{ID: pairs[2][0], SourceID: pairs[2][1]})
	if err := errors.Join(found, apart, merged); err != nil {
		t.Fatal(err)
	}
}
