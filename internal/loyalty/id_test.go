package loyalty

import (
	"testing"
	"time"
)

func TestIDsSortInTheOrderTheyWereMade(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	last := NewID(now)
	for i := range 1000 {
		NewID(now.Add(time.Duration(i) * time.Hour))
		id := NewID(now.Add(time.Duration(i/10) * time.Microsecond))
		if id.String() <= last.String() {
			t.Fatalf("id %d, %s, sorts before %s", i, id, last)
		}
		if id[6]>>4 != 7 || id[8]>>6 != 2 {
			t.Fatalf("%s is not a UUIDv7", id)
		}
		last = id
	}
	if past := NewID(now.AddDate(-1, 0, 0)); past.String() >= last.String() {
		t.Errorf("an id of last year, %s, sorts after %s", past, last)
	}
}

// A till whose clock was never set is no reason to break off.
func TestIDsOfBeforeTheirTime(t *testing.T) {
	t.Parallel()
	long := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if a, b := NewID(long), NewID(long); a == b || a.IsZero() {
		t.Errorf("%s and %s for 1899", a, b)
	}
}

func TestParseID(t *testing.T) {
	t.Parallel()
	id := NewID(time.Now())
	if got, ok := ParseID(id.String()); !ok || got != id {
		t.Errorf("ParseID(%s) = %s, %v", id, got, ok)
	}
	for _, s := range []string{"", "x", "550e8400-e29b-41d4-a716-44665544000", "550e8400e29b41d4a716446655440000", "550e8400-e29b-41d4-a716-44665544000g", "550e8400-e29b-41d4-a716+446655440000"} {
		if _, ok := ParseID(s); ok {
			t.Errorf("ParseID(%q) is ok", s)
		}
	}
}
