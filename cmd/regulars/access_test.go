package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"os/exec"
	"strings"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

func TestOrganizationsAndKeys(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	command := func(in string, args ...string) (out, complaint string) {
		cmd := regulars(t.Context(), []string{"DATABASE_URL=" + db.URL}, args...)
		cmd.Stdin = strings.NewReader(in)
		b, err := cmd.Output()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return string(b), string(exit.Stderr)
		}
		if err != nil {
			t.Fatal(err)
		}
		return string(b), ""
	}
	create := func(slug, password string, more ...string) (string, string) {
		return command(password, append([]string{"org", "create", "--slug", slug, "--name", slug, "--store", "Harbour", "--currency", "USD",
			"--timezone", "America/Lima", "--owner-email", "owner@" + slug + ".test", "--owner-password-stdin"}, more...)...)
	}
	if _, complaint := command("", "api-key", "create", "--name", "till", "--scopes", "all"); !strings.Contains(complaint, "org create") {
		t.Errorf("without an organization: %q", complaint)
	}
	if _, complaint := create("trattoria", "short\n"); !strings.Contains(complaint, "ownerPassword must have 8") {
		t.Errorf("a short password: %q", complaint)
	}
	out, complaint := create("trattoria", "correct horse\n")
	var made struct {
		Organization loyalty.ID `json:"organization_id"`
		Store        loyalty.ID `json:"store_id"`
	}
	if err := json.Unmarshal([]byte(out), &made); err != nil || made.Organization.IsZero() || made.Store.IsZero() {
		t.Fatalf("%q, %q, %v", out, complaint, err)
	}
	programs := func() (n int) {
		if err := db.SQL.QueryRowContext(t.Context(), `SELECT count(*) FROM programs p JOIN tiers t ON t.program_id = p.id WHERE p.is_active AND p.rate = 100000`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := programs(); n != 4 {
		t.Errorf("the first program has %d tiers", n)
	}
	key, complaint := command("", "api-key", "create", "--name", "till", "--scopes", "loyalty:read,loyalty:redeem", "--store", made.Store.String())
	if !strings.HasPrefix(key, "rk_live_") || strings.Count(key, "\n") != 1 {
		t.Errorf("%q, %q", key, complaint)
	}
	if _, complaint := command("", "api-key", "create", "--name", "till", "--scopes", "loyalty:everything"); !strings.Contains(complaint, "loyalty:everything is not a scope") {
		t.Errorf("an unknown scope: %q", complaint)
	}
	db.Exec(t, `UPDATE stores SET external_id = '78' WHERE id = $1`, made.Store.String())
	for _, store := range []string{"harbour", "78", "store_" + made.Store.String()} {
		if key, complaint := command("", "api-key", "create", "--name", "till", "--scopes", "all", "--store", store); !strings.HasPrefix(key, "rk_live_") {
			t.Errorf("at %s: %q, %q", store, key, complaint)
		}
	}
	resetsForgottenPassword(t, db, command)
	create("bistro", "correct horse", "--no-program")
	if n := programs(); n != 4 {
		t.Errorf("there are %d tiers, one program's are 4", n)
	}
	if _, complaint := command("", "api-key", "create", "--name", "till", "--scopes", "all"); !strings.Contains(complaint, "trattoria, bistro") {
		t.Errorf("of two organizations: %q", complaint)
	}
	if key, complaint := command("", "api-key", "create", "--org", "bistro", "--name", "till", "--scopes", "all"); !strings.HasPrefix(key, "rk_live_") {
		t.Errorf("%q, %q", key, complaint)
	}
}

// resetsForgottenPassword is the way back in for the only owner: a new password
// ends the lock-out and the sessions, and stands in the audit log.
func resetsForgottenPassword(t *testing.T, db *pgtest.DB, command func(in string, args ...string) (out, complaint string)) {
	t.Helper()
	access := service.New(db.DB, time.Now, slog.New(slog.DiscardHandler)).Access
	signIn := func(password string) (service.SignedIn, error) {
		return access.SignIn(t.Context(), service.SignIn{Email: "owner@trattoria.test", Password: password, Address: rand.Text()})
	}
	open, err := signIn("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	for range 11 {
		_, err = signIn("forgotten")
	}
	if loyalty.KindOf(err) != loyalty.TooMany {
		t.Fatalf("not locked out: %v", err)
	}
	reset := func(email, password string) (string, string) {
		return command(password, "staff", "reset-password", "--org", "trattoria", "--email", email, "--password-stdin")
	}
	if _, complaint := reset("owner@trattoria.test", "short\n"); !strings.Contains(complaint, "password must have 8") {
		t.Errorf("a short password: %q", complaint)
	}
	if _, complaint := reset("other@trattoria.test", "battery staple\n"); !strings.Contains(complaint, "Nobody signs in with other@trattoria.test") {
		t.Errorf("nobody: %q", complaint)
	}
	if out, complaint := reset(" Owner@Trattoria.test", "battery staple\n"); !strings.Contains(out, `"role":"owner"`) {
		t.Fatalf("%q, %q", out, complaint)
	}
	if _, err := access.Resume(t.Context(), open.Token); err == nil {
		t.Error("the session from before goes on")
	}
	if _, err := signIn("battery staple"); err != nil {
		t.Errorf("with the new password: %v", err)
	}
	var n int
	if err := db.SQL.QueryRowContext(t.Context(), `SELECT count(*) FROM audit_log WHERE action = 'staff.reset_password' AND role = 'system'`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d audit rows, %v", n, err)
	}
}
