// Package archtest holds the rules of who may import whom as a test, so that
// they hold on a machine without any linter. When the plan changes, the table
// and ARCHITECTURE.md change with it.
package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "regulars/"

// rule is what a package may import, apart from the standard library. A name
// stands for the package and everything below it.
type rule struct {
	pkg   string
	ours  []string // within this module
	other []string // from other modules
	never []string // from the standard library
	web   bool     // may import net/http
	sql   bool     // may import database/sql
}

var (
	pages    = []string{"github.com/a-h/templ"}
	fiber    = []string{"github.com/gofiber/fiber/v2", "github.com/valyala/fasthttp", "github.com/google/uuid", "github.com/shopspring/decimal"}
	edge     = []string{"internal/loyalty", "internal/service", "internal/contact", "web/auth", "web/bind", "web/respond"}
	drivers  = []string{"github.com/jmoiron/sqlx", "github.com/lib/pq", "github.com/pressly/goose/v3", "golang.org/x/sync"}
	wordings = []string{"golang.org/x/text", "github.com/invopop/ctxi18n"}
)

// rules is the plan. The first rule that a package falls under decides.
var rules = []rule{
	{pkg: "internal/loyalty", never: []string{"encoding/json", "os"}},
	{pkg: "internal/anomaly", ours: []string{"internal/loyalty"}, other: []string{"gonum.org/v1/gonum"}, never: []string{"os"}},
	{pkg: "internal/contact", ours: []string{"internal/loyalty"}, other: []string{"golang.org/x/text", "github.com/nyaruka/phonenumbers"}},
	{pkg: "internal/secret", ours: []string{"internal/loyalty"}, other: []string{"github.com/alexedwards/argon2id", "golang.org/x/crypto"}},
	{pkg: "internal/csvfile", other: []string{"golang.org/x/text"}},
	{pkg: "internal/service", ours: []string{"internal/loyalty", "internal/anomaly", "internal/contact", "internal/csvfile", "internal/secret"}, other: []string{"golang.org/x/sync"}},
	{pkg: "internal/simulate", ours: []string{"internal/loyalty", "internal/anomaly", "internal/service", "internal/contact"}, other: []string{"gonum.org/v1/gonum"}},
	{pkg: "internal/jobs", ours: []string{"internal/loyalty", "internal/service"}, other: []string{"github.com/riverqueue/river"}, web: true, sql: true},
	{pkg: "internal/demo", ours: []string{"internal/loyalty", "internal/service"}},
	{pkg: "internal/config", other: []string{"github.com/caarlos0/env/v11"}},
	{pkg: "internal/bench", ours: []string{"internal/loyalty", "internal/secret", "internal/postgres/embedded", "views"}, other: []string{"github.com/lib/pq", "github.com/valyala/fasthttp", "github.com/a-h/templ"}, web: true, sql: true},
	{pkg: "internal/archtest"},
	{pkg: "internal/fault", ours: []string{"internal/postgres/embedded"}, other: []string{"github.com/lib/pq"}, web: true, sql: true},
	{pkg: "internal/testclock"},
	{pkg: "internal/browsertest", other: []string{"github.com/chromedp"}, never: []string{"net/http"}},
	{pkg: "internal/postgres/embedded", other: []string{"github.com/lib/pq"}, sql: true},
	{pkg: "internal/postgres/pgtest", ours: []string{"internal/postgres", "migrations"}, other: []string{"github.com/lib/pq", "go.uber.org/goleak"}, web: true, sql: true},
	{pkg: "internal/postgres", ours: []string{"internal/loyalty", "migrations"}, other: drivers, sql: true},
	{pkg: "migrations"},
	{pkg: "static", other: []string{"github.com/andybalholm/brotli"}},

	{pkg: "views/i18n", ours: []string{"internal/loyalty"}, other: wordings},
	{pkg: "views/ui", ours: []string{"internal/loyalty", "views/i18n", "static"}, other: pages},
	{pkg: "views/layout", ours: []string{"internal/loyalty", "views/i18n", "views/ui", "static"}, other: pages},
	{pkg: "views/stories", ours: []string{"internal/loyalty", "views"}, other: pages},
	{pkg: "views", ours: []string{"internal/loyalty", "views/i18n", "views/ui", "views/layout"}, other: pages},

	{pkg: "web/auth", ours: []string{"internal/loyalty", "internal/service", "internal/secret"}, other: append([]string{"github.com/gorilla", "golang.org/x/time"}, fiber...), web: true},
	{pkg: "web/bind", ours: []string{"internal/loyalty", "internal/contact"}, other: fiber},
	{pkg: "web/respond", ours: []string{"internal/loyalty", "views/i18n", "views/ui", "views/layout"}, other: append(pages, fiber...), web: true},
	{pkg: "web/openapi/openapitest", ours: []string{"web/openapi"}, other: append([]string{"github.com/getkin/kin-openapi"}, fiber...), web: true},
	{pkg: "web/openapi", ours: []string{"views/apidoc"}, other: []string{"go.yaml.in/yaml/v3", "github.com/andybalholm/brotli"}},
	{pkg: "web/pages", ours: append([]string{"views", "static"}, edge...), other: append(append([]string{"github.com/skip2/go-qrcode"}, pages...), fiber...), web: true},
	{pkg: "web/orgapi", ours: edge, other: fiber},
	{pkg: "web/storeapi", ours: edge, other: fiber},
	{pkg: "web/offerapi", ours: edge, other: fiber},
	{pkg: "web/webtest", ours: []string{"internal/testclock", "internal/loyalty", "internal/service", "internal/postgres/pgtest", "internal/browsertest", "web"}, other: append([]string{"github.com/chromedp"}, fiber...), web: true},
	{pkg: "web", ours: []string{"internal/loyalty", "internal/service", "web", "views/layout", "views/i18n", "static"}, other: append([]string{"github.com/prometheus/client_golang", "golang.org/x/time"}, fiber...), web: true},

	{pkg: "cmd", ours: []string{"cmd", "internal", "web", "views", "static", "migrations"}, other: append([]string{"github.com/alecthomas/kong", "github.com/prometheus/client_golang"}, fiber...), web: true, sql: true},
}

