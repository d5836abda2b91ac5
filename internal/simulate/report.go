package simulate

import (
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"regulars/internal/anomaly"
)

// Report is what detectors and baselines did on a range of seeds.
type Report struct {
	From, To uint64
	Methods  []Tally // the detectors first
	Unseen   Tally   // the detectors on kinds nobody tuned on
}

// unseenYear is half a year of two stores with frauds outside the catalog.
func unseenYear(seed uint64) Config {
	c := Year(seed)
	c.Unseen, c.Stores, c.Weeks = true, 2, 26
	return c
}

func (r *Report) add(tallies []Tally, unseen Tally) {
	if r.Methods == nil {
		r.Methods = make([]Tally, len(tallies))
	}
	for i := range tallies {
		r.Methods[i].add(tallies[i])
	}
	r.Unseen.add(unseen)
}

// Summary is how often campaigns were found, how fast, and at what loss.
type Summary struct {
	Campaigns int
	Found     int
	Median    time.Duration // to the flag; those never found count as longest
	Lost      int64
	Points    int64
}

// Recall is the share of campaigns found; 1 where there were none.
func (s Summary) Recall() float64 { return ratio(s.Found, s.Campaigns, 1) }

// never is longer than anything takes to flag.
const never = time.Duration(math.MaxInt64)

// Of sums up the outcomes that match; an empty kind or intensity is any.
func (t Tally) Of(kind anomaly.Kind, intensity Intensity) Summary {
	var s Summary
	var after []time.Duration
	for _, o := range t.Outcomes {
		if (kind != "" && o.Kind != kind) || (intensity != "" && o.Intensity != intensity) {
			continue
		}
		s.Campaigns++
		s.Lost, s.Points = s.Lost+o.Lost, s.Points+o.Points
		if o.Found {
			s.Found++
			after = append(after, o.After)
		} else {
			after = append(after, never)
		}
	}
	if len(after) > 0 {
		slices.Sort(after)
		s.Median = after[len(after)/2]
	}
	return s
}

func ratio(n, of int, none float64) float64 {
	if of == 0 {
		return none
	}
	return float64(n) / float64(of)
}

// Write renders the report as Markdown.
func (r Report) Write(w io.Writer) error {
	p := &page{w: w}
	ours := r.Methods[0]
	p.line("## Seeds %d to %d\n", r.From, r.To)
	p.line("%d worlds, %s events, %d campaigns.\n", r.To-r.From+1, thousands(ours.Events), len(ours.Outcomes))
	r.goals(p)
	p.line("\n| method | precision | recall low / medium / high | cases a store-week | false | points lost before the flag |")
	p.line("|---|---|---|---|---|---|")
	for _, t := range r.Methods {
		all := t.Of("", "")
		p.line("| %s | %.2f | %.2f / %.2f / %.2f | %.3f | %.3f | %.0f %% |", t.Method, 1-ratio(t.False, t.Cases, 0),
			t.Of("", LowIntensity).Recall(), t.Of("", MediumIntensity).Recall(), t.Of("", HighIntensity).Recall(),
			ratio(t.Cases, t.StoreWeeks, 0), ratio(t.False, t.StoreWeeks, 0), 100*float64(all.Lost)/float64(max(1, all.Points)))
	}
	p.line("\nBy kind, found of planted; \"never\" is where half or more were not found.\n")
	p.line("| kind | found low | medium | high | median time to flag low / medium / high | points lost before the flag | false cases |")
	p.line("|---|---|---|---|---|---|---|")
	for _, k := range anomaly.Kinds() {
		p.kind(ours, k, thousands(ours.FalseKinds[k]))
	}
	for _, k := range unseenKinds() {
		p.kind(r.Unseen, k, "–")
	}
	p.line("\nWhere the unseen kinds are planted, %.3f cases a store-week are false.", ratio(r.Unseen.False, r.Unseen.StoreWeeks, 0))
	return p.err
}

// goals sets what was reached beside what is wanted.
func (r Report) goals(p *page) {
	t := r.Methods[0]
	low, medium, high := t.Of("", LowIntensity), t.Of("", MediumIntensity), t.Of("", HighIntensity)
	p.line("| measure | goal | reached |")
	p.line("|---|---|---|")
	p.line("| hard rules flagged at once | 1.0 | %.3f of %s |", ratio(t.HardFound, t.HardActs, 1), thousands(t.HardActs))
	p.line("| precision, all / ranked high | .55 / .80 | %.2f / %.2f |", 1-ratio(t.False, t.Cases, 0), 1-ratio(t.HighFalse, t.High, 0))
	p.line("| recall low / medium / high | .70 / .95 / .99 | %.2f / %.2f / %.2f |", low.Recall(), medium.Recall(), high.Recall())
	p.line("| median time to flag | 28 d / 10 d / 1 d | %s / %s / %s |", days(low.Median), days(medium.Median), days(high.Median))
	p.line("| false cases a store-week | .05 | %.3f |", ratio(t.False, t.StoreWeeks, 0))
	p.line("| all cases a store-week, mean / most | .15 / 3 | %.3f / %d |", ratio(t.Cases, t.StoreWeeks, 0), t.MaxWeek)
	p.line("| false in a store's first four weeks | .25 | %.3f |", ratio(t.NewFalse, t.NewWeeks, 0))
	p.line("| recall on kinds never tuned on | .5 | %.2f of %d |", r.Unseen.Of("", "").Recall(), len(r.Unseen.Outcomes))
	p.line("\n%d cases were over the budget and count for nothing. %d campaigns were named by their till alone, which is no hit.", t.Below, t.tillOnly())
}

func (t Tally) tillOnly() (n int) {
	for _, o := range t.Outcomes {
		if o.TillOnly {
			n++
		}
	}
	return n
}

// page writes lines until one fails.
type page struct {
	w   io.Writer
	err error
}

func (p *page) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func (p *page) kind(t Tally, k anomaly.Kind, wrong string) {
	all := t.Of(k, "")
	cells, medians := "", ""
	for i, in := range Intensities() {
		s := t.Of(k, in)
		cells += fmt.Sprintf(" %d/%d |", s.Found, s.Campaigns)
		if i > 0 {
			medians += " / "
		}
		if s.Campaigns == 0 {
			medians += "–"
		} else {
			medians += days(s.Median)
		}
	}
	lost := "none taken"
	if all.Points > 0 {
		lost = fmt.Sprintf("%.0f %%", 100*float64(all.Lost)/float64(all.Points))
	}
	p.line("| %s |%s %s | %s | %s |", k, cells, medians, lost, wrong)
}

func days(d time.Duration) string {
	if d == never {
		return "never"
	}
	return fmt.Sprintf("%.1f d", d.Hours()/24)
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
