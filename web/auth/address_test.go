package auth

import (
	"io"
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// The test's connection comes from 0.0.0.0.
func TestAddressOfCaller(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		trusted   []string
		forwarded string
		want      string
	}{
		{"nobody is trusted", nil, "203.0.113.9", "0.0.0.0"},
		{"our proxy is", []string{"0.0.0.0"}, "203.0.113.9", "203.0.113.9"},
		{"the caller lies", []string{"0.0.0.0"}, "1.2.3.4, 203.0.113.9", "203.0.113.9"},
		{"two proxies", []string{"0.0.0.0", "10.0.0.0/8"}, "1.2.3.4, 203.0.113.9, 10.1.1.1", "203.0.113.9"},
		{"nonsense", []string{"0.0.0.0"}, "1.2.3.4, x", "0.0.0.0"},
		{"IPv6", []string{"0.0.0.0"}, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"nothing forwarded", []string{"0.0.0.0"}, "", "0.0.0.0"},
	} {
		app := fiber.New()
		app.Get("/", func(c *fiber.Ctx) error { return c.SendString(trusting(test.trusted).of(c)) })
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("X-Forwarded-For", test.forwarded)
		res, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(res.Body); err != nil || string(body) != test.want {
			t.Errorf("%s: %s, want %s (%v)", test.name, body, test.want, err)
		}
	}
}
