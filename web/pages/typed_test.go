package pages

import (
	"strings"
	"testing"

	"regulars/internal/loyalty"
	"regulars/views/ui"
)

// Numbers are read as either language writes them; what could mean two things
// is refused rather than guessed.
func TestNumbersAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		typed    string
		exponent int
		want     int64
		ok       bool
	}{
		{"50", 2, 5000, true},
		{"12.5", 2, 1250, true},
		{"12,50", 2, 1250, true},
		{"$ 1,234.50", 2, 123450, true},
		{"S/ 85.50", 2, 8550, true},
		{"1.234,50 €", 2, 123450, true},
		{"1,234", 2, 123400, true},
		{"1.234", 2, 123400, true},
		{"1,234,567", 0, 1234567, true},
		{"1.234", 3, 1234, true},
		{"0.500", 3, 500, true},
		{"0,125", 4, 1250, true},
		{"", 2, 0, true},
		{"1,23,4", 2, 0, false},
		{"12.345.6", 2, 0, false},
		{"12.999", 0, 12999, true},
		{"1.2.3", 2, 0, false},
		{"a lot", 2, 0, false},
		{"1e3", 2, 0, false},
		{".", 2, 0, false},
		{"12.", 2, 0, false},
	} {
		got, ok := number(tc.typed, tc.exponent)
		if ok != tc.ok || ok && got != tc.want {
			t.Errorf("%q with %d decimals is %d, %t; want %d, %t", tc.typed, tc.exponent, got, ok, tc.want, tc.ok)
		}
	}
}

func TestMasked(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"María García": "María G.", "Ann": "Ann", "  José  luis quispe ": "José L.", "": "", "李 小龙": "李 小.",
		"👩🏽‍🍳 Chef Ana 🌶️": "👩🏽‍🍳 Chef A.", "Ana 🌶️": "Ana", "María (Mary) García": "María M.", "🌶️": "🌶️", "محمد عبد الرحمن": "محمد ع.",
	} {
		if got := masked(name); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
}

// Whatever was typed wrong is reported at once, each beside its field.
func TestFieldsCollectProblems(t *testing.T) {
	t.Parallel()
	in := read(ui.Form{Typed: map[string][]string{"total": {"x"}, "stock": {"1.5"}, "name": {" Ann "}}})
	if in.Text("name") != "Ann" || in.Money("total", "USD") != 0 || in.Whole("stock") != 0 {
		t.Error("what can't be read has a value")
	}
	if in.Err() == nil || !in.problems.Has("total") || !in.problems.Has("stock") {
		t.Errorf("the problems are %v, want total and stock", in.Err())
	}
}

// A number that is read is printed and read again as the same, with either
// language's marks.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"1,234.50", "1.234,50 €", "S/ 85.50", "-0.5", "1.2.3", "12.", "0,125", "−3", "1'234", ",,", "999999999999999"} {
		f.Add(s, 2)
	}
	f.Fuzz(func(t *testing.T, s string, exponent int) {
		if exponent < 0 || exponent > 4 {
			return
		}
		n, ok := number(s, exponent)
		if !ok {
			return
		}
		plain := loyalty.FormatDecimal(n, exponent)
		for _, as := range []string{plain, strings.Replace(plain, ".", ",", 1)} {
			if again, ok := number(as, exponent); !ok || again != n {
				t.Errorf("%q with %d decimals is %d, and %q is %d, %t", s, exponent, n, as, again, ok)
			}
		}
	})
}
