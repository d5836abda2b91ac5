package pages_test

import (
	"strings"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// Keys that work stand first; those that don't are folded away, the latest to
// end first, and say since when and why.
func TestKeysSayWhenTheyEnded(t *testing.T) {
	t.Parallel()
	s, _ := restaurant(t)
	p := signIn(t, s, "owner@trattoria.test")
	for _, name := range []string{"Good one", "Revoked one", "Expired one", "Revoked when it had expired"} {
		cmd := service.CreateKey{Name: name, Scopes: []loyalty.Scope{loyalty.LoyaltyRead}, ExpiresAt: time.Now().AddDate(1, 0, 0)}
		if _, err := s.Services.Access.CreateKey(t.Context(), loyalty.Actor{OrgID: s.Org.ID, Role: loyalty.Owner}, cmd); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range []string{
		`UPDATE api_keys SET revoked_at = '2024-03-05T12:00:00Z' WHERE name = 'Revoked one'`,
		`UPDATE api_keys SET expires_at = '2024-04-07T12:00:00Z' WHERE name = 'Expired one'`,
		`UPDATE api_keys SET expires_at = '2024-01-02T12:00:00Z', revoked_at = '2024-06-01T12:00:00Z' WHERE name = 'Revoked when it had expired'`,
	} {
		if _, err := s.DB.SQL.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	main := document(t, p.do("GET", "/settings/keys", nil)).Find("main")
	folded := main.Find("details#ended-keys")
	if _, open := folded.Attr("open"); open || !strings.Contains(words(folded.Find("summary")), "3 keys that work no more") {
		t.Errorf("folded: %s", words(folded))
	}
	rows := folded.Find("tbody tr")
	for i, want := range []string{"Expired one | Has expired on Apr 7, 2024", "Revoked one | Revoked on Mar 5, 2024", "Revoked when it had expired | Has expired on Jan 2, 2024"} {
		name, state, _ := strings.Cut(want, " | ")
		if got := words(rows.Eq(i)); !strings.HasPrefix(got, name) || !strings.HasSuffix(got, state) {
			t.Errorf("row %d: %s, want %s", i, got, want)
		}
	}
	if folded.Find(`a[href$="/revoke"]`).Length() > 0 {
		t.Error("a key that works no more can be revoked")
	}
	folded.Remove()
	if got := words(main); !strings.Contains(got, "Good one") || strings.Contains(got, "Revoked one") || strings.Contains(got, "Expired one") {
		t.Errorf("among those that work: %s", got)
	}
}
