package service_test

import (
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

// crowded gives the restaurant 20,000 more guests.
func crowded(b *testing.B, db *pgtest.DB) {
	b.Helper()
	const guests = 20_000
	db.Exec(b, `
		INSERT INTO customers (organization_id, id, name, name_fold, search, created_at, updated_at)
		SELECT $1, ('0190a000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Guest', 'guest', 'guest', now(), now() FROM generate_series(1, $2::int) n`,
		org.String(), guests)
	db.Exec(b, `SELECT enroll($1, c.id, gen_random_uuid(), $2, $3, now(), current_date) FROM customers c WHERE c.name = 'Guest'`,
		org.String(), prog.String(), id(4).String())
	db.Exec(b, `ANALYZE`)
}

// BenchmarkBulkAward gives 20,000 customers points in bulk; the rate is theirs.
func BenchmarkBulkAward(b *testing.B) {
	db, _ := restaurant(b)
	f := server(db, time.Now)
	crowded(b, db)
	everybody := int64(0)
	begun := time.Now()
	given := 0
	for b.Loop() {
		j, err := f.BulkAwards.Start(b.Context(), owner, service.AwardMany{Segment: &service.Segment{InactiveDays: &everybody}, Points: 5, Reason: "x"})
		if err == nil {
			err = f.BulkAwards.Work(b.Context(), org, j.ID)
		}
		if err == nil {
			j, err = f.BulkAwards.Get(b.Context(), owner, loyalty.ID{}, j.ID)
		}
		if err != nil {
			b.Fatal(err)
		}
		given += j.Awarded
	}
	b.ReportMetric(float64(given)/time.Since(begun).Seconds(), "awards/s")
}

// BenchmarkBulkUndo takes the points of 20,000 customers back; the rate is
// theirs.
func BenchmarkBulkUndo(b *testing.B) {
	db, _ := restaurant(b)
	f := server(db, time.Now)
	crowded(b, db)
	var took time.Duration
	taken, everybody := 0, int64(0)
	for b.Loop() {
		j, err := f.BulkAwards.Start(b.Context(), owner, service.AwardMany{Segment: &service.Segment{InactiveDays: &everybody}, Points: 5, Reason: "x"})
		if err == nil {
			err = f.BulkAwards.Work(b.Context(), org, j.ID)
		}
		begun := time.Now()
		if err == nil {
			_, err = f.BulkAwards.PreviewUndo(b.Context(), owner, j.ID)
		}
		b.Log("preview after", time.Since(begun))
		if err == nil {
			_, err = f.BulkAwards.Undo(b.Context(), owner, service.UndoBulkAward{ID: j.ID, Reason: "x"})
		}
		if err == nil {
			err = f.BulkAwards.Work(b.Context(), org, j.ID)
		}
		took += time.Since(begun)
		if err == nil {
			j, err = f.BulkAwards.Get(b.Context(), owner, loyalty.ID{}, j.ID)
		}
		if err != nil {
			b.Fatal(err)
		}
		taken += j.Undo.Guests
	}
	b.ReportMetric(float64(taken)/took.Seconds(), "undone/s")
}
