package pages_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/web/webtest"
)

// The first visit to an empty server ends, after one form, on the owner's
// start page; a second visit finds no such form.
func TestSetUpInABrowser(t *testing.T) {
	t.Parallel()
	v := webtest.Empty(t).Visit(t, browsertest.Desktop)
	v.Go("/")
	v.See("Set up your loyalty program")
	v.Usable("set-up")
	v.Picture("setup")
	v.Type("#f-name", "Trattoria Lume")
	v.Type("#f-storeName", "Centro")
	v.Do(t, chromedp.SetValue(chromedp.ID("f-currency"), "PEN"), chromedp.SetValue(chromedp.ID("f-timeZone"), "America/Lima"))
	v.Type("#f-ownerName", "Lucía Fernández")
	v.Type("#f-ownerEmail", "lucia@lume.example")
	v.Type("#f-ownerPassword", "correct")
	v.Tap("main form button[type=submit]")
	v.Until("how short it is", `document.getElementById("f-ownerPassword-error")?.innerText.trim() === "At least 8 characters, please."`)
	v.Type("#f-ownerPassword", " horse battery")
	v.Tap("main form button[type=submit]")
	v.Until("on the start page", `location.pathname === "/" && document.querySelector(".ui-side")`)
	v.See("Centro")
	v.Usable("home")
	v.Picture("home-first")

	// From there it is three steps to the first award.
	v.Tap("main ol a")
	v.Until("at the till", `location.pathname === "/till" && document.activeElement.id === "f-q"`)
	v.Press("987654321" + kb.Enter)
	v.See("New guest")
	v.Type("#f-name", "Zoila Quispe"+kb.Enter)
	v.Until("the bill's field", `document.activeElement.id === "f-total"`)
	v.Press("80")
	v.See("+800 points")
	v.Press(kb.Enter)
	v.See("Next guest")
	v.Go("/")
	v.See("Points issued 800")
	v.Usable("home, after the first award")
	v.NoComplaints()
	v.Go("/setup")
	v.See("There’s nothing here")
}
