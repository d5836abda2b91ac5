package pages_test

import (
	"testing"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// A manager sees that two guests are one, merges them, and undoes it; then
// gives an award to the guest whose it was.
func TestManagerMergesAndParts(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	maria := ids["María García"]
	twin, err := s.Services.Customers.Create(t.Context(), s.System(), service.CreateCustomer{Name: "Maria Garsia", Phone: "+51900111222", Email: "maria.alejandra.garsia.delgado1226@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	long := "maria.alejandra.garcia.delgado.cardenas1618@example.com" // which a phone has to break
	if _, err := s.Services.Customers.Update(t.Context(), s.System(), service.UpdateCustomer{ID: maria, Email: &long}); err != nil {
		t.Fatal(err)
	}
	award := service.AwardPoints{Customer: service.CustomerRef{ID: twin.ID}, Points: 70, Reason: "Welcome"}
	if _, err := s.Services.Ledger.Award(t.Context(), s.System(), award); err != nil {
		t.Fatal(err)
	}
	s.Staff(loyalty.Manager, "Mateo Ruiz")
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("manager@trattoria.test")
	v.Go("/customers/" + maria.String() + "/merge")
	v.Usable("merge, choosing")
	v.Type("#f-q", "maria") // who stays is left out of what is found
	v.Until("the twin as it is typed", `document.querySelectorAll("[data-match]").length === 1`)
	v.See("Maria Garsia")
	v.See("+51900111222")
	v.Usable("merge, found")
	v.Tap(`a[href$="/merge/` + twin.ID.String() + `"]`)
	v.See("Afterwards")
	v.Usable("merge, preview")
	v.Until("the button within two screens of a phone", `document.querySelector("#merge-form button[type=submit]").getBoundingClientRect().top + scrollY <= 1600`)
	v.Until("nothing that doesn't move", `![...document.querySelectorAll("#merge-form dl dd")].some(e => e.textContent === "0")`)
	v.Until("her own name", `document.querySelector("#merge-afterwards").innerText.includes("María García")`)
	v.Tap(`#merge-form [name=name][value=goes]`)
	v.Until("the name that was chosen", `document.querySelector("#merge-afterwards").innerText.includes("Maria Garsia") && !location.search`)
	v.Tap(`#merge-form [name=name][value=stays]`)
	v.Until("her own name again", `document.querySelector("#merge-afterwards").innerText.includes("María García")`)
	v.Tap(`#merge-form button[type=submit]`)
	v.See("Undo merge (until")
	v.Usable("merged")
	balance(t, s, maria, 70)
	v.Go("/customers/" + twin.ID.String())
	v.Until("the one who stayed", `location.pathname.endsWith("`+maria.String()+`")`)
	v.Until("amounts beside what they are for", `[...document.querySelectorAll(".ui-timeline li .font-semibold")].every(e => e.getBoundingClientRect().top < e.previousElementSibling.getBoundingClientRect().top + 8)`)
	v.Tap(`a[href$="/unmerge/` + twin.ID.String() + `"]`)
	v.See("The other account gets back what it brought")
	v.Until("whose it is", `document.querySelector("#undo-form").innerText.includes("Maria Garsia") && document.querySelector("#undo-form").innerText.includes("70 points")`)
	v.Tap(`#undo-form button[type=submit]`)
	v.See("The merge is undone.")
	balance(t, s, maria, 0)
	balance(t, s, twin.ID, 70)

	v.Go("/customers/" + twin.ID.String())
	v.Tap(`a[href*="/move/"]`)
	v.Type("#f-q", "987 654 321")
	v.Press("\r") // the only one who is found is the one who is meant
	v.See("Given to")
	v.Usable("move, preview")
	v.Tap(`#move-form button[type=submit]`)
	v.See("The award was moved here.")
	v.See("María García")
	balance(t, s, maria, 70)
	balance(t, s, twin.ID, 0)
}
