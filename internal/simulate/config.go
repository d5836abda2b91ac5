package simulate

import (
	"fmt"
	"math/rand/v2"
	"time"

	"regulars/internal/anomaly"
)

// Config is what a world is made from. Start from Year.
type Config struct {
	Seed      uint64
	Stores    int // 1 to 60
	Customers int // of each store at the start
	Staff     int // of each store at any time, at least 8
	Weeks     int // at least 1
	Campaigns bool
	// Unseen plants frauds no detector was made for, instead of the catalog's.
	Unseen bool
}

// Year is the world the detectors are measured on.
func Year(seed uint64) Config {
	return Config{Seed: seed, Stores: 6, Customers: 4000, Staff: 12, Weeks: 52, Campaigns: true}
}

// Validate names what cannot be simulated.
func (c Config) Validate() error {
	if c.Stores < 1 || c.Stores > 60 || c.Customers < 50 || c.Customers > 100_000 || c.Staff < 8 || c.Staff > 100 || c.Weeks < 1 || c.Weeks > 520 {
		return fmt.Errorf("simulate: %d stores of %d customers and %d staff for %d weeks is out of range", c.Stores, c.Customers, c.Staff, c.Weeks)
	}
	return nil
}

// start is a Monday; the year after it holds both changes of the clocks.
var start = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// Start is when every simulated world begins.
func Start() time.Time { return start }

// purposes keep the streams of chance apart, so that a change to one part of
// the world leaves the others as they were.
const (
	forPeople = iota + 1
	forRoster
	forTraffic
	forLookalikes
	forCampaigns
	forActs
	forLedger
)

// chance is the stream for a purpose at a place and day.
func (w *World) chance(purpose, place, day int) *rand.Rand {
	return rand.New(rand.NewPCG(w.cfg.Seed*0x9e3779b97f4a7c15+uint64(purpose), uint64(place)<<32|uint64(uint32(day))))
}

// What an ID names is told by its first byte, which helps when reading.
const (
	storeID = iota + 0xa0
	tillID
	staffID
	customerID
	orderID
	eventID
	deviceID
)

// newID is the next ID of a sort; the bits of a version 8 UUID are set.
func (w *World) newID(sort byte) anomaly.ID {
	w.ids[sort]++
	n := w.ids[sort]
	id := anomaly.ID{0: sort, 1: byte(w.cfg.Seed >> 8), 2: byte(w.cfg.Seed), 6: 0x80, 8: 0x80}
	for i := range 7 {
		id[15-i] = byte(n >> (8 * i))
	}
	return id
}
