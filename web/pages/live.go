package pages

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/views/layout"
	"regulars/web/auth"
)

// livePath is the stream of events that the badge in the navigation follows.
const livePath = "/anomalies/live"

const (
	// liveEvery is how soon a new case shows.
	liveEvery = 3 * time.Second
	// peekEvery is how soon the stream of somebody who has signed out ends. Each
	// time something is sent, so that proxies keep the connection.
	peekEvery = 30 * time.Second
	// liveWait bounds each question to the database.
	liveWait = 5 * time.Second
)

// Live is GET /anomalies/live: how many cases wait, as server-sent events, for
// as long as the page is open and its session lasts. Listening is no use of
// the session.
func (h *Handlers) Live(c *fiber.Ctx) error {
	if !strings.Contains(c.Get(fiber.HeaderAccept), "text/event-stream") {
		return c.Redirect("/anomalies", fiber.StatusSeeOther)
	}
	// None of c is left once the handler has returned, so what the stream needs
	// is taken out of it. Its context ends with the request.
	l := &live{
		h: h, ctx: context.WithoutCancel(c.UserContext()), actor: auth.Actor(c), token: auth.Token(c),
		stopping: c.Context().Done(), hold: c.Context().Conn().SetWriteDeadline, shown: -1,
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set("X-Accel-Buffering", "no") // nginx would keep the events to itself
	c.Context().SetBodyStreamWriter(l.run)
	return nil
}

type live struct {
	h        *Handlers
	ctx      context.Context
	actor    loyalty.Actor
	token    string
	stopping <-chan struct{}
	hold     func(time.Time) error // puts off the end that the server gives every answer
	shown    int
}

// run writes until nobody listens any more, or may.
func (l *live) run(w *bufio.Writer) {
	tick, peek := time.NewTicker(liveEvery), time.NewTicker(peekEvery)
	defer tick.Stop()
	defer peek.Stop()
	for l.count(w) {
		select {
		case <-tick.C:
		case <-peek.C:
			if !l.admitted() || !l.send(w, ": still here\n\n") {
				return
			}
		case <-l.stopping:
			return
		}
	}
}

// admitted looks at who listens anew: people sign out, and lose their role.
func (l *live) admitted() bool {
	ctx, cancel := context.WithTimeout(l.ctx, liveWait)
	defer cancel()
	visit, err := l.h.Access.Peek(ctx, l.token)
	l.actor = visit.Actor
	return err == nil && l.actor.Can(loyalty.AnomaliesRead)
}

// count sends how many cases wait when that has changed.
func (l *live) count(w *bufio.Writer) bool {
	ctx, cancel := context.WithTimeout(l.ctx, liveWait)
	defer cancel()
	waiting, err := l.h.Anomalies.Open(ctx, l.actor)
	if err != nil || waiting == l.shown {
		return true // a database that is away comes back
	}
	var badge strings.Builder
	if err := layout.NavCount(waiting).Render(ctx, &badge); err != nil {
		return false
	}
	data, err := json.Marshal(map[string]any{"count": waiting, "badge": badge.String()})
	if err != nil || !l.send(w, fmt.Sprintf("event: anomalies\ndata: %s\n\n", data)) {
		return false
	}
	l.shown = waiting
	return true
}

// send says whether the text has left for whoever listens.
func (l *live) send(w *bufio.Writer, text string) bool {
	if l.hold(time.Now().Add(2*peekEvery)) != nil {
		return false
	}
	_, _ = w.WriteString(text) // Flush says it again
	return w.Flush() == nil
}
