package service

import (
	"strings"
	"time"

	"regulars/internal/loyalty"
)

// localForms are how a file may write an instant by the store's clock.
var localForms = []string{
	"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04",
}

// checkInstant reads s, by the clock of zone unless it brings an offset along,
// and records a problem when it is no instant or could be two: on the day the
// clocks change, an hour is missing or is there twice. With a layout, of which
// s has been brought into the usual form, the example is as the file writes.
func checkInstant(p *loyalty.Problems, field, s string, zone *time.Location, layout *loyalty.ImportLayout) time.Time {
	if t, err := time.Parse(time.RFC3339, strings.Replace(s, " ", "T", 1)); err == nil {
		return t
	}
	for _, form := range localForms {
		wall, err := time.Parse(form, s)
		if err != nil {
			continue
		}
		at, n := instants(wall, zone)
		switch n {
		case 1:
			return at
		case 0:
			p.Add(field, "does not exist in %s: the clocks went forward over it", zone.String())
		default:
			p.Add(field, "happened twice in %s, when the clocks went back; write it with its offset, such as %s", zone.String(), at.Format(time.RFC3339))
		}
		return time.Time{}
	}
	if layout != nil {
		p.Add(field, "must be a day and a time such as %s", writtenForms[layout.Dates])
		return time.Time{}
	}
	p.Add(field, "must be a date and time such as 2019-06-09T16:30:00")
	return time.Time{}
}

// writtenForms are examples of how files write an instant.
var writtenForms = map[loyalty.DateOrder]string{
	loyalty.YearFirst: "2019-06-25 16:30", loyalty.DayFirst: "25/06/2019 16:30", loyalty.MonthFirst: "06/25/2019 16:30",
}

// instants is when the clock of zone shows wall, which is given as UTC, and
// how often it does. Of several it returns the first.
func instants(wall time.Time, zone *time.Location) (at time.Time, n int) {
	const day = 24 * time.Hour
	offsets := map[int]bool{}
	for _, near := range []time.Time{wall.Add(-day), wall.Add(day)} {
		_, offset := near.In(zone).Zone()
		if offsets[offset] {
			continue
		}
		offsets[offset] = true
		t := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if _, real := t.Zone(); real != offset {
			continue
		}
		if n++; n == 1 || t.Before(at) {
			at = t
		}
	}
	return at, n
}
