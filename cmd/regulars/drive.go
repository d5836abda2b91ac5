package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/simulate"
)

// drive sends a simulated world's checks of known guests to a running server,
// as its tills would, and sees which of the planted campaigns it names. Only
// checks carry their own time over the wire, so only campaigns made of checks
// can be shown this way.
type drive struct {
	api    string
	key    string
	stores []string
	client *http.Client
	place  map[anomaly.ID]string // simulated store → ours
	names  map[string]anomaly.ID // our customer → simulated
	phones map[anomaly.ID]string
	sent   int
}

func newDrive(api, key string, stores []string) *drive {
	return &drive{
		api: strings.TrimSuffix(api, "/"), key: key, stores: stores, client: &http.Client{Timeout: 30 * time.Second},
		place: map[anomaly.ID]string{}, names: map[string]anomaly.ID{}, phones: map[anomaly.ID]string{},
	}
}

// run sends the world and prints what came of it.
func (d *drive) run(ctx context.Context, w *simulate.World, out io.Writer) error {
	for i, s := range w.Stores() {
		d.place[s.ID] = d.stores[i%len(d.stores)]
	}
	if err := w.Run(func(e anomaly.Event) error { return d.send(ctx, e) }); err != nil {
		return err
	}
	named := map[anomaly.ID]bool{}
	cases := 0
	for _, store := range d.stores {
		if err := d.cases(ctx, store, func(customer string) { cases++; named[d.names[customer]] = true }); err != nil {
			return err
		}
	}
	planted, found := 0, 0
	for _, c := range w.Campaigns() {
		if c.Kind != anomaly.SplitOrders && (c.Kind != anomaly.RapidEarning || c.Variant != "orders") {
			continue
		}
		planted++
		if slices.ContainsFunc(c.Guilty, func(id anomaly.ID) bool { return named[id] }) {
			found++
		}
	}
	_, err := fmt.Fprintf(out, "%d checks sent; %d cases naming %d guests; %d of %d campaigns of checks named\n", d.sent, cases, len(named), found, planted)
	return err
}

// send posts one check.
func (d *drive) send(ctx context.Context, e anomaly.Event) error {
	if e.Type != anomaly.Order || e.Customer.IsZero() {
		return nil
	}
	phone := d.phones[e.Customer]
	if phone == "" {
		phone = fmt.Sprintf("+519%08d", 10_000_000+len(d.phones))
		d.phones[e.Customer] = phone
	}
	at := e.At
	if !e.ClosedAt.IsZero() {
		at = e.ClosedAt
	}
	var made struct {
		CustomerID string `json:"customer_id"`
	}
	err := d.call(ctx, http.MethodPost, "/v1/stores/"+d.place[e.Store]+"/orders", map[string]any{
		"id": e.Order.String(), "customer": map[string]any{"phone": phone}, "status": "completed", "staff_id": e.Staff.String(),
		"total": fmt.Sprintf("%d.%02d", e.Amount/100, e.Amount%100), "completed_at": at.Format(time.RFC3339),
	}, &made)
	d.sent++
	d.names[made.CustomerID] = e.Customer
	return err
}

// cases tells the customer of each case of a store.
func (d *drive) cases(ctx context.Context, store string, tell func(customer string)) error {
	for page := 1; ; page++ {
		var list struct {
			Data []struct {
				CustomerID string `json:"customer_id"`
			} `json:"data"`
		}
		if err := d.call(ctx, http.MethodGet, fmt.Sprintf("/v1/stores/%s/loyalty/anomalies?limit=100&page=%d", store, page), nil, &list); err != nil {
			return err
		}
		for _, c := range list.Data {
			tell(c.CustomerID)
		}
		if len(list.Data) < 100 {
			return nil
		}
	}
}

func (d *drive) call(ctx context.Context, method, path string, body, into any) error {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, d.api+path, content)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.Header.Set("Authorization", "Bearer "+d.key)
	req.Header.Set("Content-Type", "application/json")
	answer, err := d.client.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer func() { _ = answer.Body.Close() }() // only read
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4<<20))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if answer.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}
