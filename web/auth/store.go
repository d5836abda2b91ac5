package auth

import (
	"encoding/base64"
	"fmt"
	"net/http"

	"github.com/gorilla/sessions"

	"regulars/internal/loyalty"
	"regulars/internal/secret"
	"regulars/internal/service"
)

// store is a sessions.Store whose cookie holds a random token and nothing
// else. A token that nobody has signed in with stands for an anonymous visit,
// which is kept nowhere: its only use is that forms are tied to it.
type store struct {
	access *service.Access
	maxAge int // seconds that the browser keeps the cookie
}

// visitKey is where a session holds its service.Visit once somebody has
// signed in.
type visitKey struct{}

// Get implements sessions.Store.
func (s *store) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New implements sessions.Store.
func (s *store) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.IsNew = true
	session.Options = &sessions.Options{Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: name == secureCookie, MaxAge: s.maxAge}
	cookie, err := r.Cookie(name)
	if err != nil || !isToken(cookie.Value) {
		return session, nil
	}
	session.ID, session.IsNew = cookie.Value, false
	visit, err := s.access.Resume(r.Context(), cookie.Value)
	if loyalty.KindOf(err) == loyalty.NotFound && err != nil {
		return session, nil
	}
	if err != nil {
		return session, fmt.Errorf("resume session: %w", err)
	}
	session.Values[visitKey{}] = visit
	return session, nil
}

// Save implements sessions.Store. What a session remembers is saved by the
// services as it changes, so this is only about the cookie.
func (s *store) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	if session.Options.MaxAge < 0 {
		if err := s.access.SignOut(r.Context(), session.ID); err != nil {
			return fmt.Errorf("end session: %w", err)
		}
		http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
		return nil
	}
	if session.ID == "" {
		session.ID = secret.NewToken()
	}
	http.SetCookie(w, sessions.NewCookie(session.Name(), session.ID, session.Options))
	return nil
}

// isToken spares the database cookies that can't be ours.
func isToken(s string) bool {
	b, err := base64.RawURLEncoding.DecodeString(s)
	return err == nil && len(b) == 32
}
