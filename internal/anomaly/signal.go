package anomaly

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kind is one of the twelve kinds of anomaly; its text is the wire's `type`.
type Kind string

// The kinds, in the order of the catalog.
const (
	RapidEarning     Kind = "rapid_earning"
	UnusualAmount    Kind = "unusual_amount"
	PatternDeviation Kind = "pattern_deviation"
	StaffFavoritism  Kind = "staff_favoritism"
	ManualAwards     Kind = "manual_awards"
	OffHours         Kind = "off_hours"
	LimitHugging     Kind = "limit_hugging"
	SplitOrders      Kind = "split_orders"
	AccountTakeover  Kind = "account_takeover"
	RefundAbuse      Kind = "refund_abuse"
	AccountRing      Kind = "account_ring"
	DuplicateClaim   Kind = "duplicate_claim"
)

// Kinds lists all kinds in the order of the catalog.
func Kinds() []Kind {
	return []Kind{
		RapidEarning, UnusualAmount, PatternDeviation, StaffFavoritism, ManualAwards, OffHours,
		LimitHugging, SplitOrders, AccountTakeover, RefundAbuse, AccountRing, DuplicateClaim,
	}
}

// Severity is how urgently a manager should look.
type Severity string

// The severities, mildest first.
const (
	Low    Severity = "low"
	Medium Severity = "medium"
	High   Severity = "high"
)

// MaxScore caps a score: beyond one in a million the model is surer than its
// assumptions.
const MaxScore = 6.0

// Score turns the probability of seeing as much by chance into 0..6.
func Score(p float64) float64 {
	if math.IsNaN(p) || p >= 1 {
		return 0
	}
	if p <= 1e-6 {
		return MaxScore
	}
	return -math.Log10(p)
}

// SeverityOf is high for a broken rule and for chances below one in 100,000,
// medium below one in 3,000.
func SeverityOf(score float64, hard bool) Severity {
	switch {
	case hard || score >= 5:
		return High
	case score >= 3.5:
		return Medium
	default:
		return Low
	}
}

// SubjectKind says what a case is about.
type SubjectKind string

// What a case can be about.
const (
	OfCustomer SubjectKind = "customer"
	OfStaff    SubjectKind = "staff"
	OfTill     SubjectKind = "till"
	OfStore    SubjectKind = "store"
	OfRing     SubjectKind = "ring"
)

// StoryWindow is how long a case stays open to more of the same: a signal no
// more than this after a case's last one makes that case grow.
const StoryWindow = 28 * 24 * time.Hour

// Key says what a case is about. The latest case with the same String, or
// naming one of the same people, grows by a signal within StoryWindow;
// otherwise a new case opens.
type Key struct {
	Of SubjectKind `json:"of"`
	ID ID          `json:"id"`
}

// String is stable and unique to the subject, for an index.
func (k Key) String() string { return string(k.Of) + ":" + k.ID.String() }

// What findings about habits count, as Evidence.Unit says it.
const (
	UnitAwards = "awards by hand"
	UnitClaims = "checks put on accounts afterwards"
)

// Evidence is what a manager needs to decide, ready for JSON. Observed and
// Expected are in Unit.
type Evidence struct {
	Observed     float64   `json:"observed"`
	Expected     float64   `json:"expected"`
	Unit         string    `json:"unit"`
	P            float64   `json:"p,omitempty"` // chance of seeing as much; 0 for a rule
	From         time.Time `json:"from"`
	To           time.Time `json:"to"`
	Customers    []ID      `json:"customers,omitempty"`
	Staff        []ID      `json:"staff,omitempty"`
	Stores       []ID      `json:"stores,omitempty"`
	Tills        []ID      `json:"tills,omitempty"`
	Orders       []ID      `json:"orders,omitempty"`
	Transactions []ID      `json:"transactions,omitempty"`
	Reason       string    `json:"reason"` // which part of the detector fired, a stable word
}

// known is the ids that are somebody's: what a program does over the whole
// organization happens at no store.
func known(ids ...ID) []ID {
	return slices.DeleteFunc(ids, ID.IsZero)
}

// Signal is one detector's finding.
type Signal struct {
	Kind        Kind
	At          time.Time
	Store       ID
	Severity    Severity
	Score       float64 // −log10 of the chance of seeing as much, 0..6
	Hard        bool    // a broken rule: never subject to the budget
	Description string  // one English sentence

	// Format and Args build Description again in another language: Format is
	// the message's key in English, Args its values in order.
	Format string
	Args   []any

	PointsInvolved int64
	Evidence       Evidence
	Key            Key

	// Names are the customers and staff a case of this signal points at, the
	// subject first. None of them may decide it.
	Names []ID
}

// Opens reports whether the signal alone is enough for a case. A weaker one
// only adds to a case that is open already.
func (s Signal) Opens(c CaseSettings) bool { return s.Hard || s.Score >= c.OpenScore }

// finish fills what follows from the rest of a signal.
func (s Signal) finish(format string, args ...any) Signal {
	if s.Hard {
		s.Score = MaxScore
	}
	s.Severity = SeverityOf(s.Score, s.Hard)
	s.Format, s.Args = format, args
	s.Description = fmt.Sprintf(format, args...)
	if len(s.Names) == 0 {
		s.Names = []ID{s.Key.ID}
	}
	return s
}

// grouped writes a whole number with commas: 50,000.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	var b strings.Builder
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return sign + b.String()
}

// span says how long in the largest whole unit, rounded up: "2 minutes".
func span(d time.Duration) string {
	unit, size := "second", time.Second
	switch {
	case d >= 48*time.Hour:
		unit, size = "day", 24*time.Hour
	case d > 2*time.Hour:
		unit, size = "hour", time.Hour
	case d > 90*time.Second:
		unit, size = "minute", time.Minute
	}
	return counted(max(1, int64((d+size-1)/size)), unit)
}

// counted is "1 minute" or "3 minutes".
func counted(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return grouped(n) + " " + unit + "s"
}

// decimal is a number as people write it: 10, 2.3, 0.04.
func decimal(x float64) string {
	switch {
	case x >= 10:
		return grouped(int64(math.Round(x)))
	case x >= 0.1:
		return strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0")
	default:
		return strconv.FormatFloat(x, 'g', 1, 64)
	}
}

// ordinal is "2nd".
func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}
