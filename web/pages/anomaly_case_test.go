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
