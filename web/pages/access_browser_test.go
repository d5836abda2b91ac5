package pages_test

import (
	"testing"

	"github.com/chromedp/chromedp"

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
	v.Type("#f-ownerPassword", "correct horse battery")
	v.Tap("main form button[type=submit]")
	v.Until("on the start page", `location.pathname === "/" && document.querySelector(".ui-side")`)
	v.See("Centro")
	v.Usable("home")
	v.Picture("home-first")
	v.NoComplaints()
	v.Go("/setup")
	v.See("There’s nothing here")
}
