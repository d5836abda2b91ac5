package web_test

import (
	"net/url"
	"sync"
	"testing"

	"regulars/web/webtest"
)

// A form that is sent again, at once or later, starts nothing more.
func TestGivingTwiceGivesOnce(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	furnish(t, s)
	owner := signedIn(t, s, ownerEmail)
	form := url.Values{"points": {"5"}, "reason": {"Thank you"}, "key": {"form-1"}}
	send := func() webtest.Response {
		return (&browser{s: s, cookie: owner.cookie, header: owner.header}).do("POST", "/give", form)
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if res := send(); res.Status != 303 && res.Status != 422 { // another is just at it
				t.Errorf("sent at once: %d %.300s", res.Status, res.Body)
			}
		})
	}
	both.Wait()
	first, again := send(), send()
	if first.Status != 303 || again.Header.Get("Location") != first.Header.Get("Location") {
		t.Errorf("%d to %s, then %d to %s", first.Status, first.Header.Get("Location"), again.Status, again.Header.Get("Location"))
	}
	if n := text(t, s, `SELECT count(*)::text || ' for ' || sum(total) FROM bulk_awards WHERE reason = 'Thank you'`); n != "1 for 2" {
		t.Errorf("%s guests", n)
	}
}
