package respond

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Surface is one of the faces of the server. They differ in how they wrap
// what they answer.
type Surface uint8

// The surfaces of API.md, and the pages.
const (
	Pages Surface = iota
	Organization
	Store
	Offer
)

var organizationPaths = []string{"/v1/loyalty", "/v1/coupons", "/v1/campaigns", "/v1/referrals"}

// SurfaceOf is the surface that c's path belongs to, whether there is a route
// for it or not. A path under /v1 that is nobody's is answered bare.
func SurfaceOf(c *fiber.Ctx) Surface {
	path := c.Path()
	switch {
	case !within(path, "/v1"):
		if isMachine(path) {
			return Offer
		}
		return Pages
	case within(path, "/v1/stores"):
		return Store
	}
	for _, prefix := range organizationPaths {
		if within(path, prefix) {
			return Organization
		}
	}
	return Offer
}

// isMachine reports whether only programs ask for the path.
func isMachine(path string) bool {
	switch path {
	case "/healthz", "/readyz", "/metrics", "/openapi.json":
		return true
	}
	return false
}

func within(path, prefix string) bool {
	rest, ok := strings.CutPrefix(path, prefix)
	return ok && (rest == "" || rest[0] == '/')
}

// aliases are fields that the store surface has its own names for.
var aliases = map[string]string{"pointsPerCurrencyUnit": "points_per_dollar"}

// fieldName is the name that the surface's callers know a field by.
func (s Surface) fieldName(name string) string {
	if s != Store {
		return name
	}
	if alias, ok := aliases[name]; ok {
		return alias
	}
	var b strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}
