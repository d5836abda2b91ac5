package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/sessions"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// The cookie's names. The prefix makes browsers refuse one that was set
// without TLS or for other hosts.
const (
	plainCookie  = "session"
	secureCookie = "__Host-session"
)

// SignInPath is the page where people sign in, and LockPath the one where they
// unlock a device that others share.
const (
	SignInPath = "/login"
	LockPath   = "/till/lock"
)

// cookieAge is how long a browser keeps the cookie, in seconds; the server
// ends sessions by its own rules.
const cookieAge = 7 * 24 * 60 * 60

// Sessions keeps staff signed in.
type Sessions struct {
	access *service.Access
	store  *store
	from   addresses
	Options
}

// Options says how sessions are kept.
type Options struct {
	// Key seals the forms.
	Key []byte
	// Secure says when cookies are for HTTPS only: "auto" where the request
	// came over HTTPS, "always" or "never".
	Secure string
	// TrustProxy lists the addresses and networks of the proxies whose word
	// for the caller's address is taken.
	TrustProxy []string
}

// NewSessions returns sessions over access.
func NewSessions(access *service.Access, o Options) *Sessions {
	return &Sessions{access: access, store: &store{access: access, maxAge: cookieAge}, from: trusting(o.TrustProxy), Options: o}
}

type sessionKey struct{}

func (s *Sessions) cookie(c *fiber.Ctx) string {
	if s.Secure == "always" || s.Secure != "never" && c.Protocol() == "https" {
		return secureCookie
	}
	return plainCookie
}

// Load finds out who is calling, if anybody, and lets everyone through. It
// comes before everything else that a page needs of the session.
func (s *Sessions) Load(c *fiber.Ctx) error {
	session, err := s.store.Get(request(c), s.cookie(c))
	if err != nil {
		return err
	}
	if session.IsNew {
		// Forms of people who haven't signed in are tied to their visit too.
		if err := save(c, session); err != nil {
			return err
		}
	}
	s.hold(c, session)
	return c.Next()
}

// Recognize is Load for an address that may not be there: a browser that has
// no session gets none from it.
func (s *Sessions) Recognize(c *fiber.Ctx) error {
	if c.Method() != fiber.MethodGet || c.Cookies(s.cookie(c)) == "" {
		return c.Next()
	}
	session, err := s.store.Get(request(c), s.cookie(c))
	if err != nil {
		return err
	}
	if !session.IsNew {
		s.hold(c, session)
		confine(c, Actor(c))
	}
	return c.Next()
}

// current is what Load has found.
type current struct {
	session *sessions.Session
	visit   service.Visit // zero before signing in
	csrf    string
}

func (s *Sessions) hold(c *fiber.Ctx, session *sessions.Session) {
	visit, _ := session.Values[visitKey{}].(service.Visit) //nolint:errcheck // nobody has signed in
	c.Locals(sessionKey{}, current{session: session, visit: visit, csrf: s.seal(session.ID)})
	setActor(c, visit.Actor)
}

func (s *Sessions) seal(token string) string {
	m := hmac.New(sha256.New, s.Key)
	m.Write([]byte("form " + token))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

func of(c *fiber.Ctx) current {
	held, _ := c.Locals(sessionKey{}).(current) //nolint:errcheck // Load wasn't asked, so there is none
	return held
}

// Visit is the signed-in person's session; zero before signing in.
func Visit(c *fiber.Ctx) service.Visit { return of(c).visit }

// CSRF is what a form has to carry as its field "csrf" to be taken as ours.
func CSRF(c *fiber.Ctx) string { return of(c).csrf }

// Token is the session's token, for the services that change the session.
func Token(c *fiber.Ctx) string {
	if held := of(c).session; held != nil {
		return held.ID
	}
	return ""
}

// Require admits people who have signed in and sends others to the sign-in
// page, which sends them back afterwards.
func (s *Sessions) Require(c *fiber.Ctx) error {
	if actor := Actor(c); actor.Role != loyalty.Nobody {
		confine(c, actor)
		return c.Next()
	}
	if Visit(c).Locked {
		return sendTo(c, LockPath)
	}
	return askPassword(c)
}

// RequireLocked admits those who stand before a locked device. Others have
// nothing to unlock: they go to next, or to the sign-in page.
func RequireLocked(next string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		switch {
		case Visit(c).Locked:
			return c.Next()
		case Actor(c).Role == loyalty.Nobody:
			return askPassword(c)
		}
		return c.Redirect(next, fiber.StatusSeeOther)
	}
}

// EndedQuery is set in the sign-in page's address when a session has ended
// while somebody was at work, who needs to be told.
const EndedQuery = "ended"

// askPassword sends the person to the sign-in page, which leads back.
func askPassword(c *fiber.Ctx) error {
	target := SignInPath
	if page := askedFrom(c); page != "/" {
		target += "?next=" + url.QueryEscape(page)
		if c.Get("HX-Request") == "true" || c.Method() != fiber.MethodGet {
			target += "&" + EndedQuery + "=1"
		}
	}
	return sendTo(c, target)
}

func sendTo(c *fiber.Ctx, target string) error {
	if c.Get("HX-Request") == "true" {
		c.Set("HX-Redirect", target)
		return c.SendStatus(fiber.StatusUnauthorized)
	}
	return c.Redirect(target, fiber.StatusSeeOther)
}

// askedFrom is the page that the person looks at: the one asked for, or the
// one that a form or a part of a page was asked from. It is a path.
func askedFrom(c *fiber.Ctx) string {
	page := c.Get("HX-Current-URL")
	if page == "" && c.Method() != fiber.MethodGet {
		page = c.Get(fiber.HeaderReferer)
	}
	switch {
	case page != "":
	case c.Get("HX-Request") == "true":
		return "/" // what htmx asks for is a part of a page
	default:
		return LocalPath(c.OriginalURL())
	}
	u, err := url.Parse(page)
	if err != nil || u.Host != string(c.Request().Host()) {
		return "/"
	}
	return LocalPath(u.RequestURI())
}

// Only admits people of the roles. It comes after Require. Those who came in
// with a PIN are asked for their password.
func Only(roles ...loyalty.Role) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if !slices.Contains(roles, Actor(c).Role) {
			return loyalty.Errorf(loyalty.Forbidden, loyalty.CodeForbidden, "Ask an owner if you need to work with it.")
		}
		return WithPassword(c)
	}
}

// WithPassword admits people who have signed in with their password, and asks
// those for it who came in with a PIN. It comes after Require.
func WithPassword(c *fiber.Ctx) error {
	if Actor(c).AtTill {
		return askPassword(c)
	}
	return c.Next()
}

// SignIn starts a session under a new token; what was planted before is worth
// nothing. Its errors are those of service.Access.SignIn.
func (s *Sessions) SignIn(c *fiber.Ctx, email, password string) (service.Visit, error) {
	begun, err := s.access.SignIn(c.UserContext(), service.SignIn{
		Email: email, Password: password, Address: s.from.of(c), KnownBy: s.knownBy(c), Token: Token(c), Agent: agentOf(c.Get(fiber.HeaderUserAgent)),
	})
	if err != nil {
		return service.Visit{}, err
	}
	if err := s.begin(c, begun); err != nil {
		return service.Visit{}, err
	}
	s.remember(c, begun.Visit.Staff.ID)
	return begun.Visit, nil
}

// Unlock opens the locked device that the session is for, under a new token.
// Its errors are those of service.Access.Unlock.
func (s *Sessions) Unlock(c *fiber.Ctx, staffID loyalty.ID, pin string) (service.Visit, error) {
	begun, err := s.access.Unlock(c.UserContext(), service.Unlock{Token: Token(c), StaffID: staffID, PIN: pin})
	if err != nil {
		return service.Visit{}, err
	}
	return begun.Visit, s.begin(c, begun)
}

// begin has the browser go on under a session that has just begun.
func (s *Sessions) begin(c *fiber.Ctx, begun service.SignedIn) error {
	session, err := s.store.Get(request(c), s.cookie(c))
	if err != nil {
		return err
	}
	session.ID, session.Values[visitKey{}] = begun.Token, begun.Visit
	s.hold(c, session)
	return save(c, session)
}

// SignOut ends the session.
func (s *Sessions) SignOut(c *fiber.Ctx) error {
	session, err := s.store.Get(request(c), s.cookie(c))
	if err != nil {
		return err
	}
	session.Options.MaxAge = -1
	setActor(c, loyalty.Actor{})
	return save(c, session)
}

func save(c *fiber.Ctx, session *sessions.Session) error {
	w := headers{}
	if err := session.Save(request(c), w); err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	// The visitor's cookie that the same answer may hold already is outdated.
	c.Response().Header.DelCookie(session.Name())
	w.copyCookies(c)
	return nil
}

// LocalPath is next if it is a path on this server, else "/". Anything else
// would let a link to our sign-in page lead elsewhere.
func LocalPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	if u, err := url.Parse(next); err != nil || u.Host != "" || u.Scheme != "" {
		return "/"
	}
	return next
}
