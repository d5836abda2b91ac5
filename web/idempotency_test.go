package web_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
	"regulars/web/webtest"
)

type storeBody struct {
	Name string `json:"name"`
}

// opening is a server with POST …/probe, which opens a store: a write like any
// other, through the services and their transaction.
func opening(t *testing.T) *webtest.Server {
	t.Helper()
	s := webtest.New(t)
	probe(s, "POST", func(c *fiber.Ctx) error {
		var in storeBody
		if err := bind.JSON(c, &in); err != nil {
			return err
		}
		actor := loyalty.Actor{Role: loyalty.System, OrgID: auth.Actor(c).OrgID}
		return respond.Write(c, func(once loyalty.Once) (loyalty.Store, error) {
			return s.Services.Access.SaveStore(c.UserContext(), actor, service.SaveStore{Name: in.Name, Once: once})
		}, func(made loyalty.Store) (int, any) { return 201, map[string]any{"id": made.ID, "name": made.Name} })
	})
	return s
}

func stores(t *testing.T, s *webtest.Server) int {
	t.Helper()
	var n int
	if err := s.DB.SQL.QueryRowContext(t.Context(), "SELECT count(*) - 1 FROM stores WHERE organization_id = $1", s.Org.ID.String()).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnswerIsGivenAgain(t *testing.T) {
	t.Parallel()
	s := opening(t)
	key, other := s.Key(), s.Key()
	const path, body = "/v1/loyalty/probe", `{"name":"Hill"}`
	send := func(path, key, body, idempotency string) webtest.Response {
		return s.Do("POST", path, key, body, "Idempotency-Key", idempotency)
	}
	first := send(path, key, body, "k").Want(t, 201, "")
	again := send(path, key, body, "k").Want(t, 201, "")
	if again.Body != first.Body || again.Header.Get("Idempotency-Replayed") != "true" || first.Header.Get("Idempotency-Replayed") != "" {
		t.Errorf("%s %v, then %s %v", first.Body, first.Header, again.Body, again.Header)
	}
	send(path, key, `{"name":"Dale"}`, "k").Want(t, 422, "IDEMPOTENCY_KEY_REUSED")
	send(path, key, `{"name":`, "k").Want(t, 422, "IDEMPOTENCY_KEY_REUSED")
	send(storeSurface+"/probe", key, body, "k").Want(t, 422, "IDEMPOTENCY_KEY_REUSED")
	send(path, other, body, "k").Want(t, 422, "IDEMPOTENCY_KEY_REUSED")
	send(path, key, body, "another").Want(t, 201, "")
	send(path, key, body, strings.Repeat("x", 256)).Want(t, 400, "VALIDATION_ERROR")
	send(path, key, body, "naïve").Want(t, 400, "VALIDATION_ERROR")
	send(path, key, body, "").Want(t, 400, "VALIDATION_ERROR")
	if n := stores(t, s); n != 2 {
		t.Errorf("%d stores were opened, want 2", n)
	}
	_, theirs := s.Other()
	send(path, theirs, body, "k").Want(t, 201, "") // keys are an organization's own
}

func TestManyAtOnceDoOnce(t *testing.T) {
	t.Parallel()
	s := opening(t)
	key := s.Key()
	var (
		wg     sync.WaitGroup
		done   atomic.Int64
		bodies sync.Map
	)
	for range 64 {
		wg.Go(func() {
			for {
				r := s.Do("POST", "/v1/loyalty/probe", key, `{"name":"Hill"}`, "Idempotency-Key", "k")
				switch r.Status {
				case 201:
					done.Add(1)
					bodies.Store(r.Body, true)
					return
				case 409: // another is at it: come again
				default:
					t.Errorf("%d %s", r.Status, r.Body)
					return
				}
			}
		})
	}
	wg.Wait()
	distinct := 0
	bodies.Range(func(any, any) bool { distinct++; return true })
	if n := stores(t, s); n != 1 || done.Load() != 64 || distinct != 1 {
		t.Errorf("%d stores, %d answers, %d of them distinct", n, done.Load(), distinct)
	}
}

func TestRepeatWhileRunning(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	begun, finish := make(chan struct{}), make(chan struct{})
	probe(s, "POST", func(c *fiber.Ctx) error {
		close(begun)
		<-finish
		return respond.Data(c, 201, 1)
	})
	key := s.Key()
	var wg sync.WaitGroup
	wg.Go(func() { s.Do("POST", "/v1/loyalty/probe", key, `{}`, "Idempotency-Key", "k") })
	<-begun
	s.Do("POST", "/v1/loyalty/probe", key, `{}`, "Idempotency-Key", "k").Want(t, 409, "IDEMPOTENCY_IN_PROGRESS")
	close(finish)
	wg.Wait()
}

// A refusal is an answer like any other; a failure of ours is none.
func TestWhatIsKept(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	var fails atomic.Value
	probe(s, "POST", func(c *fiber.Ctx) error {
		if err, _ := fails.Load().(struct{ error }); err.error != nil {
			return err.error
		}
		actor := loyalty.Actor{Role: loyalty.System, OrgID: auth.Actor(c).OrgID}
		return respond.Write(c, func(once loyalty.Once) (loyalty.Store, error) {
			return s.Services.Access.SaveStore(c.UserContext(), actor, service.SaveStore{Name: "Hill", Once: once})
		}, func(loyalty.Store) (int, any) { return 201, "done" })
	})
	key := s.Key()
	for i, test := range []struct {
		err    error
		status int
		kept   bool
	}{
		{loyalty.Errorf(loyalty.Conflict, loyalty.CodeInsufficientPoints, "no"), 409, true},
		{loyalty.Missing("customer"), 404, true},
		{loyalty.Errorf(loyalty.Forbidden, loyalty.CodeForbidden, "no"), 403, true},
		{loyalty.Errorf(loyalty.Invalid, loyalty.CodeValidation, "no"), 400, true},
		{errors.New("broken"), 500, false},
		{loyalty.Errorf(loyalty.Unavailable, loyalty.CodeUnavailable, "later"), 503, false},
		{loyalty.Errorf(loyalty.TooMany, loyalty.CodeRateLimited, "later"), 429, false},
	} {
		send := func() webtest.Response {
			return s.Do("POST", storeSurface+"/probe", key, `{}`, "Idempotency-Key", fmt.Sprint("k", i))
		}
		fails.Store(struct{ error }{test.err})
		first := send().Want(t, test.status, "")
		fails.Store(struct{ error }{nil})
		again := send()
		if kept := again.Body == first.Body && again.Header.Get("Idempotency-Replayed") == "true"; kept != test.kept {
			t.Errorf("%v: %d %s, then %d %s", test.err, first.Status, first.Body, again.Status, again.Body)
		}
	}
}

// Another server knows nothing of what runs here, and the answer of a twin
// that was quicker is what counts.
func TestRefusalYieldsToAnswer(t *testing.T) {
	t.Parallel()
	s := opening(t)
	key := s.Key()
	first := s.Do("POST", "/v1/loyalty/probe", key, `{"name":"Hill"}`, "Idempotency-Key", "k").Want(t, 201, "")
	once := loyalty.Once{Key: "k"}
	row := s.DB.SQL.QueryRowContext(t.Context(), "SELECT fingerprint FROM idempotency_keys WHERE key = 'k'")
	if err := row.Scan(&once.Fingerprint); err != nil {
		t.Fatal(err)
	}
	err := s.Services.Access.SaveRefusal(t.Context(), s.Org.ID, once, loyalty.Answer{Status: 409, Body: []byte("{}")})
	replayed, ok := errors.AsType[*loyalty.Replayed](err)
	if !ok || string(replayed.Body) != first.Body {
		t.Errorf("got %v", err)
	}
	once.Fingerprint = []byte("another")
	err = s.Services.Access.SaveRefusal(t.Context(), s.Org.ID, once, loyalty.Answer{Status: 409, Body: []byte("{}")})
	if loyalty.CodeOf(err) != loyalty.CodeKeyReused {
		t.Errorf("got %v", err)
	}
}
