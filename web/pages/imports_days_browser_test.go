package pages_test

import (
	"strings"
	"testing"

	"regulars/internal/browsertest"
)

// Days that could be read in two ways are asked for, each way with what a day
// of the file is then, and said once more before anything is brought in.
func TestOwnerSaysWhichWayDaysAreWritten(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	working(t, r, func() {})
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	v.Go("/import")
	choose(t, v, "past.csv", "Order,Date,Store,Guest,Total\nA1,03/04/2024 16:30,Pier,G1,20.00\nA2,05/05/2024 16:30,Pier,G2,30.00\n")
	press(t, v, "main form button.btn-primary")
	v.See("03/04/2024 16:30 could be two days, and nothing in the file says which.")
	path := v.Path()
	look(t, v, path, "import-days-asked")
	if got := browsertest.Eval[string](t, v.Browser, `[...document.querySelectorAll("#f-dates option")].map((o) => o.textContent.trim()).join("|")`); got !=
		"Please choose|2019-06-25, the year first|the day first: 03/04/2024 is Apr 3, 2024|the month first: 03/04/2024 is Mar 4, 2024" {
		t.Errorf("the choices are %s", got)
	}
	press(t, v, `button[value="check"]`)
	v.See("Is required")
	v.Usable("days not said")
	set(t, v, "#f-dates", "dmy")
	press(t, v, `button[value="check"]`)
	v.See("03/04/2024 was read as Apr 3, 2024, and the other days alike.")
	look(t, v, path, "import-days-read")
	press(t, v, `main a.btn[href$="/columns"]`)
	v.Until("as it was said", `document.querySelector("#f-dates")?.value === "dmy"`)
	quiet(t, v)

	v.Go("/import")
	choose(t, v, "more.csv", "Order,Date,Store,Guest,Total\nB1,03/04/2024 16:30,Pier,G1,20.00\nB2,25/05/2024 16:30,Pier,G2,30.00\n")
	press(t, v, "main form button.btn-primary")
	v.See("Which column is what?")
	if got := v.Text("#f-dates option:checked"); got != "the day first: 03/04/2024 is Apr 3, 2024" {
		t.Errorf("taken as %q", got)
	}
	if strings.Contains(v.Text("main"), "could be two days") {
		t.Error("asked although a day leaves no doubt")
	}
}
