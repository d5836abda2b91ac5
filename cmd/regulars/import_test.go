package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"regulars/internal/postgres/pgtest"
)

// An import says on standard output what it did and on standard error what is
// wrong, by file and line, and scripts can tell by the exit code.
func TestImport(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	environ := []string{"DATABASE_URL=" + db.URL}
	file := filepath.Join(t.TempDir(), "orders.csv")
	const header = "order_id,customer_id,store,items,total,completed_at\n"
	guests := filepath.Join(t.TempDir(), "guests.csv")
	if err := os.WriteFile(guests, []byte("name,phone\nMaría García,+51 987 654 321\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name, content string
		args          []string
		stdin         string
		works         bool
		out, complain string
	}{
		{name: "create", args: []string{"org", "create", "--slug", "lima", "--name", "Lima", "--store", "Main", "--owner-email", "o@lima.example", "--owner-password-stdin"}, stdin: "a long secret\n", works: true, out: `"slug":"lima"`},
		{name: "bad", content: header + "1,G1,78,1,5,2019-06-09T16:30\n2,G1,78,1,five,2019-06-09\n", args: []string{"import", "orders", file}, complain: "orders.csv:3: total must be"},
		{name: "dry run", content: header + "1,G1,78,1,5.20,2019-06-09T16:30\n", args: []string{"import", "orders", file, "--dry-run"}, works: true, out: "1 orders would be imported, 5.20 USD in all; 0 rows were there already\n1 new guests, 1 new stores; nothing was changed\n"},
		{name: "import", args: []string{"import", "orders", file, "--org", "lima"}, works: true, out: "1 orders imported, 5.20 USD in all; 0 rows were there already\n1 new guests, 1 new stores\n52 points earned"},
		{name: "again", args: []string{"import", "orders", file}, works: true, out: "nothing to import: all 1 rows of the file are there already\n"},
		{name: "standard input", args: []string{"import", "orders", "-"}, stdin: header, works: true, out: "nothing to import: all 0 rows"},
		{name: "no such file", args: []string{"import", "orders", file + ".gone"}, complain: "regulars: open the file to import"},
		{name: "no such organization", args: []string{"import", "orders", file, "--org", "cusco"}, complain: `there is no organization "cusco"`},
		{name: "guests", args: []string{"import", "customers", guests}, works: true, out: "1 guests imported with 0 points; 0 were there already and stay as they are\n"},
		{name: "guests again", args: []string{"import", "customers", guests}, works: true, out: "nothing to import: all 1 guests"},
	} {
		if step.content != "" {
			if err := os.WriteFile(file, []byte(step.content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var complaint strings.Builder
		cmd := regulars(t.Context(), environ, step.args...)
		cmd.Stdin, cmd.Stderr = strings.NewReader(step.stdin), &complaint
		out, err := cmd.Output()
		if (err == nil) != step.works || !strings.Contains(string(out), step.out) || !strings.Contains(complaint.String(), step.complain) {
			t.Errorf("%s: %v, stdout %q, stderr %q", step.name, err, out, complaint.String())
		}
	}
}
