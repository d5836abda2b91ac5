package contact

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// letters have no decomposition into a base letter and a mark, and people who
// lack the key type the plain form.
var letters = strings.NewReplacer(
	"ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ð", "d", "ł", "l", "þ", "th", "ı", "i", "ħ", "h", "ŋ", "n",
)

// Fold is s in lower case without accents, words parted by single spaces, so
// that two spellings of a name compare equal. What has been folded stays as it
// is.
func Fold(s string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKD.String(letters.Replace(strings.ToLower(s))) {
		switch {
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
		case unicode.IsSpace(r) || unicode.IsControl(r):
			space = b.Len() > 0
		default:
			if space {
				b.WriteByte(' ')
				space = false
			}
			// Some compatibility forms are capitals only once taken apart.
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return norm.NFC.String(b.String())
}

// ValidEmail reports whether s looks like one plain address: a part before the
// only @, a domain with a dot after it, no spaces, at most 254 bytes.
func ValidEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || len(s) > 254 || local == "" || len(local) > 64 || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return false
	}
	if strings.ContainsFunc(local, func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`"(),:;<>@[\]`, r) || unicode.IsSpace(r)
	}) {
		return false
	}
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-") || strings.ContainsFunc(l, notInDomain) {
			return false
		}
	}
	return true
}

func notInDomain(r rune) bool { return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }
