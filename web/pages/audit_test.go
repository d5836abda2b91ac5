package pages_test

import (
	"strings"
	"testing"

	"regulars/internal/service"
)

// Points that somebody gave, corrected or took back stand in the log with the
// reason that the ledger has, in the reader's words; the log itself keeps no
// copy of what people typed.
func TestAuditSaysWhyPointsMoved(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ada, _ := owners(t, r)
	who := service.CustomerRef{ID: r.guests[0]}
	given, err := r.Services.Ledger.Award(t.Context(), r.System(), service.AwardPoints{Customer: who, Points: 40, Reason: "Cold soup", StoreID: r.Store.ID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Services.Ledger.Adjust(t.Context(), r.System(), service.AdjustPoints{Customer: who, Amount: 5, Reason: "Old card", StoreID: r.Store.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Services.Ledger.Reverse(t.Context(), r.System(), service.ReverseAward{TransactionID: given.Transaction.ID, Reason: "Wrong table"}); err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string][]string{
		"en": {"Gave points by hand", "Points: 40 · Reason: Cold soup", "Points: 5 · Reason: Old card", "Points: 40 · Reason: Wrong table"},
		"es": {"Otorgó puntos a mano", "Motivo: Cold soup · Puntos: 40", "Motivo: Old card · Puntos: 5", "Motivo: Wrong table · Puntos: 40"},
	} {
		ada.send("POST", "/preferences", map[string][]string{"lang": {lang}})
		page := words(document(t, ada.send("GET", "/audit", nil)).Find("main tbody"))
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("the log in %s lacks %q: %s", lang, text, page)
			}
		}
	}
	var copies int
	if err := r.DB.SQL.QueryRowContext(t.Context(), `SELECT count(*) FROM audit_log WHERE detail::text ~ 'Cold soup|Old card|Wrong table'`).Scan(&copies); err != nil || copies != 0 {
		t.Errorf("%d entries keep what was typed, %v", copies, err)
	}
}

// A guest who was erased is called so in the reader's language.
func TestAuditNamesTheErasedInTheReadersWords(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ada, _ := owners(t, r)
	who := service.CustomerRef{ID: r.guests[0]}
	if _, err := r.Services.Ledger.Award(t.Context(), r.System(), service.AwardPoints{Customer: who, Points: 40, Reason: "Cold soup", StoreID: r.Store.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Services.Customers.Anonymize(t.Context(), r.System(), service.AnonymizeCustomer{ID: who.ID}); err != nil {
		t.Fatal(err)
	}
	ada.send("POST", "/preferences", map[string][]string{"lang": {"es"}})
	page := words(document(t, ada.send("GET", "/audit", nil)).Find("main tbody"))
	if n := strings.Count(page, "Anónimo"); n < 2 || strings.Contains(page, "Anonymous") {
		t.Errorf("%d entries call the guest Anónimo: %s", n, page)
	}
}
