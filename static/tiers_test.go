package static_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// oklab is a colour: how light, how much to red or green, to yellow or blue.
type oklab struct{ l, a, b float64 }

func parseOklch(t *testing.T, light, chroma, hue string) oklab {
	t.Helper()
	var v [3]float64
	for i, s := range []string{light, chroma, hue} {
		n, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		v[i] = n
	}
	return oklab{v[0] / 100, v[1] * math.Cos(v[2]*math.Pi/180), v[1] * math.Sin(v[2]*math.Pi/180)}
}

// luminance is the relative luminance that WCAG's contrast is worked out from.
func (c oklab) luminance() float64 {
	cube := func(x float64) float64 { return x * x * x }
	l, m, s := cube(c.l+0.3963377774*c.a+0.2158037573*c.b), cube(c.l-0.1055613458*c.a-0.0638541728*c.b), cube(c.l-0.0894841775*c.a-1.2914855480*c.b)
	clip := func(x float64) float64 { return min(1, max(0, x)) }
	return 0.2126*clip(4.0767416621*l-3.3077115913*m+0.2309699292*s) + 0.7152*clip(-1.2684380046*l+2.6097574011*m-0.3413193965*s) +
		0.0722*clip(-0.0041960863*l-0.7034186147*m+1.7076147010*s)
}

func contrast(a, b oklab) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func (c oklab) distance(o oklab) float64 { return math.Hypot(math.Hypot(c.l-o.l, c.a-o.a), c.b-o.b) }

// Ten tiers can be told apart in both themes: each mark stands out from what it
// lies on, no two are alike, and none is ever the colour of text.
func TestTiersAreToldApart(t *testing.T) {
	css, err := os.ReadFile("src/theme.css")
	if err != nil {
		t.Fatal(err)
	}
	const number = `([\d.]+)`
	const colour = `oklch\(` + number + `% ` + number + ` ` + number + `\)`
	tokens := regexp.MustCompile(`--rg-tier-\d+: light-dark\(`+colour+`, `+colour+`\)`).FindAllStringSubmatch(string(css), -1)
	themes := regexp.MustCompile(`--color-base-([12]00|content): `+colour).FindAllStringSubmatch(string(css), -1)
	if len(tokens) != 10 || len(themes) != 6 {
		t.Fatalf("%d tiers, %d grounds", len(tokens), len(themes))
	}
	for i, theme := range []string{"light", "dark"} {
		grounds := themes[3*i : 3*i+3]
		text := parseOklch(t, grounds[2][2], grounds[2][3], grounds[2][4])
		var tiers []oklab
		for _, m := range tokens {
			tiers = append(tiers, parseOklch(t, m[1+3*i], m[2+3*i], m[3+3*i]))
		}
		for _, g := range grounds[:2] {
			ground := parseOklch(t, g[2], g[3], g[4])
			if got := contrast(text, ground); got < 4.5 {
				t.Errorf("%s: the text on %s has a contrast of %.2f", theme, g[1], got)
			}
			for n, c := range tiers {
				if got := contrast(c, ground); got < 3 {
					t.Errorf("%s: tier %d has a contrast of %.2f on %s", theme, n+1, got, g[1])
				}
			}
		}
		for n, c := range tiers {
			for k, other := range tiers[:n] {
				if c.distance(other) < 0.085 {
					t.Errorf("%s: tiers %d and %d are %.3f apart", theme, k+1, n+1, c.distance(other))
				}
			}
		}
	}
	for _, file := range []string{"src/surface.css", "src/chart.css"} {
		css, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(css), " color: var(--rg-tier") {
			t.Errorf("%s colours text as a tier", file)
		}
	}
}
