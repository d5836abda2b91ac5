package web_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"regulars/internal/loyalty"
	"regulars/web/openapi"
	"regulars/web/webtest"
)

var parameter = regexp.MustCompile(`:[A-Za-z_]+|\{[A-Za-z_]+\}`)

// A JSON route that the document doesn't name would be one that no client
// knows and no contract test looks at; an operation without a route would be a
// promise that nobody keeps.
func TestDocumentAndRoutesAgree(t *testing.T) {
	t.Parallel()
	described, there := map[string]bool{}, map[string]bool{}
	for _, route := range openapi.Routes() {
		described[parameter.ReplaceAllString(route, "{}")] = true
	}
	for _, r := range webtest.New(t).App.GetRoutes(true) {
		route := r.Method + " " + parameter.ReplaceAllString(r.Path, "{}")
		there[route] = true
		if r.Method != "HEAD" && strings.HasPrefix(r.Path, "/v1/") && !described[route] {
			t.Errorf("%s is not in the OpenAPI document", route)
		}
	}
	for route := range described {
		if !there[route] {
			t.Errorf("%s is in the OpenAPI document and nothing answers it", route)
		}
	}
}

// A key that has every scope but the one that the document names is refused
// with that name, whatever it sends; a key that has nothing else gets further.
func TestEveryOperationAsksForItsScope(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(openapi.Document(), &doc); err != nil {
		t.Fatal(err)
	}
	asked := 0
	for path, item := range doc.Paths {
		for method, raw := range item {
			var operation struct {
				Scope loyalty.Scope `json:"x-scope"`
			}
			if json.Unmarshal(raw, &operation) != nil || operation.Scope == "" {
				continue
			}
			asked++
			url := parameter.ReplaceAllString(strings.ReplaceAll(path, "{store_id}", s.Store.ID.String()), loyalty.NewID(s.Clock.Now()).String())
			body := ""
			if method != "get" && method != "delete" {
				body = `{"nothing":"it knows"}`
			}
			refused := s.Do(strings.ToUpper(method), url, s.Key(without(operation.Scope)...), body)
			if refused.Status != 403 || !strings.Contains(refused.Body, string(operation.Scope)) {
				t.Errorf("%s %s without %s: %d %s", method, path, operation.Scope, refused.Status, refused.Body)
			}
			if let := s.Do(strings.ToUpper(method), url, s.Key(operation.Scope), body); let.Status == 403 {
				t.Errorf("%s %s with %s: %s", method, path, operation.Scope, let.Body)
			}
		}
	}
	if asked < 50 {
		t.Errorf("only %d operations name a scope", asked)
	}
}

// without is every scope of a key that doesn't give scope.
func without(scope loyalty.Scope) []loyalty.Scope {
	return slices.DeleteFunc(loyalty.KeyScopes(), func(s loyalty.Scope) bool {
		return s == scope || scope == loyalty.LoyaltyRedeem && s == loyalty.LoyaltyCreate
	})
}
