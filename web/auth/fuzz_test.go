package auth

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// Wherever a link to the sign-in page says to go on, it is on this server.
func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/customers?q=a", "//evil.test", `/\evil.test`, "/\tevil", "javascript:alert(1)", "/%2fevil.test", "/.//evil.test", "/a#//b", "\x00/", "/ü"} {
		f.Add(s)
	}
	here, err := url.Parse("https://regulars.test/login")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		to, err := here.Parse(LocalPath(s))
		if err != nil || to.Host != here.Host || to.Scheme != here.Scheme || strings.ContainsAny(LocalPath(s), "\r\n") {
			t.Errorf("%q leads to %v, %v", s, to, err)
		}
	})
}

// Whatever a caller says in the headers, where the request comes from is an
// address or a network.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"203.0.113.9", "1.2.3.4, 203.0.113.9", "2001:db8::1", "fe80::1%eth0", "::ffff:1.2.3.4", ",", "x,,", "[::1]:80", " 0.0.0.0 "} {
		f.Add(s, "Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537.36")
	}
	app := fiber.New()
	from := trusting([]string{"0.0.0.0", "10.0.0.0/8", "::/0", "nonsense"})
	f.Fuzz(func(t *testing.T, forwarded, agent string) {
		c := app.AcquireCtx(&fasthttp.RequestCtx{})
		defer app.ReleaseCtx(c)
		c.Request().Header.Set(fiber.HeaderXForwardedFor, forwarded)
		got := from.of(c)
		if _, err := netip.ParseAddr(got); err != nil {
			if _, err := netip.ParsePrefix(got); err != nil {
				t.Errorf("%q comes from %q", forwarded, got)
			}
		}
		if words := strings.Split(agentOf(agent), ", "); len(words) > 2 {
			t.Errorf("%q is the browser %v", agent, words)
		}
	})
}
