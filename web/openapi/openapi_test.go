package openapi_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"regulars/web/openapi"
)

func load(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// The document is valid OpenAPI 3.1, every example fits its schema.
func TestDocumentIsValid(t *testing.T) {
	doc := load(t)
	if !strings.HasPrefix(doc.OpenAPI, "3.1.") {
		t.Errorf("version is %q, want 3.1", doc.OpenAPI)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestEveryOperationIsDescribed(t *testing.T) {
	scopes := []string{
		"loyalty:read", "loyalty:create", "loyalty:redeem", "loyalty:adjust", "customers:read", "customers:create",
		"customers:update", "customers:delete", "orders:create", "anomalies:read", "anomalies:review",
	}
	ids := map[string]string{}
	for path, item := range load(t).Paths.Map() {
		for method, op := range item.Operations() {
			name := method + " " + path
			if op.Summary == "" || op.OperationID == "" || len(op.Tags) != 1 {
				t.Errorf("%s: needs a summary, an operationId and one tag", name)
			}
			if other, taken := ids[op.OperationID]; taken {
				t.Errorf("%s: operationId %s is also that of %s", name, op.OperationID, other)
			}
			ids[op.OperationID] = name
			if !strings.HasPrefix(path, "/v1/") {
				continue
			}
			scope, _ := op.Extensions["x-scope"].(string)
			if !slices.Contains(scopes, scope) || (*op.Security)[0]["apiKey"][0] != scope {
				t.Errorf("%s: scope is %q, in security %v", name, scope, *op.Security)
			}
			for _, status := range []int{401, 403, 429, 500, 503} {
				if op.Responses.Status(status) == nil {
					t.Errorf("%s: status %d is not described", name, status)
				}
			}
		}
	}
}

// Clients and the page learn most from an example, and a valid one is checked
// against its schema by TestDocumentIsValid.
func TestEveryBodyHasAnExample(t *testing.T) {
	for path, item := range load(t).Paths.Map() {
		for method, op := range item.Operations() {
			bodies := map[string]*openapi3.MediaType{}
			for status, res := range op.Responses.Map() {
				bodies[status] = res.Value.Content.Get("application/json")
			}
			if op.RequestBody != nil {
				bodies["request"] = op.RequestBody.Value.Content.Get("application/json")
			}
			for name, media := range bodies {
				if media != nil && path != "/openapi.json" && media.Example == nil && len(media.Examples) == 0 {
					t.Errorf("%s %s: %s has no example", method, path, name)
				}
			}
		}
	}
}

// A field in an answer that the document does not name must fail the contract
// test, so every object in an answer is closed, save those that hold what a
// caller sent.
func TestAnswersAreClosed(t *testing.T) {
	open := []string{"metadata", "evidence", "items"}
	var walk func(at string, s *openapi3.SchemaRef)
	walk = func(at string, s *openapi3.SchemaRef) {
		if s == nil || s.Value == nil {
			return
		}
		if s.Value.Type.Includes("object") && !slices.Contains(open, at[strings.LastIndex(at, ".")+1:]) {
			if extra := s.Value.AdditionalProperties.Has; extra == nil || *extra {
				t.Errorf("%s: additionalProperties must be false", at)
			}
		}
		for name, p := range s.Value.Properties {
			walk(at+"."+name, p)
		}
		walk(at, s.Value.Items)
		for _, part := range s.Value.AllOf {
			walk(at, part)
		}
	}
	for path, item := range load(t).Paths.Map() {
		if path == "/openapi.json" {
			continue
		}
		for method, op := range item.Operations() {
			for status, res := range op.Responses.Map() {
				if media := res.Value.Content.Get("application/json"); media != nil && status[0] == '2' {
					walk(method+" "+path, media.Schema)
				}
			}
		}
	}
}

func TestRoutesAreThoseOfTheDocument(t *testing.T) {
	routes := openapi.Routes()
	n := 0
	for path, item := range load(t).Paths.Map() {
		for method := range item.Operations() {
			n++
			if !slices.Contains(routes, method+" "+path) {
				t.Errorf("%s %s is missing", method, path)
			}
		}
	}
	if len(routes) != n {
		t.Errorf("got %d routes, want %d", len(routes), n)
	}
}

// Keys keep the order they were written in, so that the page reads in it.
func TestDocumentKeepsOrder(t *testing.T) {
	dec := json.NewDecoder(strings.NewReader(string(openapi.Document())))
	for _, want := range []any{json.Delim('{'), "openapi", "3.1.0", "info"} {
		if got, err := dec.Token(); err != nil || got != want {
			t.Fatalf("got %v, %v, want %v", got, err, want)
		}
	}
}
