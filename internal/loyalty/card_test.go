package loyalty

import (
	"strings"
	"testing"
)

// A code is read however it is typed, and a slip of the finger is noticed.
func TestCardCodes(t *testing.T) {
	t.Parallel()
	for range 200 {
		code := NewCardCode()
		for _, typed := range []string{code, strings.ToLower(code), GroupedCode(code), " " + code + " ", strings.ReplaceAll(strings.ReplaceAll(code, "0", "O"), "1", "l")} {
			if got, ok := ParseCardCode(typed); !ok || got != code {
				t.Fatalf("%q is read as %q, %v; want %q", typed, got, ok, code)
			}
		}
		for i := range code {
			for _, r := range cardAlphabet {
				if wrong := code[:i] + string(r) + code[i+1:]; wrong != code {
					if _, ok := ParseCardCode(wrong); ok {
						t.Fatalf("%q passes for %q", wrong, code)
					}
				}
			}
			for j := range i {
				swapped := []byte(code)
				swapped[i], swapped[j] = swapped[j], swapped[i]
				if _, ok := ParseCardCode(string(swapped)); ok && string(swapped) != code {
					t.Fatalf("%q passes for %q", swapped, code)
				}
			}
		}
	}
	for _, s := range []string{"", "garcia", "987654321", "UUUUUUUUUUUU", strings.Repeat("7", 500)} {
		if _, ok := ParseCardCode(s); ok {
			t.Errorf("%q passes for a code", s)
		}
	}
}
