//go:build linux

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// guessing tries passwords on one account from everywhere at once, and then
// whether the time tells who is there.
func (b *bench) guessing(ctx context.Context) error {
	const guessers = 32
	var checked, locked, other atomic.Int64
	var next atomic.Int64
	var wg sync.WaitGroup
	for range guessers {
		wg.Go(func() {
			for n := next.Add(1); n <= int64(b.o.guesses) && ctx.Err() == nil; n = next.Add(1) {
				status, _, err := b.guess(ctx, ownerEmail, int(n))
				switch {
				case err == nil && status == http.StatusUnprocessableEntity:
					checked.Add(1)
				case err == nil && status == http.StatusTooManyRequests:
					locked.Add(1)
				default:
					other.Add(1)
				}
			}
		})
	}
	wg.Wait()
	b.note(checked.Load() == 10 && other.Load() == 0, "Sign-in withstands guessing", "locked after 10",
		"%d tries on one account, each from another address, over %d servers: %d passwords checked, %d refused, %d other answers",
		b.o.guesses, len(b.servers), checked.Load(), locked.Load(), other.Load())
	return b.timing(ctx)
}

// try is somebody to try a password of, and the times that it took.
type try struct {
	email string
	took  *[]time.Duration
}

// timing compares how long a wrong password takes for somebody who is there
// and for somebody who isn't.
func (b *bench) timing(ctx context.Context) error {
	const tries = 100
	var known, unknown []time.Duration
	for n := range tries {
		if n%5 == 0 { // or the account is locked
			if _, err := b.db.ExecContext(ctx, `DELETE FROM sign_in_failures`); err != nil {
				return err
			}
		}
		pair := []try{{ownerEmail, &known}, {fmt.Sprintf("nobody-%d@fault.example", n), &unknown}}
		if n%2 == 1 {
			slices.Reverse(pair) // so that neither always finds the server warm
		}
		for _, who := range pair {
			status, took, err := b.guess(ctx, who.email, b.o.guesses+n)
			if err != nil || status != http.StatusUnprocessableEntity {
				return fmt.Errorf("sign in as %s: %d %w", who.email, status, err)
			}
			*who.took = append(*who.took, took)
		}
	}
	longer := 0.0
	for _, k := range known {
		for _, u := range unknown {
			if k > u {
				longer++
			} else if k == u {
				longer += 0.5
			}
		}
	}
	longer /= tries * tries
	slices.Sort(known)
	slices.Sort(unknown)
	b.note(longer > 0.35 && longer < 0.65, "The time doesn't tell whether there is such an account", "told apart in 35 to 65 % of pairs; 50 % is chance",
		"%.0f %%; half of %d tries each took %s for one who is there and %s for one who isn't", 100*longer, tries,
		known[tries/2].Round(100*time.Microsecond), unknown[tries/2].Round(100*time.Microsecond))
	return nil
}

// guess tries a wrong password, from the n-th address.
func (b *bench) guess(ctx context.Context, email string, n int) (status int, took time.Duration, err error) {
	form := url.Values{"email": {email}, "password": {"a wrong password"}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.servers[n%len(b.servers)].url+"/login", strings.NewReader(form))
	if err != nil {
		return 0, 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255))
	begun := time.Now()
	res, err := b.client.http.Do(req)
	if err != nil {
		return 0, 0, err
	}
	defer res.Body.Close() //nolint:errcheck // only the status counts
	return res.StatusCode, time.Since(begun), nil
}

// revoking takes a key back and sees how long each server still takes it.
func (b *bench) revoking(ctx context.Context) error {
	key, err := b.regulars(ctx, b.address, "", "api-key", "create", "--name", "stolen", "--scopes", "all")
	if err != nil {
		return err
	}
	stolen := newClient(b.servers, key, &b.journal)
	ask := func(s *server) (int, error) {
		a, err := stolen.once(ctx, s.url, "GET", "/v1/loyalty/customers/"+b.customers[0], "", nil)
		return a.status, err
	}
	for _, s := range b.servers {
		if status, err := ask(s); err != nil || status != http.StatusOK {
			return fmt.Errorf("a new key: %d %w", status, err)
		}
	}
	if _, err := b.db.ExecContext(ctx, `UPDATE api_keys SET revoked_at = now() WHERE name = 'stolen'`); err != nil {
		return err
	}
	begun := time.Now()
	var longest time.Duration
	for _, s := range b.servers {
		for {
			status, err := ask(s)
			if err == nil && status == http.StatusUnauthorized {
				break
			}
			if time.Since(begun) > 10*time.Second {
				return fmt.Errorf("%s still takes a revoked key: %d %w", s.name, status, err)
			}
		}
		longest = max(longest, time.Since(begun))
	}
	b.note(longest < time.Second, "A revoked API key works no more", "< 1 s", "refused by all %d servers after %s", len(b.servers), longest.Round(time.Millisecond))
	return nil
}
