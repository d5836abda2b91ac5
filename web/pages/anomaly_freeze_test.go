package pages

import (
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/anomalies"
	"regulars/views/i18n"
)

// Freezing is called by how many accounts it acts on.
func TestFreezingInWords(t *testing.T) {
	t.Parallel()
	es := i18n.With(t.Context(), "es", time.UTC)
	for _, x := range []struct {
		accounts, frozen int
		en, es, title    string
	}{
		{1, 0, "Freeze account", "Congelar cuenta", ""},
		{1, 1, "Freeze account", "Congelar cuenta", "The account is frozen"},
		{5, 0, "Freeze 5 accounts", "Congelar 5 cuentas", ""},
		{5, 4, "Freeze account", "Congelar cuenta", "4 of 5 accounts are frozen"},
		{5, 3, "Freeze 2 accounts", "Congelar 2 cuentas", "3 of 5 accounts are frozen"},
	} {
		var en, other anomalies.CaseProps
		c := service.Case{Accounts: x.accounts, FrozenNow: x.frozen}
		freezing(t.Context(), &en, c)
		freezing(es, &other, c)
		if en.Freeze != x.en || other.Freeze != x.es || en.FrozenTitle != x.title {
			t.Errorf("%d of %d: %q, %q, %q", x.frozen, x.accounts, en.Freeze, other.Freeze, en.FrozenTitle)
		}
	}
	ring := loyalty.AnomalyRow{SubjectKind: loyalty.PersonCustomer, Guests: 5, Anomaly: loyalty.Anomaly{Status: loyalty.Confirmed, Action: loyalty.ActionFreezeAccount}}
	if said, _ := caseStatus(t.Context(), ring); said != "Confirmed, accounts frozen" {
		t.Errorf("a ring is %q", said)
	}
}
