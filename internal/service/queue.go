package service

import (
	"context"
	"fmt"
	"time"

	"regulars/internal/loyalty"
)

// line is where requests for some of the accounts wait for their turn.
type line struct {
	turn chan struct{}
	// What the one before has left behind; whoever's turn it is may look.
	left   loyalty.Snapshot
	leftAt time.Time
}

// handed is how long a snapshot is handed on. It is not what keeps it right.
const handed = time.Second

// queue waits until nobody else in this process works on the account, so that
// one guest hit by many requests at once is served in turn instead of each
// finding that the others were quicker. Other processes are kept out by the
// account's revision.
func (c *Core) queue(ctx context.Context, id loyalty.ID) (l *line, leave func(), err error) {
	if id.IsZero() {
		return nil, func() {}, nil
	}
	l = &c.queues[id[15]]
	select {
	case l.turn <- struct{}{}:
		return l, func() { <-l.turn }, nil
	case <-ctx.Done():
		return nil, nil, fmt.Errorf("wait for the account: %w", ctx.Err())
	}
}

// take is the account as the one before in the line has left it, where q asks
// for nothing else: then it need not be read again. Whatever happened to the
// account or to the configuration since makes the posting fail as stale, and a
// key that was answered makes it fail as taken; so nothing that is found out
// on it counts unless it is written.
func (l *line) take(orgID loyalty.ID, q loyalty.SnapshotQuery) (s loyalty.Snapshot, ok bool) {
	if l == nil || l.left.Account == nil {
		return s, false
	}
	s, l.left = l.left, loyalty.Snapshot{}
	a := s.Account
	return s, plain(q) && a.OrgID == orgID && a.CustomerID == q.CustomerID && time.Since(l.leftAt) < handed
}

// leave hands on what an award has made of the account.
func (l *line) leave(q loyalty.SnapshotQuery, s loyalty.Snapshot, p *loyalty.Posting) {
	if l == nil || p == nil || s.Account == nil || !plain(q) {
		return
	}
	advance(&s, *p)
	s.Once, s.Account.Lots = nil, nil
	l.left, l.leftAt = s, time.Now()
}

// plain reports whether q asks for an account and its latest awards alone.
func plain(q loyalty.SnapshotQuery) bool {
	return q == loyalty.SnapshotQuery{CustomerID: q.CustomerID, ExternalID: q.ExternalID, OnceKey: q.OnceKey, Recent: recentAwards}
}
