package pages

import (
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/anomalies"
	"regulars/views/i18n"
	"regulars/views/ui"
)

// The evidence names a moment as one, counts in the right number and says
// nothing twice.
func TestEvidenceInWords(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 10, 20, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, lang  string
		evidence    map[string]any
		label, when string // of the stretch
		expected    string
	}{
		{"a moment", "en", map[string]any{"from": at, "to": at.Add(20 * time.Second), "observed": 5.0, "expected": 1.0, "unit": "accounts"}, "When", "Mar 10, 2026, 8:00 PM", "1 account"},
		{"a stretch", "en", map[string]any{"from": at, "to": at.Add(time.Hour), "observed": 5.0, "expected": 0.5, "unit": "orders"}, "Between", "Mar 10, 2026, 8:00 PM – 9:00 PM", "0.5 orders"},
		{"a small norm", "en", map[string]any{"from": at, "to": at, "observed": 5.0, "expected": 0.0894, "unit": "visits"}, "When", "Mar 10, 2026, 8:00 PM", "0.09 visits"},
		{"a part of a balance", "en", map[string]any{"from": at, "to": at, "observed": 0.8, "expected": 0.5, "unit": "share"}, "When", "Mar 10, 2026, 8:00 PM", "50% of the balance"},
		{"in Spanish", "es", map[string]any{"from": at, "to": at, "observed": 5.0, "expected": 1.0, "unit": "visits"}, "Cuándo", "10 mar 2026, 20:00", "1 visita"},
	} {
		for _, end := range []string{"from", "to"} {
			c.evidence[end] = c.evidence[end].(time.Time).Format(time.RFC3339Nano)
		}
		var p anomalies.CaseProps
		weigh(i18n.With(t.Context(), c.lang, time.UTC), &p, service.Case{AnomalyRow: loyalty.AnomalyRow{Anomaly: loyalty.Anomaly{Evidence: c.evidence, Score: 4}}})
		if got := p.Facts[0]; got.Label != c.label || got.Value != c.when {
			t.Errorf("%s: says %q: %q", c.name, got.Label, got.Value)
		}
		if len(p.Facts) != 2 || !p.Compared || p.Expected.Value != c.expected {
			t.Errorf("%s: %d facts beside %q, want the stretch and the strength beside %q", c.name, len(p.Facts), p.Expected.Value, c.expected)
		}
	}
}

// What is held is said while it is, and what is gone beside it.
func TestHeldInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status      loyalty.AnomalyStatus
		reversed    time.Time
		held, spent loyalty.Points
		title, text string
	}{
		{loyalty.PendingReview, time.Time{}, 0, 0, "", ""},
		{loyalty.PendingReview, time.Time{}, 500, 0, "Held until you decide", "500 points can’t be used before. Dismissing the case lets go of them; taking the points back ends it."},
		{loyalty.PendingReview, time.Time{}, 1, 1, "Held until you decide", "1 point can’t be used before. Dismissing the case lets go of it; taking the points back ends it. 1 point was used before it could be held again."},
		{loyalty.PendingReview, time.Time{}, 0, 500, "Nothing is held", "500 points were used before they could be held again."},
		{loyalty.Confirmed, time.Time{}, 500, 0, "Still held", "500 points can’t be used. Take them back, or reopen the case and dismiss it to let go of them."},
		{loyalty.Confirmed, time.Unix(1, 0), 0, 500, "", ""},
		{loyalty.Dismissed, time.Time{}, 0, 500, "", ""},
	} {
		row := loyalty.AnomalyRow{Anomaly: loyalty.Anomaly{Status: c.status, ReversedAt: c.reversed}}
		title, text := held(t.Context(), service.Case{AnomalyRow: row, Held: loyalty.CaseHold{Held: c.held, Spent: c.spent}})
		if title != c.title || text != c.text {
			t.Errorf("%s with %d held and %d spent: %q %q", c.status, c.held, c.spent, title, text)
		}
	}
}

// A row that gives again what was taken back is not called taking back.
func TestRowsAreCalledWhatTheyDo(t *testing.T) {
	t.Parallel()
	for want, row := range map[string]loyalty.Transaction{
		"Award taken back": {Type: loyalty.Reverse, Points: -40}, "Award given again": {Type: loyalty.Reverse, Points: 40}, "Award": {Type: loyalty.Earn, Points: 40},
	} {
		if got := rowName(t.Context(), row); got != want {
			t.Errorf("%d points are called %q, want %q", row.Points, got, want)
		}
	}
}

