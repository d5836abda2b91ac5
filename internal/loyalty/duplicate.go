package loyalty

import (
	"slices"
	"strings"
	"time"
)

// Likeness is what speaks for two customers being the same person.
type Likeness string

// The likenesses, the most telling first.
const (
	SamePhone     Likeness = "phone"      // one number, once with the country's code and once without
	SameEmail     Likeness = "email"      // the same e-mail address
	SameBirthDate Likeness = "birth_date" // the same birth date, and nearly the same name
	NearPhone     Likeness = "near_phone" // nearly the same name, and numbers one slip of the finger apart
	SameName      Likeness = "name"       // the same name, and nothing that speaks against it
)

// Likenesses are all of them, the most telling first.
func Likenesses() []Likeness {
	return []Likeness{SamePhone, SameEmail, SameBirthDate, NearPhone, SameName}
}

// Duplicate is two customers who are likely the same person.
type Duplicate struct {
	One, Other Member
	Why        Likeness
	ApartAt    time.Time // when somebody said that they are not; zero unless so
}

// DuplicatePair is the same by ids, First being the smaller.
type DuplicatePair struct {
	First, Second ID
	Why           Likeness
}

// PairOf is the pair of two customers, whichever comes first.
func PairOf(a, b ID, why Likeness) DuplicatePair {
	if slices.Compare(a[:], b[:]) > 0 {
		a, b = b, a
	}
	return DuplicatePair{a, b, why}
}

// ChangeMark is how far a reader of changed customers has come: through this
// one, changed then.
type ChangeMark struct {
	At time.Time
	ID ID
}

// Alike says what speaks most for a and b being the same person; not ok when
// too little does. Whom two phone numbers, addresses or birthdays tell apart is
// not told together by a name.
func Alike(a, b Customer) (why Likeness, ok bool) {
	if a.NameFold == "" || b.NameFold == "" {
		return "", false // forgotten
	}
	names := nearNames(a.NameFold, b.NameFold)
	switch {
	case samePhone(a.PhoneDigits, b.PhoneDigits):
		return SamePhone, true
	case differ(a.BirthDate, b.BirthDate):
		return "", false
	case a.Email != "" && strings.EqualFold(a.Email, b.Email):
		return SameEmail, true
	case a.BirthDate != "" && a.BirthDate == b.BirthDate && names:
		return SameBirthDate, true
	case names && nearPhones(a.PhoneDigits, b.PhoneDigits):
		return NearPhone, true
	case sameWords(a.NameFold, b.NameFold) && !differ(a.PhoneDigits, b.PhoneDigits) && !differ(strings.ToLower(a.Email), strings.ToLower(b.Email)):
		return SameName, true
	}
	return "", false
}

// differ reports whether both are told, and differently.
func differ(a, b string) bool { return a != "" && b != "" && a != b }

// leastDigits is how long a number must be to say anything.
const leastDigits = 7

// samePhone reports whether one number is the other without its beginning.
func samePhone(a, b string) bool {
	return min(len(a), len(b)) >= leastDigits && (strings.HasSuffix(a, b) || strings.HasSuffix(b, a))
}

func nearPhones(a, b string) bool {
	return min(len(a), len(b)) >= leastDigits && apart([]rune(a), []rune(b), 1) <= 1
}

// sameWords reports whether two folded names of at least two words have the
// same ones, in whatever order.
func sameWords(a, b string) bool {
	x, y := words(a), words(b)
	return len(x) > 1 && slices.Equal(x, y)
}

func words(name string) []string {
	w := strings.Fields(name)
	slices.Sort(w)
	return w
}

// nearNames reports whether two folded names are one, but for their order, for
// a surname left out, or for a letter in six.
func nearNames(a, b string) bool {
	x, y := words(a), words(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) > 1 && within(x, y) {
		return true
	}
	p, q := []rune(a), []rune(b)
	slips := max(1, min(len(p), len(q))/6)
	return min(len(p), len(q)) > 3 && apart(p, q, slips) <= slips
}

// within reports whether each word of x is one of y's.
func within(x, y []string) bool {
	for _, w := range x {
		if !slices.Contains(y, w) {
			return false
		}
	}
	return true
}

// apart is how many letters must be put in, taken out, changed, or swapped with
// the next one, to make b of a; anything above most once it is more than that.
func apart(a, b []rune, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
