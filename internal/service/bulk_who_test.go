package service_test

import (
	"fmt"
	"testing"
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// Who can't have it is passed over and counted, and one person gets it once
// whatever was merged between asking and giving.
func TestBulkAwardPassesOver(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 1208)
	f := server(db, func() time.Time { return noon })
	frozen, erased, forgotten, own, early, late, gone, stays := ids[0], ids[1], ids[2], ids[3], ids[4], ids[1207], ids[5], ada
	db.Exec(t, `INSERT INTO staff (organization_id, id, email, name, role, password_hash, created_at, customer_id) VALUES ($1, $2, 'o@x', 'Olga', 'owner', '', '2026-01-01', $3)`,
		org.String(), owner.StaffID.String(), own.String())
	b := f.start(t, many(ids...))
	db.Exec(t, `UPDATE enrollments SET frozen_at = now() WHERE customer_id = $1`, frozen.String())
	if err := f.Customers.Delete(t.Context(), owner, erased); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Customers.Anonymize(t.Context(), owner, service.AnonymizeCustomer{ID: forgotten}); err != nil {
		t.Fatal(err)
	}
	f.merge(t, stays, gone) // somebody who was not named becomes of one who was
	first := server(&cutting{Repository: db}, func() time.Time { return noon })
	if err := first.BulkAwards.Work(t.Context(), org, b.ID); err == nil {
		t.Fatal("it was not broken off")
	}
	f.merge(t, late, early) // the first has it, the other comes in a later step
	came(t, f.work(t, b), loyalty.BulkCompleted, 1208, 1208-5, 5)
	eachOnce(t, db, b, 1208-5)
	for who, want := range map[loyalty.ID]loyalty.Points{frozen: 0, own: 0, late: 200, stays: 200} {
		m, err := f.Customers.Detail(t.Context(), owner, service.CustomerRef{ID: who})
		if err != nil || m.Enrollment.Balance != want {
			t.Errorf("%s has %d, %v, want %d", who, m.Enrollment.Balance, err, want)
		}
	}
	f.proven(t, "afterwards")
}

func TestBulkAwardOfASegment(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 8)
	today := server(db, func() time.Time { return noon })
	for i, ago := range []int{0, 30, 59, 60, 61, 400} {
		then := server(db, func() time.Time { return noon.AddDate(0, 0, -ago) })
		cmd := service.AwardPoints{Customer: service.CustomerRef{ID: ids[i]}, Points: loyalty.Points(400 * (1 + i%2)), Reason: "x"}
		if _, err := then.Ledger.Award(t.Context(), owner, cmd); err != nil {
			t.Fatal(err)
		}
	}
	db.Exec(t, `UPDATE customers SET birth_date = '1990-03-31' WHERE id IN ($1, $2)`, ids[1].String(), ids[6].String())
	n := func(v int64) *int64 { return &v }
	for name, test := range map[string]struct {
		of   service.Segment
		want int
	}{
		"everybody":                 {service.Segment{InactiveDays: n(0)}, 9},
		"not here for 60 days":      {service.Segment{InactiveDays: n(60)}, 6}, // three of them never
		"here in 60 days":           {service.Segment{ActiveDays: n(60)}, 3},
		"a tier":                    {service.Segment{Tier: "silver"}, 3},
		"a tier by its id":          {service.Segment{Tier: "tier_" + id(5).String()}, 3},
		"a month":                   {service.Segment{BirthMonth: n(3)}, 2},
		"a tier, not here, a month": {service.Segment{Tier: "Silver", InactiveDays: n(30), BirthMonth: n(3)}, 1},
	} {
		preview, err := today.BulkAwards.Preview(t.Context(), owner, test.of)
		b := today.start(t, service.AwardMany{Segment: &test.of, Points: 3, Reason: "x"})
		if err != nil || preview.Customers != test.want || preview.Liability(3) != loyalty.Minor(3*test.want) || b.Total != test.want {
			t.Errorf("%s: %d would get it, %v, and %d do; want %d", name, preview.Customers, err, b.Total, test.want)
		}
	}
	// Being given to moves guests out of the segment, and changes nothing.
	b := today.start(t, service.AwardMany{Segment: &service.Segment{InactiveDays: n(60)}, Points: 2000, Reason: "We miss you"})
	came(t, today.work(t, b), loyalty.BulkCompleted, 6, 6, 0)
	today.proven(t, "afterwards")
}

