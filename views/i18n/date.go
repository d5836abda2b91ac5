package i18n

import (
	"context"
	"strconv"
	"time"
)

var monthsEs = [...]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"}

var monthNamesEs = [...]string{
	"enero", "febrero", "marzo", "abril", "mayo", "junio",
	"julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
}

var weekdaysEs = [...]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"}

// Date writes a day in the reader's time zone: Mar 10, 2026.
func Date(ctx context.Context, t time.Time) string {
	l := from(ctx)
	return l.date(t.In(l.zone), true)
}

// ShortDate writes a day without its year: Mar 10. For axes and for days
// whose year is plain from where they stand.
func ShortDate(ctx context.Context, t time.Time) string {
	l := from(ctx)
	return l.date(t.In(l.zone), false)
}

// LongDate writes a day for reading: Tuesday, March 10, 2026.
func LongDate(ctx context.Context, t time.Time) string {
	l := from(ctx)
	t = t.In(l.zone)
	switch {
	case l.lang == "es":
		return weekdaysEs[t.Weekday()] + ", " + strconv.Itoa(t.Day()) + " de " + monthNamesEs[t.Month()-1] + " de " + strconv.Itoa(t.Year())
	case l.style.dayFirst:
		return t.Format("Monday, 2 January 2006")
	}
	return t.Format("Monday, January 2, 2006")
}

// Weekday is the name of a day of the week: Tuesday, martes.
func Weekday(ctx context.Context, d time.Weekday) string {
	if from(ctx).lang == "es" {
		return weekdaysEs[d]
	}
	return d.String()
}

// Month writes a month and its year: March 2026.
func Month(ctx context.Context, t time.Time) string {
	l := from(ctx)
	t = t.In(l.zone)
	if l.lang == "es" {
		return monthNamesEs[t.Month()-1] + " de " + strconv.Itoa(t.Year())
	}
	return t.Format("January 2006")
}

// Clock writes a time of day: 2:05 PM, 14:05.
func Clock(ctx context.Context, t time.Time) string {
	l := from(ctx)
	return l.clock(t.In(l.zone))
}

// DateTime writes a day and a time: Mar 10, 2026, 2:05 PM.
func DateTime(ctx context.Context, t time.Time) string {
	l := from(ctx)
	t = t.In(l.zone)
	return l.date(t, true) + ", " + l.clock(t)
}

// Machine writes a time for the datetime attribute of a <time> element.
func Machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Ago writes how long ago a time was, or how far off it is, roughly: just
// now, 5 minutes ago, in 3 days. Beyond 30 days it is the date.
func Ago(ctx context.Context, t time.Time) string {
	l := from(ctx)
	now := l.now
	if now.IsZero() {
		now = time.Now()
	}
	d := now.Sub(t)
	ahead := d < 0
	if ahead {
		d = -d
	}
	switch {
	case d < 45*time.Second:
		return T(ctx, "just now")
	case d < time.Hour-30*time.Second:
		return span(ctx, ahead, int(d.Round(time.Minute)/time.Minute), minuteForms)
	case d < 24*time.Hour-30*time.Minute:
		return span(ctx, ahead, max(1, int(d.Round(time.Hour)/time.Hour)), hourForms)
	case d < 30*24*time.Hour:
		return span(ctx, ahead, max(1, int(d.Round(24*time.Hour)/(24*time.Hour))), dayForms)
	}
	return Date(ctx, t)
}

// forms are past and future, each for one and for many.
type forms [4]string

var (
	minuteForms = forms{Mark("%d minute ago"), Mark("%d minutes ago"), Mark("in %d minute"), Mark("in %d minutes")}
	hourForms   = forms{Mark("%d hour ago"), Mark("%d hours ago"), Mark("in %d hour"), Mark("in %d hours")}
	dayForms    = forms{Mark("%d day ago"), Mark("%d days ago"), Mark("in %d day"), Mark("in %d days")}
)

func span(ctx context.Context, ahead bool, n int, f forms) string {
	if ahead {
		return N(ctx, f[2], f[3], n)
	}
	return N(ctx, f[0], f[1], n)
}

func (l *locale) date(t time.Time, year bool) string {
	switch {
	case l.lang == "es":
		text := strconv.Itoa(t.Day()) + " " + monthsEs[t.Month()-1]
		if year {
			text += " " + strconv.Itoa(t.Year())
		}
		return text
	case l.style.dayFirst && year:
		return t.Format("2 Jan 2006")
	case l.style.dayFirst:
		return t.Format("2 Jan")
	case year:
		return t.Format("Jan 2, 2006")
	}
	return t.Format("Jan 2")
}

func (l *locale) clock(t time.Time) string {
	if l.style.clock24 {
		return t.Format("15:04")
	}
	return t.Format("3:04 PM")
}
