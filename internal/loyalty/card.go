package loyalty

import (
	"crypto/rand"
	"strings"
	"time"
)

// Card is a guest's membership card: a link that shows it, and a code that
// names the guest at the till.
type Card struct {
	OrgID      ID
	CustomerID ID
	Code       string // CardCodeLength characters, unique in the organization
	Seed       []byte // what the link's token is made of, together with the server's key
	TokenHash  []byte // SHA-256 of the token
	IssuedAt   time.Time
}

// CardCodeLength is how many characters a card's code has; the last one proves
// the others.
const CardCodeLength = 12

// cardAlphabet is Crockford's: no letter in it looks like a digit.
const cardAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewCardCode makes a code of 55 random bits. It has a letter in it, so that
// it is never taken for a phone number.
func NewCardCode() string {
	for {
		var b [CardCodeLength]byte
		rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never returns an error; it ends the program instead
		for i := range b {
			b[i] &= 31
		}
		b[CardCodeLength-1] = cardCheck(b[:CardCodeLength-1])
		for i := range b {
			b[i] = cardAlphabet[b[i]]
		}
		if code := string(b[:]); strings.ContainsAny(code, cardAlphabet[10:]) {
			return code
		}
	}
}

var cardTypos = strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1")

// ParseCardCode reads a code as a scanner or a person types it: in any case,
// in groups or not, letters that look like digits taken for those. It is not
// ok when a character is wrong or two have changed places.
func ParseCardCode(s string) (code string, ok bool) {
	if len(s) > 4*CardCodeLength {
		return "", false
	}
	code = cardTypos.Replace(strings.ToUpper(s))
	if len(code) != CardCodeLength {
		return "", false
	}
	var b [CardCodeLength]byte
	for i := range b {
		at := strings.IndexByte(cardAlphabet, code[i])
		if at < 0 {
			return "", false
		}
		b[i] = byte(at)
	}
	return code, b[CardCodeLength-1] == cardCheck(b[:CardCodeLength-1])
}

// cardCheck is the sum of the digits, each times another power of 2 in the
// field of 32 elements. No two weights are equal, so that no single wrong
// digit and no swap of two leaves the sum as it was.
func cardCheck(digits []byte) byte {
	var sum byte
	for _, d := range digits {
		sum = (sum ^ d) << 1
		if sum >= 32 {
			sum ^= 0b100101 // x⁵ + x² + 1
		}
	}
	return sum
}

// GroupedCode is a card's code as people read it: "7K2M-94QX-P0ZD".
func GroupedCode(code string) string {
	if len(code) != CardCodeLength {
		return code
	}
	return code[:4] + "-" + code[4:8] + "-" + code[8:]
}