func TestBulkAwardRefuses(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 3)
	f := server(db, func() time.Time { return noon })
	n := func(v int64) *int64 { return &v }
	everybody := &service.Segment{InactiveDays: n(0)}
	for name, test := range map[string]struct {
		cmd    service.AwardMany
		fields string
	}{
		"nothing at all":     {service.AwardMany{}, "customerIds points reason"},
		"nobody":             {service.AwardMany{CustomerIDs: []loyalty.ID{}, Points: 1, Reason: "x"}, "customerIds"},
		"too many":           {service.AwardMany{CustomerIDs: make([]loyalty.ID, 10_001), Points: 1, Reason: "x"}, "customerIds"},
		"both":               {service.AwardMany{CustomerIDs: ids, Segment: everybody, Points: 1, Reason: "x"}, "segment"},
		"an empty segment":   {service.AwardMany{Segment: &service.Segment{}, Points: 1, Reason: "x"}, "segment"},
		"bad conditions":     {service.AwardMany{Segment: &service.Segment{Tier: "Lead", InactiveDays: n(-1), BirthMonth: n(13)}, Points: 1, Reason: "x"}, "segment.birthdayMonth segment.inactiveDays segment.tier"},
		"a billion and more": {service.AwardMany{CustomerIDs: ids, Points: 333_333_334, Reason: "x"}, "points"},
	} {
		if _, err := f.BulkAwards.Start(t.Context(), owner, test.cmd); fields(err) != test.fields {
			t.Errorf("%s: %v, want %s", name, err, test.fields)
		}
	}
	for name, test := range map[string]struct {
		actor loyalty.Actor
		code  string
	}{
		"a cashier": {till, loyalty.CodeForbidden}, "nobody": {loyalty.Actor{}, loyalty.CodeForbidden},
		"a key that reads":         {loyalty.Actor{Role: loyalty.Machine, OrgID: org, Scopes: []loyalty.Scope{loyalty.LoyaltyRead}}, loyalty.CodeForbidden},
		"a key of another store":   {loyalty.Actor{Role: loyalty.Machine, OrgID: org, Scopes: []loyalty.Scope{loyalty.LoyaltyCreate}, StoreIDs: []loyalty.ID{id(99)}}, loyalty.CodeNotFound},
		"another restaurant's key": {loyalty.Actor{Role: loyalty.Machine, OrgID: id(77), Scopes: []loyalty.Scope{loyalty.LoyaltyCreate}}, loyalty.CodeNotFound},
	} {
		if _, err := f.BulkAwards.Start(t.Context(), test.actor, many(ids...)); loyalty.CodeOf(err) != test.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := f.BulkAwards.Start(t.Context(), owner, many(ids[0], id(200), ids[1], id(201))); loyalty.CodeOf(err) != loyalty.CodeNotFound {
		t.Errorf("people who aren't there: %v", err)
	}
	db.Exec(t, `UPDATE programs SET is_active = false; UPDATE organizations SET config_version = config_version + 1`)
	if _, err := f.BulkAwards.Start(t.Context(), owner, many(ids...)); loyalty.CodeOf(err) != loyalty.CodeNoActiveProgram {
		t.Errorf("without a program: %v", err)
	}
	if n := number(t, db, `SELECT (SELECT count(*) FROM bulk_awards) + (SELECT count(*) FROM bulk_award_parts) + (SELECT count(*) FROM transactions)`); n != 0 {
		t.Errorf("%d things were left behind", n)
	}
}

// An award whose program is switched off in between ends there and says why;
// what it gave stays given, and nobody's id is kept.
func TestBulkAwardEndsWithItsProgram(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 700)
	f := server(db, func() time.Time { return noon })
	b := f.start(t, many(ids...))
	first := server(&cutting{Repository: db}, func() time.Time { return noon })
	if err := first.BulkAwards.Work(t.Context(), org, b.ID); err == nil {
		t.Fatal("it was not broken off")
	}
	db.Exec(t, `UPDATE programs SET is_active = false; UPDATE organizations SET config_version = config_version + 1`)
	b = f.work(t, b)
	if b.Awarded == 700 {
		t.Fatal("all have their points")
	}
	came(t, b, loyalty.BulkFailed, 700, b.Awarded, 0)
	eachOnce(t, db, b, b.Awarded)
	if b.Failure == "" || b.Failure == service.BulkFailure {
		t.Errorf("it failed because of %q", b.Failure)
	}
	if n := number(t, db, `SELECT count(*) FROM bulk_award_parts`); n != 0 {
		t.Errorf("%d parts are left", n)
	}
}

