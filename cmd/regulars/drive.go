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

// drive sends a simulated world to a running server, as its tills would, and
// sees which of the planted campaigns it names, and how soon.
//
// Over the wire only checks say when they were; everything else happens now.
// So it sends the checks of known guests, moved by whole weeks so that the
// world ends today, and of the rest those acts that take no time: bursts of
// awards by hand, and receipts claimed that are another's.
type drive struct {
	api    string
	key    string
	stores []string
	client *http.Client
	shift  time.Duration
	place  map[anomaly.ID]string // simulated store → ours
	guests map[anomaly.ID]string // simulated customer → ours
	names  map[string]anomaly.ID // and back
	orders map[anomaly.ID]string
	tried  map[int]bool // campaigns of which an act was sent, by number
	// What was sent, and how long after a broken rule its case was there.
	checks, acts, hard, missed int
	slowest                    time.Duration
}

func newDrive(api, key string, stores []string, weeks int, now time.Time) *drive {
	const week = 7 * 24 * time.Hour
	ended := now.Sub(simulate.Start().AddDate(0, 0, 7*weeks+1))
	shift := ended.Truncate(week)
	if shift > ended {
		shift -= week
	}
	return &drive{
		api: strings.TrimSuffix(api, "/"), key: key, stores: stores, client: &http.Client{Timeout: 30 * time.Second}, shift: shift,
		place: map[anomaly.ID]string{}, guests: map[anomaly.ID]string{}, names: map[string]anomaly.ID{}, orders: map[anomaly.ID]string{}, tried: map[int]bool{},
	}
}

// shown reports whether a campaign is made of what can be sent.
func shown(c *simulate.Campaign) bool {
	return c.Kind == anomaly.SplitOrders || c.Kind == anomaly.RapidEarning || c.Kind == anomaly.DuplicateClaim
}

// run sends the world and prints what came of it.
func (d *drive) run(ctx context.Context, w *simulate.World, out io.Writer) error {
	for i, s := range w.Stores() {
		d.place[s.ID] = d.stores[i%len(d.stores)]
	}
	if err := w.Run(func(e anomaly.Event) error { return d.send(ctx, w, e) }); err != nil {
		return err
	}
	named, cases := map[anomaly.ID]bool{}, 0
	for _, store := range d.stores {
		if err := d.cases(ctx, store, func(customer string) { cases++; named[d.names[customer]] = true }); err != nil {
			return err
		}
	}
	planted, found := 0, 0
	for _, c := range w.Campaigns() {
		if !d.tried[c.Number] {
			continue
		}
		planted++
		if slices.ContainsFunc(c.Guilty, func(id anomaly.ID) bool { return named[id] }) {
			found++
		}
	}
	_, err := fmt.Fprintf(out, "%d checks and %d other acts sent; %d cases naming %d guests; %d of %d campaigns of such acts named\n"+
		"%d broken rules: %d without a case, the slowest seen %s after it was answered\n",
		d.checks, d.acts, cases, len(named), found, planted, d.hard, d.missed, d.slowest.Round(time.Millisecond))
	return err
}

// send posts a check, or an act.
func (d *drive) send(ctx context.Context, w *simulate.World, e anomaly.Event) error {
	if e.Customer.IsZero() || e.Store.IsZero() {
		return nil
	}
	c := campaignOf(w, e)
	switch {
	case e.Type == anomaly.Order:
		if c != nil {
			d.tried[c.Number] = true
		}
		return d.check(ctx, e)
	case c == nil || d.guests[e.Customer] == "":
		return nil // an account that has not earned yet is not known there
	case e.Type == anomaly.Award:
		d.tried[c.Number] = true
		return d.award(ctx, e)
	case e.Type == anomaly.Claim && d.orders[e.Order] != "":
		d.tried[c.Number] = true
		return d.claim(ctx, e, c.Acts[len(c.Acts)-1].Hard)
	}
	return nil
}

// campaignOf is the campaign, of those shown, whose latest act the event is.
func campaignOf(w *simulate.World, e anomaly.Event) *simulate.Campaign {
	for _, c := range w.Campaigns() {
		if shown(c) && c.Acts[len(c.Acts)-1].Event == e.ID {
			return c
		}
	}
	return nil
}

