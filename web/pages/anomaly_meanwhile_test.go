package pages_test

import (
	"testing"
	"time"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// aCase is one case of the kind.
func (r *lume) aCase(t *testing.T, kind string) loyalty.AnomalyRow {
	t.Helper()
	r.Services.Anomalies.Examined(t.Context(), 20*time.Second)
	rows, _, err := r.Services.Anomalies.List(t.Context(), r.System(), loyalty.AnomalyFilter{Type: kind}, loyalty.Page{Number: 1, Size: 5})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d cases of %s, %v", len(rows), kind, err)
	}
	return rows[0]
}

// Of two managers with the same case open, the second is told who was first,
// and changes nothing: with one press, in a dialog, and for several at once.
func TestTheSecondManagerIsToldWhoWasFirst(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	r.hurried(t, 0, 1)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	v.Go("/anomalies")
	v.Until("two cases wait", `document.querySelectorAll("#case-list li").length === 2`)
	v.Press("X")
	rows, _, err := r.Services.Anomalies.List(t.Context(), r.System(), loyalty.AnomalyFilter{Status: loyalty.PendingReview, Ranked: true}, loyalty.Page{Number: 1, Size: 5})
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d cases, %v", len(rows), err)
	}
	owner := r.staffNamed(t, "Ada").Actor()
	decide := func(id loyalty.ID, to loyalty.AnomalyStatus) {
		t.Helper()
		if _, err := r.Services.Anomalies.Decide(t.Context(), owner, service.DecideAnomaly{AnomalyID: id, Status: to}); err != nil {
			t.Fatal(err)
		}
	}
	decide(rows[0].ID, loyalty.Dismissed)
	press(t, v, `#decide button[value="confirm"]`)
	v.See("Ada was first: Dismissed. Nothing was changed by you.")
	v.Usable("told who was first")
	if now, err := r.Services.Anomalies.Get(t.Context(), owner, rows[0].ID); err != nil || now.Status != loyalty.Dismissed {
		t.Errorf("the case is %s, %v", now.Status, err)
	}

	v.Go("/anomalies/" + rows[1].ID.String())
	v.Press("d")
	v.See("Dismiss this case?")
	decide(rows[1].ID, loyalty.Confirmed)
	v.Press(" ")
	press(t, v, `dialog[open] form button.btn-primary`)
	v.See("Ada was first: Confirmed. Nothing was changed by you.")

	decide(rows[0].ID, loyalty.PendingReview)
	decide(rows[1].ID, loyalty.PendingReview)
	v.Go("/anomalies")
	v.Press("X")
	v.Press("C")
	v.See("Confirm 2 cases?")
	decide(rows[0].ID, loyalty.Dismissed)
	press(t, v, `dialog[open] form button.btn-primary`)
	v.See("1 case decided.")
	v.See("Somebody else has decided this case meanwhile.")
	v.Go("/anomalies/" + rows[1].ID.String() + "?status=all")
	v.See("Reopen the case")
	decide(rows[1].ID, loyalty.PendingReview)
	press(t, v, `#decide button[value="reopen"]`)
	v.See("Somebody else has opened this case again meanwhile.")
	quiet(t, v)
}

// What was noticed several ways says so: each finding, and which rows belong
// to it.
func TestCaseSaysWhichRowsBelongToWhat(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	r.hurried(t, 0)
	v := r.Visit(t, browsertest.Phone)
	v.SignIn("manager@trattoria.test")
	c := r.aCase(t, "rapid_earning")
	v.Go("/anomalies/" + c.ID.String())
	v.See("Several findings about the same people are one case")
	v.See("5 orders in 1 second")
	v.See("3 orders at one till in 1 second earned 35 points more than one would")
	v.Until("each row says what it belongs to", `(() => {
		const rows = [...document.querySelectorAll("main tbody tr")].map((row) => row.textContent);
		const of = (kind) => rows.filter((text) => text.includes(kind)).length;
		return of("Rapid earning") === 5 && of("Split checks") === 3;
	})()`)
	look(t, v, v.Path(), "case-of-several-findings")
}

// Why a case was dismissed is not why it is confirmed later.
func TestReasonGoesWithItsDecision(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	r.hurried(t, 0)
	c := r.aCase(t, "rapid_earning")
	if _, err := r.Services.Anomalies.Decide(t.Context(), r.System(), service.DecideAnomaly{AnomalyID: c.ID, Status: loyalty.Dismissed, Note: "Honest customer, known to us"}); err != nil {
		t.Fatal(err)
	}
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	v.Go("/anomalies/" + c.ID.String() + "?status=all")
	press(t, v, `#decide button[value="reopen"]`)
	v.See("The case waits again.")
	press(t, v, `#decide button[value="confirm"]`)
	v.See("Case confirmed.")
	if now, err := r.Services.Anomalies.Get(t.Context(), r.System(), c.ID); err != nil || now.Status != loyalty.Confirmed || now.Note != "" {
		t.Errorf("%s with the note %q, %v", now.Status, now.Note, err)
	}
}