func TestBulkAwardOncePerKey(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 5)
	f := server(db, func() time.Time { return noon })
	cmd := many(append(ids, ids[0])...)
	cmd.Once = keyed("k")
	var what []func() error
	for range 6 {
		what = append(what, func() error {
			_, err := f.BulkAwards.Start(t.Context(), owner, cmd)
			return err
		})
	}
	got := atOnce(t, db, `LOCK TABLE audit_log IN ACCESS EXCLUSIVE MODE`, what[:1]...)
	for _, again := range what[1:] {
		if err := again(); !replayed(err) {
			t.Errorf("again: %v", err)
		}
	}
	if n := number(t, db, `SELECT count(*) FROM bulk_awards`); got[""] != 1 || n != 1 {
		t.Errorf("%v, %d awards", got, n)
	}
	var b loyalty.BulkAward
	if err := db.SQL.QueryRowContext(t.Context(), `SELECT id FROM bulk_awards`).Scan(&b.ID); err != nil {
		t.Fatal(err)
	}
	came(t, f.work(t, b), loyalty.BulkCompleted, 5, 5, 0)
	eachOnce(t, db, b, 5)
	// Who asked, how many there were, how much was given.
	const noted = `SELECT count(*) FROM audit_log WHERE subject = 'bulk_award' AND staff_id = $1 AND (
		action = 'points.award_many' AND detail @> '{"points": 200, "customers": 5}' OR
		action = 'points.awarded_many' AND detail @> '{"given": 1000, "customers": 5, "skipped": 0}')`
	if n := number(t, db, noted, owner.StaffID.String()); n != 2 {
		t.Errorf("%d entries in the audit log", n)
	}
}

// A bulk award is nobody's habit: it opens no case, and what was unusual
// before stays unusual.
func TestBulkAwardIsNoSign(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	var ids []loyalty.ID
	for i := range byte(60) {
		ids = append(ids, id(100+i))
		guest(t, s.db, id(100+i), fmt.Sprint("Guest ", i))
	}
	s.db.Exec(t, `UPDATE customers SET created_at = '2026-01-01 12:00Z' WHERE name LIKE 'Guest %'`) // the day that guest counts them in
	for i, who := range ids[:20] {
		s.at(noon.AddDate(0, 0, -20+i))
		if _, err := s.Ledger.Award(t.Context(), lucia, service.AwardPoints{Customer: service.CustomerRef{ID: who}, Points: 20, Reason: "x", StoreID: store}); err != nil {
			t.Fatal(err)
		}
	}
	s.at(noon)
	before, err := s.db.Amounts(t.Context(), org, store, 400)
	if err != nil {
		t.Fatal(err)
	}
	f := server(s.db, s.now.Now)
	cmd := many(ids...)
	cmd.Points = 50_000
	came(t, f.work(t, f.start(t, cmd)), loyalty.BulkCompleted, 60, 60, 0)
	s.at(noon.AddDate(0, 0, 2))
	s.detect(s.now.Now())
	for _, kind := range []string{string(anomaly.UnusualAmount), string(anomaly.ManualAwards), string(anomaly.RapidEarning)} {
		if found := s.cases(kind); len(found) > 0 {
			t.Errorf("%s: %d cases, %s", kind, len(found), found[0].Description)
		}
	}
	if after, err := s.db.Amounts(t.Context(), org, store, 400); err != nil || len(after) != len(before) {
		t.Errorf("the norm is made of %d awards, %v; before %d", len(after), err, len(before))
	}
	snap, err := s.db.Snapshot(t.Context(), org, loyalty.SnapshotQuery{CustomerID: ids[0], Recent: 32})
	if err != nil || len(snap.Recent) != 1 {
		t.Errorf("the till knows %d awards of a guest who came once, %v", len(snap.Recent), err)
	}
	verified(t, s.db)
}