// phone is a number for the nth guest, far from all others: neighbours look
// like a ring.
func phone(n int) string { return fmt.Sprintf("+519%08d", 10_000_000+n*55_621_153%89_999_999) }

func (d *drive) check(ctx context.Context, e anomaly.Event) error {
	at := e.At
	if !e.ClosedAt.IsZero() {
		at = e.ClosedAt
	}
	customer := map[string]any{"customer": map[string]any{"phone": phone(len(d.guests))}}
	if known := d.guests[e.Customer]; known != "" {
		customer = map[string]any{"customer_id": known}
	}
	body := map[string]any{
		"id": e.Order.String(), "status": "completed", "staff_id": e.Staff.String(),
		"total": fmt.Sprintf("%d.%02d", e.Amount/100, e.Amount%100), "completed_at": at.Add(d.shift).Format(time.RFC3339),
	}
	for name, value := range customer {
		body[name] = value
	}
	var made struct {
		ID         string `json:"id"`
		CustomerID string `json:"customer_id"`
	}
	if _, err := d.call(ctx, http.MethodPost, "/v1/stores/"+d.place[e.Store]+"/orders", body, &made); err != nil {
		return err
	}
	d.checks++
	d.guests[e.Customer], d.names[made.CustomerID], d.orders[e.Order] = made.CustomerID, e.Customer, made.ID
	return nil
}

func (d *drive) award(ctx context.Context, e anomaly.Event) error {
	d.acts++
	_, err := d.call(ctx, http.MethodPost, "/v1/stores/"+d.place[e.Store]+"/loyalty/earn", map[string]any{
		"customer_id": d.guests[e.Customer], "points": e.Points, "reason": "Sorry",
	}, nil)
	return err
}

// claim asks for somebody else's receipt, which is refused, and where that
// breaks a rule sees how soon a case is there.
func (d *drive) claim(ctx context.Context, e anomaly.Event, hard bool) error {
	store := "/v1/stores/" + d.place[e.Store]
	d.acts++
	status, err := d.call(ctx, http.MethodPatch, store+"/orders/"+d.orders[e.Order], map[string]any{"customer_id": d.guests[e.Customer]}, nil)
	if status != http.StatusConflict {
		return fmt.Errorf("another's receipt was not refused: %d, %w", status, err)
	}
	if !hard {
		return nil
	}
	d.hard++
	for asked := time.Now(); ; {
		var list struct {
			Total int `json:"total"`
		}
		path := store + "/loyalty/anomalies?type=duplicate_claim&customer_id=" + d.guests[e.Customer]
		if _, err := d.call(ctx, http.MethodGet, path, nil, &list); err != nil {
			return err
		}
		took := time.Since(asked)
		if list.Total > 0 {
			d.slowest = max(d.slowest, took)
			return nil
		}
		if took > 5*time.Second {
			d.missed++
			return nil
		}
	}
}

// cases tells the customer of each case of a store.
func (d *drive) cases(ctx context.Context, store string, tell func(customer string)) error {
	for page := 1; ; page++ {
		var list struct {
			Data []struct {
				CustomerID string `json:"customer_id"`
			} `json:"data"`
		}
		path := fmt.Sprintf("/v1/stores/%s/loyalty/anomalies?limit=100&page=%d", store, page)
		if _, err := d.call(ctx, http.MethodGet, path, nil, &list); err != nil {
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

// call asks the server and reads its answer; into may be nil. Whatever is not
// a success is an error beside its status.
func (d *drive) call(ctx context.Context, method, path string, body, into any) (int, error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return 0, fmt.Errorf("%s %s: %w", method, path, err)
		}
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, d.api+path, content)
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.Header.Set("Authorization", "Bearer "+d.key)
	req.Header.Set("Content-Type", "application/json")
	answer, err := d.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer func() { _ = answer.Body.Close() }() // only read
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4<<20))
	if err != nil {
		return answer.StatusCode, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if answer.StatusCode >= 300 {
		return answer.StatusCode, fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			return answer.StatusCode, fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	return answer.StatusCode, nil
}
