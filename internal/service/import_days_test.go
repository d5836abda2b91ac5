package service_test

import (
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// A file whose days can all be read in two ways is not sure of them, and the
// example is one that shows it.
func TestDaysOfTwoMeanings(t *testing.T) {
	t.Parallel()
	rows := func(days ...string) (out [][]string) {
		for _, d := range days {
			out = append(out, []string{"x", d})
		}
		return out
	}
	for _, c := range []struct {
		name    string
		rows    [][]string
		written string
		unsure  bool
		dmy     string
	}{
		{"day or month", rows("05/05/2026", "03/04/2026 16:30"), "03/04/2026 16:30", true, "2026-04-03"},
		{"one that tells", rows("03/04/2026", "25/04/2026"), "03/04/2026", false, "2026-04-03"},
		{"the same either way", rows("05/05/2026"), "05/05/2026", false, "2026-05-05"},
		{"the year first", rows("2026-04-03"), "2026-04-03", false, "2026-04-03"},
		{"two digits of a year", rows("3.4.26"), "3.4.26", true, "2026-04-03"},
		{"junk above it", rows("soon", "", "03/04/2026"), "03/04/2026", true, "2026-04-03"},
	} {
		d, ok := service.DayOf(loyalty.ImportLayout{Columns: map[string]int{"completed_at": 1}}, c.rows)
		if !ok || d.Written != c.written || d.Unsure != c.unsure || d.Means[loyalty.DayFirst].Format(time.DateOnly) != c.dmy {
			t.Errorf("%s: %+v, %v", c.name, d, ok)
		}
	}
	for name, l := range map[string]loyalty.ImportLayout{
		"no column of days": {Columns: map[string]int{"points": 1}}, "none that can be read": {Columns: map[string]int{"birth_date": 0}},
	} {
		if d, ok := service.DayOf(l, rows("03/04/2026")); ok {
			t.Errorf("%s: %+v", name, d)
		}
	}
}
