package pages_test

import (
	"testing"

	"regulars/web/webtest"
)

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
