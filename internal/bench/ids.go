package main

import (
	"fmt"
	"time"

	"regulars/internal/loyalty"
)

// The filled database is worked out rather than drawn: every id follows from a
// number, so that the load generator, pgbench and the fill name the same
// customers without asking anybody.
const (
	organization = "0190a000-0000-7000-8000-000000000001"
	program      = "0190a000-0000-7000-8000-000000000002"

	stores  = 20
	scatter = 2654435761 // spreads the last bytes of ids; odd, so that no two meet
	tail    = 1 << 48

	keyID = "0190a000-0000-7000-8000-000000000003"

	customerDays = 900 // days over which customers have joined
	ledgerDays   = 540 // days over which they came
)

func storeID(n int) string { return fmt.Sprintf("0190a000-0000-7000-8000-0000000001%02x", n) }

// The rewards: all but hotReward without stock.
const (
	rewards   = 6
	hotReward = 5
)

func rewardID(n int) string { return fmt.Sprintf("0190a000-0000-7000-8000-0000000002%02x", n) }

func tierID(n int) string { return fmt.Sprintf("0190a000-0000-7000-8000-0000000003%02x", n) }

// world is what was filled in, and what ids follow from.
type world struct {
	Customers    int       `json:"customers"`
	Transactions int       `json:"transactions"`
	Anchor       time.Time `json:"anchor"` // the last transaction's instant
	Key          string    `json:"key"`    // an API key with every scope
	Version      int       `json:"version"`
}

func (w world) start() int64 { return w.Anchor.AddDate(0, 0, -customerDays).UnixMilli() }

// step is how many milliseconds lie between two customers.
func (w world) step() int64 { return customerDays * 86_400_000 / int64(w.Customers) }

// customer is the id of customer i, from 1.
func (w world) customer(i int) string { return madeID(w.start()+int64(i)*w.step(), 0, int64(i)) }

// phone is the phone number of customer i.
func phone(i int) string { return fmt.Sprintf("+5198%07d", i) }

// madeID is a UUIDv7 for the millisecond, with kind and n where others have
// random bits.
func madeID(ms int64, kind int, n int64) string {
	h := fmt.Sprintf("%012x700%d8000%012x", ms, kind, n*scatter%tail)
	id, ok := loyalty.ParseID(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:])
	if !ok {
		panic("bench: " + h + " is no id") // a number out of range is our mistake
	}
	return id.String()
}
