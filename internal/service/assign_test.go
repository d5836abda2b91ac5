package service_test

import (
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// A case goes to somebody who can decide it: no cashier, nobody who has left or
// works elsewhere, and nobody whom it names.
func TestCaseGoesToWhoCanDecideIt(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	db.Exec(t, fmt.Sprintf(`
		INSERT INTO staff (organization_id, id, email, name, role, password_hash, is_active, store_ids, created_at) VALUES
			('%[1]s', '%[2]s', 'c@x', 'Cashier', 'cashier', '', true, '{}', now()),
			('%[1]s', '%[3]s', 'g@x', 'Gone', 'manager', '', false, '{}', now()),
			('%[1]s', '%[4]s', 'e@x', 'Elsewhere', 'manager', '', true, '{%[8]s}', now()),
			('%[1]s', '%[5]s', 'n@x', 'Named', 'manager', '', true, '{}', now()),
			('%[1]s', '%[6]s', 'm@x', 'Marta', 'manager', '', true, '{%[7]s}', now())`,
		org, id(91), id(92), id(93), id(94), id(95), store, id(99)))
	db.Exec(t, `INSERT INTO anomalies (organization_id, id, store_id, staff_id, type, severity, score, description, points_involved, case_key, status, flagged_at, updated_at)
		VALUES ($1, $2, $3, $4, 'staff_favoritism', 'high', 6, 'x', 80, 'k', 'pending_review', now(), now())`,
		org.String(), id(40).String(), store.String(), id(94).String())
	core := service.NewCore(db, func() time.Time { return noon }, slog.New(slog.NewTextHandler(io.Discard, nil)))
	cases := &service.Anomalies{Core: core}

	for who, want := range map[loyalty.ID]string{
		id(91): loyalty.CodeConflict, id(92): loyalty.CodeConflict, id(93): loyalty.CodeConflict, id(94): loyalty.CodeConflict,
		id(98): loyalty.CodeNotFound, id(95): "", {}: "",
	} {
		_, err := cases.Assign(t.Context(), owner, service.AssignCase{AnomalyID: id(40), StaffID: who})
		if got := loyalty.CodeOf(err); err == nil && want != "" || err != nil && got != want {
			t.Errorf("to %s: %v, want %q", who, err, want)
		}
	}

	found, err := cases.Case(t.Context(), owner, id(40))
	if err != nil {
		t.Fatal(err)
	}
	offered, err := cases.Reviewers(t.Context(), owner, found)
	if err != nil || len(offered) != 1 || offered[0].Name != "Marta" {
		t.Errorf("offered %+v, %v; want Marta alone", offered, err)
	}
}