// testOnly may be imported by tests alone.
var testOnly = []string{"internal/postgres/pgtest", "internal/browsertest", "web/openapi/openapitest", "web/webtest"}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		i := slices.IndexFunc(rules, func(r rule) bool { return within(name, r.pkg) })
		if i < 0 {
			t.Errorf("%s has no rule: say in archtest what it may import", name)
			continue
		}
		for _, imported := range p.Imports {
			if why := rules[i].refuses(name, imported); why != "" {
				t.Errorf("%s must not import %s: %s", name, imported, why)
			}
		}
	}
}

// TestRulesRefuse shows that the table can say no.
func TestRulesRefuse(t *testing.T) {
	for _, pair := range [][2]string{
		{"internal/loyalty", "encoding/json"},
		{"internal/loyalty", "github.com/google/uuid"},
		{"internal/service", "net/http"},
		{"internal/service", "regulars/internal/postgres"},
		{"internal/postgres", "regulars/internal/service"},
		{"views/customers", "regulars/internal/service"},
		{"views/ui", "regulars/views/layout"},
		{"web/orgapi", "regulars/web/storeapi"},
		{"web/orgapi", "regulars/views/ui"},
		{"web/pages", "database/sql"},
		{"web", "regulars/internal/postgres"},
		{"cmd/regulars", "regulars/internal/postgres/pgtest"},
	} {
		i := slices.IndexFunc(rules, func(r rule) bool { return within(pair[0], r.pkg) })
		if i < 0 || rules[i].refuses(pair[0], pair[1]) == "" {
			t.Errorf("%s may import %s", pair[0], pair[1])
		}
	}
}

type listed struct {
	ImportPath string
	Imports    []string
}

// packages lists the module's packages with what each imports, tests apart.
func packages(t *testing.T) (all []listed) {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// refuses says why pkg may not import what it imports, or nothing.
func (r rule) refuses(pkg, imported string) string {
	dep, ours := strings.CutPrefix(imported, module)
	first, _, _ := strings.Cut(imported, "/")
	below := func(names []string, path string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return within(path, name) })
	}
	switch {
	case ours && within(dep, pkg):
		return ""
	case ours && below(testOnly, dep) && !below(testOnly, pkg):
		return "it is for tests"
	case ours && !below(r.ours, dep):
		return "the layout has no arrow there"
	case !ours && strings.Contains(first, ".") && !below(r.other, imported):
		return "that dependency belongs elsewhere"
	case !r.web && within(imported, "net/http"):
		return "it doesn't know HTTP"
	case !r.sql && within(imported, "database/sql"):
		return "SQL lives in internal/postgres"
	case below(r.never, imported):
		return "it stays clear of that on purpose"
	}
	return ""
}

func within(path, name string) bool {
	return path == name || strings.HasPrefix(path, name+"/")
}
