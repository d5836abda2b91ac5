package service

import (
	"time"

	"regulars/internal/csvfile"
	"regulars/internal/loyalty"
)

// DaysSampled is how many rows of a file are looked at for how it writes days.
const DaysSampled = 200

// WrittenDay is a day as a file writes it, with the days that it can mean.
type WrittenDay struct {
	Written string
	Means   map[loyalty.DateOrder]time.Time
	Unsure  bool // nothing in the rows says whether the day or the month is first
}

// DayOf is an example of the days in rows, which are a file's below its header;
// not ok where the layout has no column of days or none can be read. Where the
// rows leave a doubt, it is one that shows it.
func DayOf(l loyalty.ImportLayout, rows [][]string) (d WrittenDay, ok bool) {
	at, found := l.Columns["completed_at"]
	if !found {
		if at, found = l.Columns["birth_date"]; !found {
			return d, false
		}
	}
	days := cells(rows, at)
	_, sure := csvfile.DateOrder(days)
	for _, written := range days {
		one := WrittenDay{Written: written, Means: map[loyalty.DateOrder]time.Time{}}
		for _, order := range []loyalty.DateOrder{loyalty.YearFirst, loyalty.DayFirst, loyalty.MonthFirst} {
			text := csvfile.Day(written, string(order))
			if day, err := time.Parse(time.DateOnly, text[:min(len(text), len(time.DateOnly))]); err == nil {
				one.Means[order] = day
			}
		}
		first, second := one.Means[loyalty.DayFirst], one.Means[loyalty.MonthFirst]
		if one.Unsure = !sure && !first.IsZero() && !second.IsZero() && !first.Equal(second); one.Unsure {
			return one, true
		}
		if !ok && len(one.Means) > 0 {
			d, ok = one, true
		}
	}
	return d, ok
}
