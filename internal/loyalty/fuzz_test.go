package loyalty

import (
	"strings"
	"testing"
)

// Whatever is taken for an id is one thing's: written out again it differs in
// nothing but the case of its letters and the prefix it may have.
func FuzzParseID(f *testing.F) {
	for _, s := range []string{
		"0190a0a0-0000-7000-8000-000000000001", "cust_0190A0A0-0000-7000-8000-000000000001", "cust_cust_0190a0a0-0000-7000-8000-000000000001",
		"550e8400e29b41d4a716446655440000", "550e8400-e29b-41d4-a716-44665544000g", "{550e8400-e29b-41d4-a716-446655440000}", "", "_", "cust_", "٣",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if id, ok := ParseID(s); ok && id.String() != strings.ToLower(s) {
			t.Errorf("%q is %s", s, id)
		}
		taken := 0
		for prefix := range prefixNouns {
			id, ok := prefix.Parse(s)
			if !ok {
				continue
			}
			taken++
			if bare := strings.TrimPrefix(s, string(prefix)); id.String() != strings.ToLower(bare) {
				t.Errorf("%q as a %s is %s", s, prefix.Noun(), id)
			}
		}
		if KnownPrefix(s) && taken > 1 {
			t.Errorf("%q is an id of %d kinds", s, taken)
		}
		var id ID
		if err := id.UnmarshalText([]byte(s)); (err == nil) != (taken > 0 && !KnownPrefix(s)) {
			t.Errorf("%q: %v", s, err)
		}
	})
}

// A card's code that is read is the one that was printed, and reads the same
// in groups.
func FuzzParseCardCode(f *testing.F) {
	for _, s := range []string{NewCardCode(), GroupedCode(NewCardCode()), "7k2m-94qx-p0zd", "oooo-iiii-llll", "", "𝟕𝟕𝟕", strings.Repeat("-", 60)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, ok := ParseCardCode(s)
		if !ok {
			return
		}
		for _, as := range []string{code, GroupedCode(code), strings.ToLower(code)} {
			if again, ok := ParseCardCode(as); !ok || again != code || len(code) != CardCodeLength {
				t.Errorf("%q is %q, and %q is %q, %t", s, code, as, again, ok)
			}
		}
	})
}

// Points are rounded down once, never up, and a refund never takes back more
// than was earned.
func FuzzPoints(f *testing.F) {
	f.Add(int64(1050), 2, int64(15_000), int32(125), int32(100), int64(7), int64(333))
	f.Add(int64(MaxAmount), 0, int64(MaxRate), int32(1000), int32(1000), int64(MaxPoints), int64(1))
	f.Fuzz(func(t *testing.T, amount int64, exponent int, rate int64, tier, promotion int32, bonus, refunded int64) {
		if exponent < 0 || exponent > 3 || rate < 0 || rate > int64(MaxRate) || tier < 100 || tier > 1000 || promotion < 100 || promotion > 1000 ||
			bonus < 0 || bonus > int64(MaxPoints) || amount > int64(MaxAmount) {
			return
		}
		points, err := Earned(Minor(amount), exponent, Rate(rate), Multiplier(tier), Multiplier(promotion), Points(bonus))
		if err != nil {
			return
		}
		if points < Points(bonus) || points > MaxPoints {
			t.Errorf("%d points, of them %d bonus", points, bonus)
		}
		if more, err := Earned(Minor(amount)+1, exponent, Rate(rate), Multiplier(tier), Multiplier(promotion), Points(bonus)); err == nil && more < points {
			t.Errorf("a larger bill earns %d instead of %d", more, points)
		}
		if back := Share(points, Minor(refunded), Minor(amount)); back < 0 || back > points {
			t.Errorf("a refund takes %d of %d back", back, points)
		}
	})
}
