package ui_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"regulars/views/ui"
)

func two(labels ...string) ui.ChartProps {
	return ui.ChartProps{
		Title: "Points per day", Summary: "Up.", Labels: labels,
		Series: []ui.Series{{Name: "Issued", Values: []float64{100, 250}}, {Name: "Redeemed", Values: []float64{50, 0}}},
	}
}

func TestChartHasATableBehindIt(t *testing.T) {
	doc := render(t, ui.LineChart(two("Mar 1", "Mar 2")))
	if rows := doc.Find("figcaption tbody tr"); rows.Length() != 2 {
		t.Fatalf("%d rows, want 2", rows.Length())
	}
	var cells []string
	doc.Find("figcaption tbody tr").Last().Find("th, td").Each(func(_ int, s *goquery.Selection) { cells = append(cells, s.Text()) })
	if got := strings.Join(cells, "|"); got != "Mar 2|250|0" {
		t.Errorf("the last row is %q", got)
	}
	if !strings.Contains(doc.Find("figcaption").Text(), "Points per day. Up.") {
		t.Error("the chart isn't put in words")
	}
}

func TestBarsAreToScale(t *testing.T) {
	doc := render(t, ui.BarChart(two("Mar 1", "Mar 2")))
	bars := doc.Find("rect.ui-fill")
	if bars.Length() != 3 {
		t.Fatalf("%d bars, want 3: nothing is drawn for nothing", bars.Length())
	}
	heights := map[int]float64{}
	bars.Each(func(i int, s *goquery.Selection) { heights[i] = percent(t, attr(s, "height")) })
	if math.Abs(heights[1]/heights[0]-2.5) > 0.01 {
		t.Errorf("250 is drawn %.2f times as high as 100", heights[1]/heights[0])
	}
}

func TestStackedBarsStandOnEachOther(t *testing.T) {
	p := two("Mar 1", "Mar 2")
	p.Stacked = true
	bars := render(t, ui.BarChart(p)).Find("rect.ui-fill")
	below, above := bars.Eq(0), bars.Eq(2)
	if got, want := percent(t, attr(above, "y"))+percent(t, attr(above, "height")), percent(t, attr(below, "y")); math.Abs(got-want) > 0.02 {
		t.Errorf("the upper bar ends at %.2f%%, the lower begins at %.2f%%", got, want)
	}
}

func TestChartsOfNothing(t *testing.T) {
	for name, p := range map[string]ui.ChartProps{
		"no steps":       {Title: "x"},
		"no series":      {Title: "x", Labels: []string{"a"}},
		"zeros":          {Title: "x", Labels: []string{"a", "b"}, Series: []ui.Series{{Name: "s", Values: []float64{0, 0}}}},
		"short series":   {Title: "x", Labels: []string{"a", "b"}, Series: []ui.Series{{Name: "s"}}},
		"not a number":   {Title: "x", Labels: []string{"a"}, Series: []ui.Series{{Name: "s", Values: []float64{math.NaN()}}}},
		"one step":       {Title: "x", Labels: []string{"a"}, Series: []ui.Series{{Name: "s", Values: []float64{7}}}},
		"a billion":      {Title: "x", Labels: []string{"a", "b"}, Series: []ui.Series{{Name: "s", Values: []float64{1, 1e9}}}},
		"a tiny share":   {Title: "x", Labels: []string{"a"}, Format: ui.Share, Series: []ui.Series{{Name: "s", Values: []float64{0.0004}}}},
		"cents of money": {Title: "x", Labels: []string{"a"}, Format: ui.MoneyIn("USD"), Series: []ui.Series{{Name: "s", Values: []float64{3}}}},
	} {
		for kind, doc := range map[string]*goquery.Document{"line": render(t, ui.LineChart(p)), "bar": render(t, ui.BarChart(p))} {
			html, _ := doc.Html()
			if strings.Contains(html, "NaN") || strings.Contains(html, "Inf") {
				t.Errorf("%s chart of %s draws what isn't a number", kind, name)
			}
			if lines := doc.Find("line").Length(); lines < 2 || lines > 7 {
				t.Errorf("%s chart of %s has %d grid lines", kind, name, lines)
			}
		}
	}
}

func TestDistributionAddsUp(t *testing.T) {
	doc := render(t, ui.Distribution("Tiers", []ui.Part{
		{Label: "Bronze", Value: "75", Size: 75, Rank: 1}, {Label: "Silver", Value: "25", Size: 25, Rank: 2, Href: "/customers?tier=2"}, {Label: "Gold", Value: "0", Rank: 3},
	}))
	if got := doc.Find("li").First().Text(); !strings.Contains(got, "75%") {
		t.Errorf("the first part says %q", got)
	}
	if got := attr(doc.Find("a"), "href"); got != "/customers?tier=2" {
		t.Errorf("the part leads to %q", got)
	}
	if got := doc.Find("rect").Length(); got != 2 {
		t.Errorf("%d bars, want 2: an empty part has none", got)
	}
}

