package service_test

import (
	"log/slog"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

// A page that stands open follows the cases without keeping its session alive:
// unused, it ends as if the page were closed.
func TestPeekIsNoUse(t *testing.T) {
	t.Parallel()
	db, now := pgtest.New(t), time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	access := service.New(db, func() time.Time { return now }, slog.New(slog.DiscardHandler)).Access
	if _, err := access.CreateOrganization(t.Context(), system, trattoria()); err != nil {
		t.Fatal(err)
	}
	in, err := access.SignIn(t.Context(), service.SignIn{Email: "owner@trattoria.test", Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	idle, _ := loyalty.SessionLimits(loyalty.Owner)
	for range 3 {
		now = now.Add(idle / 4)
		if _, err := access.Peek(t.Context(), in.Token); err != nil {
			t.Fatal("ended too early:", err)
		}
	}
	now = now.Add(idle / 4)
	if _, err := access.Peek(t.Context(), in.Token); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("the session goes on unused: %v", err)
	}
	if _, err := access.Resume(t.Context(), in.Token); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("the session goes on unused: %v", err)
	}
}
