package contact

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"María García":           "maria garcia",
		"  José\tLuis \n Núñez ": "jose luis nunez",
		"GROẞ Straße":            "gross strasse",
		"Łukasz Wiśniewski":      "lukasz wisniewski",
		"Søren Kierkegård":       "soren kierkegard",
		"Ana\u0301 \u202eaná":    "ana ana",
		"O'Higgins-Peña":         "o'higgins-pena",
		"ＡＢＣ①":                   "abc1",
		"李小龍":                    "李小龍",
		"":                       "",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestParsePhone(t *testing.T) {
	t.Parallel()
	tests := []struct{ typed, region, e164, digits string }{
		{"+51987654321", "", "+51987654321", "51987654321"},
		{"987 654 321", "PE", "+51987654321", "51987654321"},
		{" (987) 654-321 ", "PE", "+51987654321", "51987654321"},
		{"00 51 987 654 321", "PE", "+51987654321", "51987654321"},
		{"+1 555 123 4567", "PE", "+15551234567", "15551234567"},
		{"(212) 555-0100", "US", "+12125550100", "12125550100"},
		{"555-0100", "US", "", "5550100"}, // local only: not a whole number
		{"987 654 321", "", "", "987654321"},
		{"987 654 321", "US", "", "987654321"},
		{"٠٩٨٧", "", "", "0987"},
		{"nobody", "PE", "", ""},
		{"", "PE", "", ""},
	}
	for _, tt := range tests {
		got := ParsePhone(tt.typed, tt.region)
		if got.E164 != tt.e164 || got.Digits != tt.digits || got.Typed != strings.TrimSpace(tt.typed) {
			t.Errorf("ParsePhone(%q, %q) = %+v, want %q and %q", tt.typed, tt.region, got, tt.e164, tt.digits)
		}
	}
}

func TestInternational(t *testing.T) {
	for s, want := range map[string]bool{
		"+51987654321": true, "+12345678": true, "+123456789012345": true, "+1234567": false, "+1234567890123456": false,
		"51987654321": false, "+51 987654321": false, "+5198765432x": false, "": false, "+": false,
	} {
		if got := International(s); got != want {
			t.Errorf("International(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestRegion(t *testing.T) {
	t.Parallel()
	for _, tt := range [][3]string{
		{"America/Lima", "PEN", "PE"}, {"America/Lima", "USD", "PE"}, {"Europe/Madrid", "EUR", "ES"},
		{"UTC", "PEN", "PE"}, {"UTC", "EUR", ""}, {"", "", ""},
	} {
		if got := Region(tt[0], tt[1]); got != tt[2] {
			t.Errorf("Region(%q, %q) = %q, want %q", tt[0], tt[1], got, tt[2])
		}
	}
}

func TestValidEmail(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"maria@example.com": true, "a.b+c_d'e@mail.example.co.uk": true, "josé@ejemplo.es": true, "x@münchen.de": true,
		"": false, "maria": false, "@example.com": false, "maria@": false, "maria@example": false, "a@b@example.com": false,
		"a b@example.com": false, "a..b@example.com": false, "<maria@example.com>": false, "maria@-example.com": false,
		"maria@example..com": false, "maria@exam ple.com": false, "maria@example.com\n": false,
		strings.Repeat("a", 65) + "@example.com": false, "a@" + strings.Repeat("b.", 130) + "com": false,
	} {
		if got := ValidEmail(in); got != want {
			t.Errorf("ValidEmail(%q) = %v, want %v", in, got, want)
		}
	}
}

func TestParseSearch(t *testing.T) {
	t.Parallel()
	if s := ParseSearch("  GARCÍA  de la Maria ", "PE"); s.Name != "garcia de la maria" || strings.Join(s.Parts, "|") != "garcia|maria| de| la" {
		t.Errorf("words: %+v", s)
	}
	if s := ParseSearch("Ma", "PE"); s.Name != "ma" || strings.Join(s.Parts, "|") != " ma" {
		t.Errorf("two letters: %+v", s)
	}
	s := ParseSearch("987 654 321", "PE")
	if s.Name != "" || s.E164 != "+51987654321" || strings.Join(s.Digits, "|") != "987654321|51987654321" || s.Tail != "987654321" {
		t.Errorf("phone: %+v", s)
	}
	if s := ParseSearch("21", "PE"); s.Tail != "21" || s.Parts != nil || s.E164 != "" {
		t.Errorf("last digits: %+v", s)
	}
	if s := ParseSearch("maria82@", ""); s.Name != "maria82@" || len(s.Digits) != 0 {
		t.Errorf("e-mail: %+v", s)
	}
	if s := ParseSearch(" \n", "PE"); s.Name != "" || s.Parts != nil || s.Digits != nil {
		t.Errorf("blank: %+v", s)
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"María", "ẞ", "İ", "\xff", "a\u0300\u0301", "ﬃ", "Ǆ", "Ω", "\u0345ͅ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if !utf8.ValidString(once) || strings.ContainsAny(once, "\n\t\x00") || strings.TrimSpace(once) != once {
			t.Errorf("Fold(%q) = %q", s, once)
		}
		if twice := Fold(once); twice != once {
			t.Errorf("Fold(%q) = %q, and again %q", s, once, twice)
		}
	})
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{4,16}$`)

func FuzzParsePhone(f *testing.F) {
	f.Add("+51 987-654-321", "PE")
	f.Add("1-800-FLOWERS ext. 12", "US")
	f.Add("tel:+44;phone-context=+1", "")
	f.Add("\xff+1", "xx")
	f.Fuzz(func(t *testing.T, s, region string) {
		p := ParsePhone(s, region)
		if p.E164 == "" {
			return
		}
		if !e164.MatchString(p.E164) || p.Digits != p.E164[1:] {
			t.Fatalf("ParsePhone(%q, %q) = %+v", s, region, p)
		}
		if again := ParsePhone(p.E164, ""); again.E164 != p.E164 {
			t.Errorf("ParsePhone(%q) = %+v, read again %+v", s, p, again)
		}
	})
}

func FuzzParseSearch(f *testing.F) {
	f.Add("maria", "PE")
	f.Add("+51 (987)", "PE")
	f.Add("a b c d e f g h i j k", "")
	f.Fuzz(func(t *testing.T, q, region string) {
		s := ParseSearch(q, region)
		if !utf8.ValidString(s.Name) || strings.Trim(strings.Join(s.Digits, "")+s.Tail, "0123456789") != "" || len(s.Parts) > maxWords {
			t.Errorf("ParseSearch(%q, %q) = %+v", q, region, s)
		}
	})
}
