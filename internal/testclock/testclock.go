// Package testclock is a clock that a test sets while work that goes on behind
// a request may still look at it. Tests only.
package testclock

import (
	"sync/atomic"
	"time"
)

// Clock shows what it was last set to.
type Clock struct{ at atomic.Pointer[time.Time] }

// At is a clock that shows t.
func At(t time.Time) *Clock {
	c := &Clock{}
	c.Set(t)
	return c
}

// Now is the time it shows.
func (c *Clock) Now() time.Time { return *c.at.Load() }

// Set makes it show t.
func (c *Clock) Set(t time.Time) { c.at.Store(&t) }

// Add moves it on by d.
func (c *Clock) Add(d time.Duration) { c.Set(c.Now().Add(d)) }
