package service_test

import (
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// BenchmarkBulkAward gives 20,000 customers points in bulk; the rate is theirs.
func BenchmarkBulkAward(b *testing.B) {
	const guests = 20_000
	db, _ := restaurant(b)
	f := server(db, time.Now)
	db.Exec(b, `
		INSERT INTO customers (organization_id, id, name, name_fold, search, created_at, updated_at)
		SELECT $1, ('0190a000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Guest', 'guest', 'guest', now(), now() FROM generate_series(1, $2::int) n`,
		org.String(), guests)
	db.Exec(b, `SELECT enroll($1, c.id, gen_random_uuid(), $2, $3, now(), current_date) FROM customers c WHERE c.name = 'Guest'`,
		org.String(), prog.String(), id(4).String())
	db.Exec(b, `ANALYZE`)
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
