// Package webtest is a whole server on a database of its own, for tests of the
// surfaces: an organization with a store, API keys, and requests. Only tests
// import it.
package webtest

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
	"regulars/internal/testclock"
	"regulars/web"
	"regulars/web/openapi/openapitest"
)

// Server is the app on a test's own database, with one organization in it.
type Server struct {
	T        testing.TB
	App      *fiber.App
	DB       *pgtest.DB
	Services *service.Services
	Org      loyalty.Organization
	Store    loyalty.Store
	Owner    loyalty.Staff
	// Undescribed says that a test has added routes of its own, so that nothing
	// is held against the OpenAPI document.
	Undescribed bool
	// Clock is the server's; tests may set it between requests.
	Clock *testclock.Clock

	left traces
}

// Password is the owner's.
const Password = "correct horse battery"

// New starts a server with an organization in it. configure may change how it
// is built.
func New(t testing.TB, configure ...func(*web.Deps)) *Server {
	t.Helper()
	s := Empty(t, configure...)
	made, err := s.Services.Access.CreateOrganization(t.Context(), loyalty.Actor{Role: loyalty.System}, service.CreateOrganization{
		Slug: "trattoria", Name: "Trattoria", StoreName: "Harbour", Currency: "USD", TimeZone: "UTC",
		OwnerEmail: "owner@trattoria.test", OwnerName: "Ada", OwnerPassword: Password,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Org, s.Store, s.Owner = made.Organization, made.Store, made.Owner
	return s
}

// Empty starts a server that nobody has set up yet.
func Empty(t testing.TB, configure ...func(*web.Deps)) *Server {
	t.Helper()
	s := &Server{T: t, DB: pgtest.New(t), Clock: testclock.At(time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC))}
	log := slog.New(slog.NewTextHandler(&s.left, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.Services = service.New(s.DB, s.Clock.Now, log)
	deps := web.Deps{Log: log, Services: s.Services, Now: s.Clock.Now, SessionKey: make([]byte, 32), SecureCookies: "auto", Ready: s.DB.Ping}
	for _, f := range configure {
		f(&deps)
	}
	s.App = web.New(deps)
	t.Cleanup(s.keepsQuiet)
	return s
}

// System is the program itself, acting for the organization.
func (s *Server) System() loyalty.Actor { return loyalty.Actor{Role: loyalty.System, OrgID: s.Org.ID} }

// Key makes an API key with the scopes; with none it has them all.
func (s *Server) Key(scopes ...loyalty.Scope) string { return s.KeyAt(nil, scopes...) }

// KeyAt is Key for a key that works at some stores only.
func (s *Server) KeyAt(stores []loyalty.ID, scopes ...loyalty.Scope) string {
	s.T.Helper()
	if len(scopes) == 0 {
		scopes = loyalty.KeyScopes()
	}
	made, err := s.Services.Access.CreateKey(s.T.Context(), s.System(), service.CreateKey{Name: "test", Scopes: scopes, StoreIDs: stores})
	if err != nil {
		s.T.Fatal(err)
	}
	s.left.keep(made.Secret)
	return made.Secret
}

// Other makes another organization and returns it with a key of its own that
// holds every scope.
func (s *Server) Other() (service.Created, string) {
	s.T.Helper()
	made, err := s.Services.Access.CreateOrganization(s.T.Context(), loyalty.Actor{Role: loyalty.System}, service.CreateOrganization{
		Slug: "bistro", Name: "Bistro", StoreName: "Hill", Currency: "EUR", TimeZone: "UTC", OwnerEmail: "owner@bistro.test", OwnerPassword: Password,
	})
	if err != nil {
		s.T.Fatal(err)
	}
	actor := loyalty.Actor{Role: loyalty.System, OrgID: made.Organization.ID}
	key, err := s.Services.Access.CreateKey(s.T.Context(), actor, service.CreateKey{Name: "test", Scopes: loyalty.KeyScopes()})
	if err != nil {
		s.T.Fatal(err)
	}
	return made, key.Secret
}

// Response is what came back.
type Response struct {
	Status int
	Header http.Header
	Body   string
}

// Do sends body, a JSON text or "" for none, with key, which may be "".
// headers are names and values in turn.
func (s *Server) Do(method, path, key, body string, headers ...string) Response {
	s.T.Helper()
	r := httptest.NewRequestWithContext(s.T.Context(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return s.Send(r)
}

// Send sends any request. What is asked of the JSON surfaces and what they
// answer is held against the OpenAPI document.
func (s *Server) Send(r *http.Request) Response {
	s.T.Helper()
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		s.T.Fatal(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(sent))
	// -1: Fiber's default of one second fails slow machines, not slow code.
	res, err := s.App.Test(r, -1)
	if err != nil {
		s.T.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // it is read to the end
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.T.Fatal(err)
	}
	if !s.Undescribed && openapitest.Covers(r) {
		openapitest.Check(s.T, r, sent, res, body)
	}
	return Response{Status: res.StatusCode, Header: res.Header, Body: string(body)}
}

// At is the value at a path of names and list positions in the body, such as
// At(t, "data", "tiers", 0, "name"): as encoding/json decodes it, numbers as
// json.Number. It fails the test where there is nothing.
func (r Response) At(t testing.TB, path ...any) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(r.Body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("status %d, not JSON: %s", r.Status, r.Body)
	}
	for _, step := range path {
		switch at := step.(type) {
		case string:
			object, _ := v.(map[string]any)
			inner, ok := object[at]
			if !ok {
				t.Fatalf("no %v at %q: status %d, %s", path, at, r.Status, r.Body)
			}
			v = inner
		case int:
			list, ok := v.([]any)
			if !ok || at >= len(list) {
				t.Fatalf("no %v at %d: status %d, %s", path, at, r.Status, r.Body)
			}
			v = list[at]
		}
	}
	return v
}

// Text is At as a text; numbers as they are written.
func (r Response) Text(t testing.TB, path ...any) string {
	t.Helper()
	switch v := r.At(t, path...).(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	default:
		t.Fatalf("%v is %v: %s", path, v, r.Body)
		return ""
	}
}

// Want fails the test unless the status is the one wanted and, if code isn't
// "", the error's code as well.
func (r Response) Want(t testing.TB, status int, code string) Response {
	t.Helper()
	if r.Status != status {
		t.Fatalf("status %d, want %d: %s", r.Status, status, r.Body)
	}
	if code != "" && r.Text(t, "error", "code") != code {
		t.Fatalf("want the code %s: %s", code, r.Body)
	}
	return r
}
