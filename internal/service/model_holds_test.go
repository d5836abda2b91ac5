package service_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

// caseModel is a case about what somebody awarded themselves; its awards, and
// those of them that were taken back for it, are indexes of the model's.
type caseModel struct {
	id              loyalty.ID
	status          loyalty.AnomalyStatus
	awards, reverts []int
	reversed        bool
}

// held is how much of the balance waits for a manager.
func (m *model) held() (sum loyalty.Points) {
	for _, a := range m.awards {
		sum += a.held
	}
	return sum
}

// hold holds what is left of the case's awards as far as the balance goes.
func (m *model) hold(c *caseModel) {
	for _, i := range c.awards {
		if a := &m.awards[i]; !a.reversed && a.held == 0 {
			a.held = min(a.points, max(0, m.balance-m.held()))
		}
	}
}

func (m *model) release(c *caseModel) {
	for _, i := range c.awards {
		m.awards[i].held = 0
	}
}

// ownAward is a member of staff who awards the guest's account, which is
// their own.
func (m *ledgerMachine) ownAward(t *rapid.T) {
	m.clock.Add(time.Second)
	points := loyalty.Points(rapid.IntRange(1, 400).Draw(t, "points"))
	a, err := m.ledger.Award(context.Background(), m.herself, service.AwardPoints{Customer: m.who, Points: points, Reason: "r", StoreID: store})
	noError(t, err)
	m.balance += points
	m.lifetime += points
	m.awards = append(m.awards, awardModel{id: a.Transaction.ID, points: points, held: points})
	var id loyalty.ID
	noError(t, m.db.SQL.QueryRow(`SELECT anomaly_id FROM review_holds WHERE object_id = $1`, a.Transaction.ID.String()).Scan(&id))
	at := 0
	for at < len(m.cases) && m.cases[at].id != id {
		at++
	}
	if at == len(m.cases) {
		m.cases = append(m.cases, caseModel{id: id, status: loyalty.PendingReview})
	}
	m.cases[at].awards = append(m.cases[at].awards, len(m.awards)-1)
}

// decide decides the case, and is whether that was to be done.
func (m *ledgerMachine) decide(t *rapid.T, c *caseModel, to loyalty.AnomalyStatus, action loyalty.AnomalyAction) error {
	m.clock.Add(time.Second)
	_, err := m.anomalies.Decide(context.Background(), owner, service.DecideAnomaly{AnomalyID: c.id, Status: to, Action: action})
	if c.reversed && to != loyalty.Confirmed {
		wantCode(t, err, loyalty.CodeConflict)
	}
	return err
}

func (m *ledgerMachine) dismiss(t *rapid.T) {
	c := pick(t, m.cases)
	if c == nil || m.decide(t, c, loyalty.Dismissed, "") != nil {
		return
	}
	c.status = loyalty.Dismissed
	m.release(c)
}

// reopen opens the case again, or confirms it without more ado.
func (m *ledgerMachine) reopen(t *rapid.T) {
	c := pick(t, m.cases)
	if c == nil {
		return
	}
	to := rapid.SampledFrom([]loyalty.AnomalyStatus{loyalty.PendingReview, loyalty.Confirmed}).Draw(t, "to")
	if m.decide(t, c, to, "") != nil {
		return
	}
	if c.status == loyalty.Dismissed {
		m.hold(c)
	}
	c.status = to
}

func (m *ledgerMachine) takeBack(t *rapid.T) {
	c := pick(t, m.cases)
	if c == nil || c.reversed {
		return
	}
	var sum loyalty.Points
	var reverts []int
	for _, i := range c.awards {
		if !m.awards[i].reversed {
			sum += m.awards[i].points
			reverts = append(reverts, i)
		}
	}
	if m.refused(t, m.decide(t, c, loyalty.Confirmed, loyalty.ActionReversePoints), sum) {
		return
	}
	for _, i := range reverts {
		m.awards[i].reversed = true
	}
	m.release(c)
	c.status, c.reversed, c.reverts = loyalty.Confirmed, true, reverts
}

func (m *ledgerMachine) giveAgain(t *rapid.T) {
	c := pick(t, m.cases)
	if c == nil {
		return
	}
	m.clock.Add(time.Second)
	_, err := m.anomalies.Undo(context.Background(), owner, service.UndoReversal{AnomalyID: c.id})
	if !c.reversed {
		wantCode(t, err, loyalty.CodeConflict)
		return
	}
	noError(t, err)
	for _, i := range c.reverts {
		a := &m.awards[i]
		a.reversed = false
		m.balance += a.points
		m.lifetime += a.points
	}
	c.reversed = false
	m.hold(c)
}

func holdsAreProven(t *testing.T, db *pgtest.DB) {
	t.Helper()
	v, err := db.Verify(t.Context(), org)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range v.Proofs {
		if p.Name == "holds" && p.Differences > 0 {
			t.Errorf("%d differences, such as %+v", p.Differences, p.Examples[0])
		}
	}
}