func TestLadderPutsThresholdsToScale(t *testing.T) {
	doc := render(t, ui.Ladder(ui.LadderProps{
		Title: "Members", Summary: "Few.", Max: 1000, Buckets: []ui.Bucket{{From: 0, To: 500, Members: 10}, {From: 500, To: 1000, Members: 0}},
		Marks: []ui.Mark{{ID: "a", Label: "Bronze", Rank: 1}, {ID: "b", Label: "Silver", At: 250, Rank: 2, Field: "f-silver"}, {ID: "c", Label: "Gold", At: 5000, Rank: 3}},
	}))
	for id, want := range map[string]string{"a": "0%", "b": "25%", "c": "100%"} {
		if got := attr(doc.Find("[data-tier="+id+"] line"), "x1"); got != want {
			t.Errorf("threshold %s stands at %s, want %s", id, got, want)
		}
	}
	slider := doc.Find("[role=slider]")
	if slider.Length() != 1 || attr(slider, "aria-valuenow") != "250" || attr(slider, "data-field") != "f-silver" {
		t.Error("only the threshold with a field can be moved")
	}
}

func percent(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTierProgress(t *testing.T) {
	tests := []struct {
		name       string
		p          ui.TierProgressProps
		value, max string
	}{
		{"half way", ui.TierProgressProps{Tier: "Gold", Next: "Platinum", Rank: 3, From: 4000, To: 6000, Points: 5000}, "1000", "2000"},
		{"at the top", ui.TierProgressProps{Tier: "Platinum", Rank: 4, From: 6000, Points: 9000}, "1", "1"},
		{"kept after a threshold rose", ui.TierProgressProps{Tier: "Gold", Next: "Platinum", From: 4000, To: 6000, Points: 10}, "0", "2000"},
		{"thresholds that meet", ui.TierProgressProps{Tier: "Gold", Next: "Platinum", From: 4000, To: 4000, Points: 4000}, "0", "1"},
	}
	for _, test := range tests {
		bar := render(t, ui.TierProgress(test.p)).Find("progress")
		if attr(bar, "value") != test.value || attr(bar, "max") != test.max {
			t.Errorf("%s: %s of %s, want %s of %s", test.name, attr(bar, "value"), attr(bar, "max"), test.value, test.max)
		}
	}
}

func TestQRDrawsEveryModule(t *testing.T) {
	path := attr(render(t, ui.QR([][]bool{{true, true, false}, {false, true, true}, {true, false, true}}, "Card")).Find("path"), "d")
	if want := "M0 0h2v1h-2zM1 1h2v1h-2zM0 2h1v1h-1zM2 2h1v1h-1z"; path != want {
		t.Errorf("drawn as %s, want %s", path, want)
	}
}

// A name turned to the left keeps clear of the ones it reaches, and a threshold
// says how far it can go.
func TestLadderKeepsNamesApart(t *testing.T) {
	doc := render(t, ui.Ladder(ui.LadderProps{Max: 1000, Marks: []ui.Mark{
		{ID: "a", Label: "Start", Rank: 1, Field: "f-a"}, {ID: "b", Label: "VIP", At: 600, Rank: 2, Field: "f-b"}, {ID: "c", Label: "Platinum Reserve", At: 960, Rank: 3, Field: "f-c"},
	}}))
	long := render(t, ui.Ladder(ui.LadderProps{Max: 1000, Marks: []ui.Mark{{ID: "a", Label: "The Society of the Chef’s Table", At: 620, Rank: 1, Field: "f-a"}}}))
	if name := long.Find("text").First(); attr(name, "text-anchor") != "end" || name.Text() != "The Society of the …" || attr(long.Find("[role=slider]"), "aria-label") != "The Society of the Chef’s Table" {
		t.Errorf("a long name is %q, anchored at its %s", name.Text(), attr(name, "text-anchor"))
	}
	if above, below := attr(doc.Find("[data-tier=b] text"), "y"), attr(doc.Find("[data-tier=c] text"), "y"); above != "10" || below != "24" {
		t.Errorf("the names stand at %s and %s, want one below the other", above, below)
	}
	for id, want := range map[string][3]string{"a": {"0", "0", "true"}, "b": {"1", "959", "false"}, "c": {"601", "1000", "false"}} {
		mark := doc.Find("[data-tier=" + id + "]")
		if got := [3]string{attr(mark, "aria-valuemin"), attr(mark, "aria-valuemax"), attr(mark, "aria-disabled")}; got != want {
			t.Errorf("threshold %s goes %v, want %v", id, got, want)
		}
	}
}

// However many tiers there are, neighbours never look the same, in badges, in
// charts and in what the script redraws.
func TestNeighbouringTiersDiffer(t *testing.T) {
	class := func(rank int) string {
		return attr(render(t, ui.TierBadge("Gold", rank)).Find(".ui-tier-dot"), "class")
	}
	seen := map[string]bool{}
	for rank := 1; rank <= 30; rank++ {
		if class(rank) == class(rank+1) {
			t.Errorf("tiers %d and %d are both %s", rank, rank+1, class(rank))
		}
		seen[class(rank)] = true
	}
	if len(seen) != 10 {
		t.Errorf("there are %d looks of tiers", len(seen))
	}
	parts := []ui.Part{{Label: "Nine", Size: 1, Rank: 9}, {Label: "Ten", Size: 1, Rank: 10}}
	drawn := render(t, ui.Distribution("Members", parts))
	if drawn.Find(".ui-t9").Length() == 0 || drawn.Find(".ui-t10").Length() == 0 {
		t.Error("the ninth and the tenth tier look the same in a chart")
	}
}
