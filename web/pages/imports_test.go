package pages_test

import (
	"strings"
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// A check that leaves nothing to bring in says why, whichever way that came
// about.
func TestImportOfNothingSaysWhy(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	owner := &caller{s: r.Server, agent: "Chrome/140.0"}
	owner.signIn(webtest.Password).Want(t, 303, "")
	imports, actor := r.Services.Imports, r.Owner.Actor()
	check := func(file string) loyalty.Import {
		t.Helper()
		m, err := imports.Begin(t.Context(), actor, service.BeginImport{Kind: loyalty.ImportCustomers, FileName: "guests.csv"})
		if err == nil {
			err = imports.AddPiece(t.Context(), actor, m.ID, 0, []byte(file))
		}
		if err == nil {
			m, err = imports.Received(t.Context(), actor, m.ID)
		}
		if err == nil {
			_, err = imports.Check(t.Context(), actor, service.CheckImport{ID: m.ID, Layout: m.Layout})
		}
		if err == nil {
			err = imports.Work(t.Context(), m.OrgID, m.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	first := check("name,phone\nAda,+1 212 555 0101\n")
	if _, err := imports.Start(t.Context(), actor, service.StartImport{ID: first.ID}); err != nil {
		t.Fatal(err)
	}
	if err := imports.Work(t.Context(), first.OrgID, first.ID); err != nil {
		t.Fatal(err)
	}
	if log := cells(document(t, owner.send("GET", "/audit", nil)).Find("tbody tr")); !strings.Contains(log, "in the background | Imported guests") {
		t.Errorf("the log says %q", log)
	}
	for file, want := range map[string]string{
		"name,phone\n":                           "The file has no rows below its first line.",
		"name,phone\nAda,+1 212 555 0101\n":      "Everything in this file is here already.",
		"name,phone\nAda,+1 212 555 0101\n,12\n": "The 1 row without mistakes is here already.1 row has a mistake",
		"name,phone,birthday\n,12,\nBo,,32/1/90": "Every row has a mistake. Perhaps a column is not what it was taken for.2 rows have mistakes",
	} {
		doc := document(t, owner.send("GET", "/import/"+check(file).ID.String(), nil))
		if got := words(doc.Find("main")); !strings.Contains(got, "There is nothing to import"+want) || doc.Find(`form[action$="/start"]`).Length() != 0 {
			t.Errorf("of %q it says %q, not %q", file, got, want)
		}
		if n := doc.Find(`tbody th[data-label="Row"]`).Length(); n != doc.Find("tbody tr").Length() {
			t.Errorf("of %q %d rows say that their number is one", file, n)
		}
	}
}
