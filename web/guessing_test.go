package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// How long a session lasts unused, and at most, is the role's.
func TestSessionLimitsByRole(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	pages(s, "auto")
	s.Staff(loyalty.Manager, "Marco")
	s.Staff(loyalty.Cashier, "Cora", s.Store.ID)
	for _, test := range []struct {
		email          string
		idle, absolute time.Duration
	}{
		{ownerEmail, 8 * time.Hour, 7 * 24 * time.Hour}, {"manager@trattoria.test", 8 * time.Hour, 7 * 24 * time.Hour}, {"cashier@trattoria.test", 12 * time.Hour, 12 * time.Hour},
	} {
		alive := func(b *browser) bool {
			return (&browser{s: s, cookie: b.cookie}).do("GET", "/probe/me", nil).Status == 200
		}
		b := &browser{s: s, header: sameOrigin}
		b.signIn(test.email, webtest.Password).Want(t, 200, "")
		s.Clock.Add(test.idle - time.Second)
		if !alive(b) {
			t.Errorf("%s: ended before %s without use", test.email, test.idle)
		}
		b.signIn(test.email, webtest.Password).Want(t, 200, "")
		s.Clock.Add(test.idle)
		if alive(b) {
			t.Errorf("%s: lasts %s without use", test.email, test.idle)
		}
		b.signIn(test.email, webtest.Password).Want(t, 200, "")
		for end := s.Clock.Now().Add(test.absolute); s.Clock.Now().Before(end.Add(-time.Hour)); {
			s.Clock.Add(time.Hour)
			if !alive(b) {
				t.Fatalf("%s: ended in use, %s before its end", test.email, end.Sub(s.Clock.Now()))
			}
		}
		if s.Clock.Add(time.Hour); alive(b) {
			t.Errorf("%s: lasts longer than %s", test.email, test.absolute)
		}
	}
}

// A wrong password takes as long for somebody who isn't there as for somebody
// who is: who tries can't tell one from the other by the time.
func TestEqualTimeForUnknown(t *testing.T) {
	s := webtest.New(t) // not parallel: it measures
	try := func(email string, n int) time.Duration {
		begun := time.Now()
		_, err := s.Services.Access.SignIn(t.Context(), service.SignIn{Email: email, Password: "wrong", Address: fmt.Sprint("address ", n)})
		if loyalty.CodeOf(err) != loyalty.CodeUnauthorized {
			t.Fatal(err)
		}
		return time.Since(begun)
	}
	try("warm@trattoria.test", 0)
	var known, unknown []time.Duration
	for n := range 9 {
		known = append(known, try(ownerEmail, n))
		unknown = append(unknown, try(fmt.Sprintf("nobody-%d@trattoria.test", n), n))
	}
	slices.Sort(known)
	slices.Sort(unknown)
	if ratio := float64(unknown[4]) / float64(known[4]); ratio < 0.5 || ratio > 2 {
		t.Errorf("%v for somebody, %v for nobody", known[4], unknown[4])
	}
}

// A dump of the database holds nothing to come in with.
func TestNothingUsableIsStored(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	signed, err := s.Services.Access.SignIn(t.Context(), service.SignIn{Email: ownerEmail, Password: webtest.Password})
	if err != nil {
		t.Fatal(err)
	}
	const dump = `
		SELECT (SELECT string_agg(k::text, '') FROM api_keys k) || (SELECT string_agg(s::text, '') FROM sessions s) ||
			(SELECT string_agg(s::text, '') FROM staff s) || (SELECT coalesce(string_agg(i::text, ''), '') FROM idempotency_keys i)`
	var all string
	if err := s.DB.SQL.QueryRowContext(t.Context(), dump).Scan(&all); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{key, key[20:], signed.Token, webtest.Password} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is in the database", secret)
		}
	}
}
