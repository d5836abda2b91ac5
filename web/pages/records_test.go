package pages_test

import (
	"strings"
	"testing"

	"regulars/internal/service"
	"regulars/web/webtest"
)

// The file of the ledger gives our own reasons in the reader's language, and
// what a person wrote as written.
func TestTransactionsFileSpeaksTheReadersLanguage(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	who := service.CustomerRef{ID: ids["Ann Lee"]}
	if _, err := s.Services.Ledger.Award(t.Context(), s.System(), service.AwardPoints{Customer: who, Points: 50, Reason: "Waited long"}); err != nil {
		t.Fatal(err)
	}
	order := service.SubmitOrder{StoreID: s.Store.ID, ExternalID: "77", Customer: who, Total: 1000, Status: "completed"}
	if _, err := s.Services.Ledger.Submit(t.Context(), s.System(), order); err != nil {
		t.Fatal(err)
	}
	p := signIn(t, s, "owner@trattoria.test")
	p.cookies["lang"] = "es"
	file := p.do("GET", "/transactions.csv", nil).Want(t, 200, "").Body
	for _, reason := range []string{",Waited long,", ",Pedido n.º 77,"} {
		if !strings.Contains(file, reason) {
			t.Errorf("no %q in\n%s", reason, file)
		}
	}
}

// Where nothing has happened yet there is a way on, and nothing to filter.
func TestRecordsBeforeTheFirst(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	owner := &caller{s: s, agent: "Chrome/140.0"}
	owner.signIn(webtest.Password).Want(t, 303, "")
	for path, ways := range map[string][]string{"/orders": {"/till", "/import"}, "/transactions": {"/till"}} {
		doc := document(t, owner.send("GET", path, nil))
		for _, way := range ways {
			if doc.Find(`main a.btn[href="`+way+`"]`).Length() != 1 {
				t.Errorf("%s has no button that leads to %s: %s", path, way, words(doc.Find("main")))
			}
		}
		if doc.Find("main form, main [role=tab], main a[href*='.csv']").Length() != 0 {
			t.Errorf("%s offers to sift nothing: %s", path, words(doc.Find("main")))
		}
		if doc := document(t, owner.send("GET", path+"?from=2020-01-01", nil)); doc.Find("main form").Length() != 1 {
			t.Errorf("%s with a filter can't be changed: %s", path, words(doc.Find("main")))
		}
	}
}
