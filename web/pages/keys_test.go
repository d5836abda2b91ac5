package pages_test

import (
	"strings"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// A key that no longer works says since when.
func TestKeysSayWhenTheyEnded(t *testing.T) {
	t.Parallel()
	s, _ := restaurant(t)
	p := signIn(t, s, "owner@trattoria.test")
	for _, name := range []string{"Revoked one", "Expired one"} {
		cmd := service.CreateKey{Name: name, Scopes: []loyalty.Scope{loyalty.LoyaltyRead}, ExpiresAt: time.Now().AddDate(1, 0, 0)}
		if _, err := s.Services.Access.CreateKey(t.Context(), loyalty.Actor{OrgID: s.Org.ID, Role: loyalty.Owner}, cmd); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range []string{
		`UPDATE api_keys SET revoked_at = '2024-03-05T12:00:00Z' WHERE name = 'Revoked one'`,
		`UPDATE api_keys SET expires_at = '2024-04-07T12:00:00Z' WHERE name = 'Expired one'`,
	} {
		if _, err := s.DB.SQL.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	page := words(document(t, p.do("GET", "/settings/keys", nil)).Find("main"))
	for _, want := range []string{"Revoked on Mar 5, 2024", "Has expired on Apr 7, 2024"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
}
