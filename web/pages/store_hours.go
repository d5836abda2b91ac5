package pages

import (
	"fmt"
	"time"

	"regulars/internal/loyalty"
	"regulars/views/business"
	"regulars/views/i18n"
	"regulars/views/ui"
)

// weekdays in the order people name them; a week of hours begins on Sunday.
var weekdays = [7]struct {
	day  time.Weekday
	name string
}{
	{time.Monday, i18n.Mark("Monday")}, {time.Tuesday, i18n.Mark("Tuesday")}, {time.Wednesday, i18n.Mark("Wednesday")}, {time.Thursday, i18n.Mark("Thursday")},
	{time.Friday, i18n.Mark("Friday")}, {time.Saturday, i18n.Mark("Saturday")}, {time.Sunday, i18n.Mark("Sunday")},
}

func hourFields(ctx ctx) []business.StoreDay {
	var out []business.StoreDay
	for _, w := range weekdays {
		out = append(out, business.StoreDay{Label: i18n.T(ctx, w.name), From: fmt.Sprint("from", int(w.day)), To: fmt.Sprint("to", int(w.day))})
	}
	return out
}

// withHours fills the form in with the store's hours.
func withHours(f ui.Form, h *loyalty.OpeningHours) ui.Form {
	if h == nil {
		return f
	}
	for i, d := range h {
		if d.From != d.To {
			f = f.With(fmt.Sprint("from", i), clock(d.From)).With(fmt.Sprint("to", i), clock(d.To))
		}
	}
	return f
}

// hoursOn are the opening hours of a day in words.
func hoursOn(ctx ctx, h *loyalty.OpeningHours, day time.Weekday) string {
	switch {
	case h == nil:
		return i18n.T(ctx, "not watched")
	case h[day].From == h[day].To:
		return i18n.T(ctx, "closed")
	}
	return clock(h[day].From) + "–" + clock(h[day].To)
}

func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60%24, minute%60) }

// typedHours are the hours as typed; nil where none are. A day that ends
// before it begins ends after midnight.
func typedHours(f ui.Form) (hours *loyalty.OpeningHours, unread loyalty.Problems) {
	var h loyalty.OpeningHours
	some := false
	for i := range h {
		from, to := fmt.Sprint("from", i), fmt.Sprint("to", i)
		if f.Value(from) == "" && f.Value(to) == "" {
			continue
		}
		some = true
		a, okA := minuteOf(f.Value(from))
		b, okB := minuteOf(f.Value(to))
		if !okA {
			unread.Add(from, "must be a time such as 12:00")
		}
		if !okB {
			unread.Add(to, "must be a time such as 12:00")
		}
		if b <= a {
			b += 24 * 60
		}
		h[i].From, h[i].To = a, b
	}
	if !some {
		return nil, unread
	}
	return &h, unread
}

func minuteOf(text string) (int, bool) {
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil
}
