package auth

import (
	"net/http"
	"net/url"

	"github.com/gofiber/fiber/v2"
)

// request is c as net/http sees it, which is what gorilla/sessions and the
// cross-origin check speak. There is one for each c, because gorilla keeps the
// sessions it has read in the request's context.
func request(c *fiber.Ctx) *http.Request {
	if r, ok := c.Locals(requestKey{}).(*http.Request); ok {
		return r
	}
	r := &http.Request{Method: c.Method(), Host: string(c.Request().Host()), URL: &url.URL{Path: c.Path()}, Header: http.Header{}}
	for _, name := range []string{fiber.HeaderCookie, fiber.HeaderOrigin, "Sec-Fetch-Site"} {
		if v := c.Get(name); v != "" {
			r.Header.Set(name, v)
		}
	}
	r = r.WithContext(c.UserContext())
	c.Locals(requestKey{}, r)
	return r
}

type requestKey struct{}

// headers is the part of a ResponseWriter that gorilla uses.
type headers http.Header

func (h headers) Header() http.Header       { return http.Header(h) }
func (h headers) Write([]byte) (int, error) { return 0, http.ErrNotSupported }
func (h headers) WriteHeader(int)           {}

// copyCookies sends the cookies that gorilla has set.
func (h headers) copyCookies(c *fiber.Ctx) {
	for _, v := range http.Header(h)[fiber.HeaderSetCookie] {
		c.Response().Header.Add(fiber.HeaderSetCookie, v)
	}
}
