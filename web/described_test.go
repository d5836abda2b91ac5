package web_test

import (
	"regexp"
	"strings"
	"testing"

	"regulars/web/openapi"
	"regulars/web/webtest"
)

var parameter = regexp.MustCompile(`:[A-Za-z_]+|\{[A-Za-z_]+\}`)

// A JSON route that the document doesn't name would be one that no client
// knows and no contract test looks at.
func TestEveryJSONRouteIsDescribed(t *testing.T) {
	t.Parallel()
	described := map[string]bool{}
	for _, route := range openapi.Routes() {
		described[parameter.ReplaceAllString(route, "{}")] = true
	}
	for _, r := range webtest.New(t).App.GetRoutes(true) {
		if r.Method == "HEAD" || !strings.HasPrefix(r.Path, "/v1/") {
			continue
		}
		if route := r.Method + " " + parameter.ReplaceAllString(r.Path, "{}"); !described[route] {
			t.Errorf("%s is not in the OpenAPI document", route)
		}
	}
}
