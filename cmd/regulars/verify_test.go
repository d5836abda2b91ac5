package main

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"regulars/internal/postgres/pgtest"
)

// Scripts go by the exit code, people by what is printed.
func TestVerify(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	command := func(args ...string) (string, int) {
		cmd := regulars(t.Context(), []string{"DATABASE_URL=" + db.URL}, args...)
		cmd.Stdin = strings.NewReader("correct horse")
		out, err := cmd.Output()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return string(out), exit.ExitCode()
		}
		if err != nil {
			t.Fatal(err)
		}
		return string(out), 0
	}
	for _, slug := range []string{"bistro", "trattoria"} {
		if out, code := command("org", "create", "--slug", slug, "--name", slug, "--store", "S", "--owner-email", "o@"+slug+".test", "--owner-password-stdin"); code != 0 {
			t.Fatal(out)
		}
	}
	out, code := command("verify")
	if code != 0 || !strings.Contains(out, "bistro: 0 transactions") || !strings.Contains(out, "trattoria: ") || strings.Contains(out, "DIFFERS") {
		t.Errorf("exit %d: %s", code, out)
	}
	db.Exec(t, `INSERT INTO tier_stats (organization_id, tier_id, shard, members) SELECT id, id, 0, 3 FROM organizations WHERE slug = 'bistro'`)
	if out, code := command("verify", "--org", "bistro"); code != 1 || !strings.Contains(out, "DIFFERS") || !strings.Contains(out, "kept 3") {
		t.Errorf("exit %d: %s", code, out)
	}
	if out, code := command("verify", "--org", "trattoria"); code != 0 {
		t.Errorf("exit %d: %s", code, out)
	}
	if out, code := command("verify", "--org", "nobody"); code != 1 || out != "" {
		t.Errorf("exit %d: %s", code, out)
	}
}
