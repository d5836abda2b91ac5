package loyalty

import "testing"

// The examples of API.md, and the edges.
func TestEarned(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		amount    Minor
		exponent  int
		rate      Rate
		tier      Multiplier
		promotion Multiplier
		bonus     Points
		want      Points
		code      string
	}{
		{"50 at 10 points a unit, double", 5000, 2, 100_000, 200, 100, 0, 1000, ""},
		{"12.34 at Silver", 1234, 2, 100_000, 110, 100, 0, 135, ""},
		{"nine cents", 9, 2, 100_000, 100, 100, 0, 0, ""},
		{"rounded once, at the end", 999, 2, 3333, 150, 150, 0, 7, ""},
		{"a bonus comes on top", 100, 2, 10_000, 100, 200, 25, 27, ""},
		{"a currency without decimals", 1500, 0, 100, 100, 100, 0, 15, ""},
		{"a currency with three", 1500, 3, 10_000, 100, 100, 0, 1, ""},
		{"less than nothing", -5000, 2, 100_000, 100, 100, 0, 0, ""},
		{"the most", 10_000_000_000, 2, 100_000, 100, 100, 0, 1_000_000_000, ""},
		{"more than the most", 10_000_000_100, 2, 100_000, 100, 100, 0, 0, CodeValidation},
		{"far more than fits", MaxAmount, 0, MaxRate, 1000, 1000, 0, 0, CodeValidation},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Earned(tt.amount, tt.exponent, tt.rate, tt.tier, tt.promotion, tt.bonus)
			if got != tt.want || CodeOf(err) != tt.code {
				t.Errorf("got %d, %v; want %d, %q", got, err, tt.want, tt.code)
			}
		})
	}
}

func TestShare(t *testing.T) {
	t.Parallel()
	tests := []struct {
		earned          Points
		refunded, total Minor
		want            Points
	}{{100, 0, 1000, 0}, {100, 333, 1000, 33}, {100, 999, 1000, 99}, {100, 1000, 1000, 100}, {100, 2000, 1000, 100}, {100, 5, 0, 0}, {1_000_000_000, 9_999_999_999_999, 10_000_000_000_000, 999_999_999}}
	for _, tt := range tests {
		if got := Share(tt.earned, tt.refunded, tt.total); got != tt.want {
			t.Errorf("Share(%d, %d, %d) = %d, want %d", tt.earned, tt.refunded, tt.total, got, tt.want)
		}
	}
}

func TestParseDecimal(t *testing.T) {
	t.Parallel()
	good := map[string]int64{"50": 5000, "12.34": 1234, "0.09": 9, "-3": -300, "1.500": 150, "0": 0, "00.10": 10, "999999999999999": 99999999999999900}
	for s, want := range good {
		if got, ok := ParseDecimal(s, 2); !ok || got != want {
			t.Errorf("ParseDecimal(%q) = %d, %v; want %d", s, got, ok, want)
		}
	}
	for _, s := range []string{"", "-", ".5", "5.", "1e3", "1,5", " 1", "12.345", "1000000000000000", "0x10", "٣", "--1", "1.2.3"} {
		if got, ok := ParseDecimal(s, 2); ok {
			t.Errorf("ParseDecimal(%q) = %d, ok", s, got)
		}
	}
}

// Whatever parses prints as the same amount.
func FuzzParseDecimal(f *testing.F) {
	f.Add("12.34", 2)
	f.Add("-0.001", 3)
	f.Fuzz(func(t *testing.T, s string, exponent int) {
		if exponent < 0 || exponent > 4 {
			return
		}
		n, ok := ParseDecimal(s, exponent)
		if !ok {
			return
		}
		if again, ok := ParseDecimal(FormatDecimal(n, exponent), exponent); !ok || again != n {
			t.Errorf("%q at %d is %d, which prints as %q", s, exponent, n, FormatDecimal(n, exponent))
		}
	})
}
