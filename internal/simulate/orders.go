package simulate

import (
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"regulars/internal/anomaly"
)

// ReadOrders reads real orders from CSV with the columns order_id,
// customer_id, store, total and completed_at in any order, as events of a
// program that gives a point a whole unit. Others' columns are left alone.
func ReadOrders(r io.Reader) ([]anomaly.Event, error) {
	rows := csv.NewReader(r)
	head, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("read heading: %w", err)
	}
	column := map[string]int{}
	for _, name := range []string{"order_id", "customer_id", "store", "total", "completed_at"} {
		column[name] = slices.Index(head, name)
		if column[name] < 0 {
			return nil, fmt.Errorf("read heading: no column %s", name)
		}
	}
	var events []anomaly.Event
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read order: %w", err)
		}
		e, err := orderOf(func(name string) string { return row[column[name]] })
		if err != nil {
			return nil, fmt.Errorf("read order %d: %w", len(events)+1, err)
		}
		events = append(events, e)
	}
	slices.SortStableFunc(events, func(a, b anomaly.Event) int { return a.At.Compare(b.At) })
	return events, nil
}

func orderOf(field func(string) string) (anomaly.Event, error) {
	total, err := strconv.ParseFloat(field("total"), 64)
	if err != nil {
		return anomaly.Event{}, fmt.Errorf("total: %w", err)
	}
	at, err := time.Parse("2006-01-02T15:04:05", field("completed_at"))
	if err != nil {
		return anomaly.Event{}, fmt.Errorf("completed_at: %w", err)
	}
	e := anomaly.Event{
		ID: named("order", field("order_id")), Type: anomaly.Order, At: at, Store: named("store", field("store")),
		Customer: named("customer", field("customer_id")), Order: named("order", field("order_id")),
		Amount: int64(math.Round(total * 100)),
	}
	e.Points = e.Amount / 100
	e.RulePoints = e.Points
	return e, nil
}

// named is an ID made from what something is called elsewhere.
func named(sort, name string) (id anomaly.ID) {
	sum := sha256.Sum256([]byte(sort + "/" + name))
	copy(id[:], sum[:])
	return id
}
