package pages_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
)

// An owner sees what another rate does before saving it.
func TestOwnerChangesTheRate(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	v.Go("/program")
	v.See("A bill of $50.00 earns")
	v.See("500 points")
	look(t, v, "/program", "program")
	set(t, v, "#f-pointsPerCurrencyUnit", "20")
	v.See("1,000 points")
	v.Picture("program-preview")
	quiet(t, v)
	set(t, v, "#f-claimWindowDays", "9999")
	press(t, v, "main form button.btn-primary")
	v.See("Must be a whole number from 0 to 365")
	v.Until("what was typed is kept", `document.getElementById("f-pointsPerCurrencyUnit").value === "20" && document.activeElement.matches("[data-focus]")`)
	v.Until("what is wrong keeps its distance", `document.querySelector("main form section").getBoundingClientRect().top - document.querySelector("main form .ui-alert").getBoundingClientRect().bottom >= 16`)
	v.Usable("program with an error")
	set(t, v, "#f-claimWindowDays", "14")
	press(t, v, "main form button.btn-primary")
	v.See("Saved. It counts from the next bill.")
}

// A second program takes over only when its activation is confirmed.
func TestOwnerActivatesAnotherProgram(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	v.Go("/program")
	press(t, v, `a[href="/program/new"]`)
	v.Until("asked for its name", `document.querySelector("dialog[open] #new-name")`)
	v.Usable("a new program")
	v.Picture("program-new")
	v.Type("#new-name", "Summer")
	v.Type("#new-worth", "0.02")
	v.Press(kb.Enter)
	v.See("Summer is there.")
	v.See("This program is not active")
	v.Picture("program-inactive")
	press(t, v, `a[href$="/activate"]`)
	v.See("It takes the place of Lume Rewards.")
	v.Usable("the question before")
	v.Picture("program-activate")
	press(t, v, "dialog button.btn-primary")
	v.See("Summer is active now.")
	quiet(t, v)
}

// An owner adds a tier, sees who would move, drags a threshold and saves.
func TestOwnerEditsTheLadder(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	v.Go("/program/tiers")
	v.See("Nobody changes tier")
	look(t, v, "/program/tiers", "tiers")
	press(t, v, `button[value="add"]`)
	v.Until("a row more, ready to be named", `document.activeElement.name === "tiers[4].name"`)
	v.Press("Diamond")
	set(t, v, `[name="tiers[4].minPoints"]`, "1000")
	v.See("1 member moves up")
	v.Picture("tiers-preview")
	v.Usable("the ladder with a preview")
	press(t, v, `aside button.btn-primary`)
	v.See("The ladder is saved. 1 member moves up.")
	v.Until("the tiers are in order", `document.querySelector("[name='tiers[2].name']").value === "Diamond"`)
	v.Do(t, chromedp.Focus(`[data-field="f-tiers[2]-minPoints"]`))
	v.Press(kb.ArrowRight)
	v.Until("the field follows the threshold", `Number(document.querySelector("[name='tiers[2].minPoints']").value) > 1000`)
	for range 6 {
		v.Press(kb.ArrowRight)
	}
	v.Do(t, chromedp.Focus(`[data-field="f-tiers[4]-minPoints"]`))
	v.Press(kb.End)
	v.Until("the threshold is at the end", `(mark => mark.getAttribute("aria-valuenow") === mark.ownerSVGElement.dataset.max)(document.activeElement)`)
	v.Press(kb.PageDown)
	v.Until("it is a good way back", `(mark => Number(mark.getAttribute("aria-valuenow")) === Math.round(mark.ownerSVGElement.dataset.max * 0.95))(document.activeElement)`)
	v.Until("it is said how far it is", `(mark => mark.getAttribute("aria-valuetext") === Number(mark.getAttribute("aria-valuenow")).toLocaleString("en") + " points")(document.activeElement)`)
	v.Until("members have the colour of the tier they would be in", `[...document.querySelectorAll("[data-from]")].every(bar => bar.classList.contains("ui-t" + Math.max(1,
		[...document.querySelectorAll("[data-tier]")].filter(mark => Number(mark.getAttribute("aria-valuenow")) <= Number(bar.dataset.from)).length)))`)
	press(t, v, `button[value="remove-2"]`)
	v.See("1 member moves down")
	quiet(t, v)
}
