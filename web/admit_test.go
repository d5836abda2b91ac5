package web_test

import (
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gofiber/fiber/v2"

	"regulars/web/webtest"
)

// What is more than the server can have in hand is told to come back, at once,
// and is served when there is room again.
func TestCrowdsAreToldToComeBack(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	release, key := make(chan struct{}), s.Key()
	var inside, most atomic.Int64
	const room, working = 512, 32
	s.App.Get("/probe/wait", func(c *fiber.Ctx) error {
		if n := inside.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer inside.Add(-1)
		<-release
		return c.SendString("done")
	})
	var crowd sync.WaitGroup
	served := atomic.Int64{}
	for range room {
		crowd.Go(func() {
			res, err := s.App.Test(httptest.NewRequest("GET", "/probe/wait", nil), -1)
			if err == nil && res.StatusCode == 200 {
				served.Add(1)
			}
		})
	}
	for metric := "regulars_requests_in_progress 512\n"; !strings.Contains(s.Do("GET", "/metrics", "", "").Body, metric); {
		runtime.Gosched()
	}
	r := s.Do("GET", "/v1/loyalty/stats", key, "").Want(t, 503, "UNAVAILABLE")
	if r.Header.Get("Retry-After") == "" {
		t.Error("nothing says when to come back")
	}
	s.Do("GET", "/healthz", "", "").Want(t, 200, "")
	close(release)
	crowd.Wait()
	if served.Load() != room || most.Load() > working {
		t.Errorf("%d of %d who came in time were served, %d at once", served.Load(), room, most.Load())
	}
	s.Do("GET", "/v1/loyalty/stats", key, "").Want(t, 200, "")
}