// Taking back is offered for what can be taken: not for refunds, which have
// taken already, and of a reward that is held it is called what it does.
func TestOnlyWhatIsLeftIsTakenBack(t *testing.T) {
	t.Parallel()
	row := func(kind loyalty.TransactionType, reversed bool) loyalty.LedgerRow {
		return loyalty.LedgerRow{Transaction: loyalty.Transaction{ID: loyalty.ID{1}, Type: kind}, Reversed: reversed}
	}
	manager := loyalty.Actor{Role: loyalty.Manager, OrgID: loyalty.ID{9}, StaffID: loyalty.ID{8}}
	for _, c := range []struct {
		name   string
		rows   []loyalty.LedgerRow
		held   loyalty.Points
		may    bool
		called string
	}{
		{"refunds", []loyalty.LedgerRow{row(loyalty.Reverse, false), row(loyalty.Reverse, false)}, 0, false, "Take points back"},
		{"an award", []loyalty.LedgerRow{row(loyalty.Earn, false)}, 0, true, "Take points back"},
		{"an award that was taken back", []loyalty.LedgerRow{row(loyalty.Earn, true)}, 0, false, "Take points back"},
		{"a reward that is held", []loyalty.LedgerRow{row(loyalty.Redeem, false)}, 500, true, "Cancel the reward"},
		{"a reward that was handed over", []loyalty.LedgerRow{row(loyalty.Redeem, false)}, 0, false, "Take points back"},
		{"both", []loyalty.LedgerRow{row(loyalty.Redeem, false), row(loyalty.Earn, false)}, 500, true, "Take points back"},
	} {
		found := service.Case{
			AnomalyRow: loyalty.AnomalyRow{Anomaly: loyalty.Anomaly{Status: loyalty.PendingReview, TransactionCount: len(c.rows)}}, Transactions: c.rows,
			Held: loyalty.CaseHold{Held: c.held},
		}
		for range c.rows {
			found.TransactionIDs = append(found.TransactionIDs, loyalty.ID{1})
		}
		if p := caseProps(t.Context(), manager, found, ui.Form{}); p.May.Reverse != c.may || p.TakeBack != c.called {
			t.Errorf("%s: %v, %q", c.name, p.May.Reverse, p.TakeBack)
		}
	}
}

// A case heads with what it is about: the cashier of a finding about a cashier,
// however many guests it names; all guests where they are several.
func TestACaseHeadsWithWhatItIsAbout(t *testing.T) {
	t.Parallel()
	emily, ana := loyalty.ID{1}, loyalty.ID{2}
	of := func(kind, name string, guests int, guest, staff loyalty.ID) service.Case {
		r := loyalty.AnomalyRow{SubjectKind: kind, SubjectName: name, Guests: guests, StoreName: "Port", Anomaly: loyalty.Anomaly{CustomerID: guest, StaffID: staff}}
		if !guest.IsZero() {
			r.CustomerName = "Ana"
		}
		if !staff.IsZero() {
			r.StaffName = "Emily"
		}
		return service.Case{AnomalyRow: r}
	}
	es := i18n.With(t.Context(), "es", time.UTC)
	for name, x := range map[string]struct {
		c      service.Case
		en, es string
		listed string
		linked bool
	}{
		"awards by hand to three":      {of(loyalty.PersonStaff, "Emily", 3, ana, emily), "Cashier: Emily with 3 guests", "Personal de caja: Emily con 3 clientes", "Emily", false},
		"an award at night":            {of(loyalty.PersonStaff, "Emily", 1, ana, emily), "Cashier: Emily with Ana", "Personal de caja: Emily con Ana", "Emily", false},
		"a cashier alone":              {of(loyalty.PersonStaff, "Emily", 0, loyalty.ID{}, emily), "Cashier: Emily", "Personal de caja: Emily", "Emily", false},
		"a ring of accounts":           {of(loyalty.PersonCustomer, "", 5, ana, emily), "Customers: Ana and 4 more · Emily", "Clientes: Ana y 4 más · Emily", "Ana and 4 more", false},
		"one guest":                    {of(loyalty.PersonCustomer, "", 1, ana, emily), "Customer: Ana · Emily", "Cliente: Ana · Emily", "Ana", true},
		"a reward at a strange store":  {of(loyalty.PersonStore, "", 1, ana, emily), "Customer: Ana · Emily", "Cliente: Ana · Emily", "Ana", true},
		"a store's awards by nobody":   {of(loyalty.PersonStore, "", 0, loyalty.ID{}, loyalty.ID{}), "Store: Port", "Local: Port", "", false},
		"one from before it was known": {of("", "", 1, ana, emily), "Customer: Ana · Emily", "Cliente: Ana · Emily", "Ana", true},
	} {
		for lang, want := range map[string]string{"en": x.en, "es": x.es} {
			ctx := t.Context()
			if lang == "es" {
				ctx = es
			}
			label, who, with := headed(ctx, x.c)
			got := label + ": " + who.Name
			if who.Sub != "" {
				got += " " + who.Sub
			}
			if with != "" {
				got += " · " + with
			}
			if got != want {
				t.Errorf("%s heads with %q, want %q", name, got, want)
			}
			if (who.Href != "") != x.linked {
				t.Errorf("%s leads to %q", name, who.Href)
			}
		}
		if got := about(t.Context(), x.c.AnomalyRow).Name; got != x.listed {
			t.Errorf("%s is listed as %q, want %q", name, got, x.listed)
		}
	}
}
