package main

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"regulars/internal/secret"
)

// fillVersion rises when the filling changes, so that nobody measures on an
// old one.
const fillVersion = 5

const (
	ownerEmail    = "owner@bench.example"
	ownerPassword = "a-long-bench-password"
)

var (
	//go:embed fill/schema.sql
	schemaSQL string
	//go:embed fill/customers.sql
	customersSQL string
	//go:embed fill/steps.sql
	stepsSQL string
	//go:embed fill/transactions.sql
	transactionsSQL string
	//go:embed fill/derived.sql
	derivedSQL string
)

// bulky are the tables whose indexes are built after they are filled.
var bulky = []string{"customers", "enrollments", "lots", "transactions", "orders", "redemptions", "roster"}

// fill writes an organization with a ledger that regulars verify proves: ten
// transactions a customer, over a year and a half up to now.
func (d *database) fill(ctx context.Context, customers int) error {
	d.world = world{
		Customers: customers, Transactions: 10 * customers, Anchor: time.Now().UTC().Truncate(time.Hour), Key: secret.NewAPIKey(),
		Version: fillVersion,
	}
	c, err := d.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	defer c.Close() //nolint:errcheck // everything on it is done by then
	f := filling{ctx: ctx, c: c, begun: time.Now()}
	f.do("prepare", "SET session_replication_role = replica; SET work_mem = '384MB'; SET maintenance_work_mem = '512MB'; SET jit = off")
	f.do("prepare", schemaSQL)
	f.setUp(d.world)
	f.indexes(false)
	f.world(d.world)
	f.indexes(true)
	f.do("total_stats", "SELECT roll_totals($1, current_date)", organization)
	// Everything before now counts as looked through, for anomalies and for
	// duplicates: a first look at ten million events and a million guests takes
	// the background minutes and is no part of what is measured.
	f.do("detection", `INSERT INTO detection_state (organization_id, warm_from, block_from, block_to, through, run_at, events)
		VALUES ($1, $2::timestamptz - interval '7 days', $2, $2::timestamptz + interval '7 days', $2, $2, 0)`, organization, d.Anchor)
	f.do("duplicates", "INSERT INTO duplicate_marks (organization_id, changed_at) VALUES ($1, $2)", organization, d.Anchor)
	f.do("look at the tables", "DROP TABLE bench_steps, bench_stores, bench_tiers")
	f.do("look at the tables", "VACUUM (FREEZE, ANALYZE)")
	f.do("write everything out", "CHECKPOINT")
	return f.err
}

// filling runs one statement after the other until one fails.
type filling struct {
	ctx   context.Context //nolint:containedctx // it lives as long as one call of fill
	c     *sql.Conn
	begun time.Time
	err   error
}

func (f *filling) do(what, statement string, args ...any) {
	if f.err != nil {
		return
	}
	if _, err := f.c.ExecContext(f.ctx, statement, args...); err != nil {
		f.err = fmt.Errorf("fill: %s: %w", what, err)
	}
}

func (f *filling) say(what string) {
	if f.err == nil {
		progress("filling: %s (%.0f s)", what, time.Since(f.begun).Seconds())
	}
}

// indexes has the bulky tables' indexes rest, or builds them. It writes to the
// catalog, which only a database that is thrown away after a mistake allows.
func (f *filling) indexes(on bool) {
	for _, table := range bulky {
		if !on {
			f.do("rest indexes", "UPDATE pg_index SET indisready = false, indisvalid = false WHERE indrelid = '"+table+"'::regclass")
			continue
		}
		f.say("indexes of " + table)
		f.do("index "+table, "REINDEX TABLE "+table)
	}
}

// setUp makes the organization with its stores, program, rewards and owner.
func (f *filling) setUp(w world) {
	at := w.Anchor.AddDate(0, 0, -customerDays-1)
	hash, err := secret.HashPassword(ownerPassword)
	if err != nil {
		f.err = err
		return
	}
	keyHash := secret.Hash(w.Key)
	f.do("organization", `INSERT INTO organizations (id, slug, name, currency, time_zone, created_at) VALUES ($1, 'bench', 'Bench', 'USD', 'UTC', $2)`, organization, at)
	f.do("owner", `INSERT INTO staff (organization_id, id, email, name, role, password_hash, created_at) VALUES ($1, $2, $3, 'Owner', 'owner', $4, $5)`,
		organization, madeID(at.UnixMilli(), 4, 1), ownerEmail, hash, at)
	f.do("API key", `INSERT INTO api_keys (organization_id, id, name, prefix, hash, scopes, created_at)
		VALUES ($1, $2, 'Bench', $3, $4, '{customers:create,customers:read,customers:update,customers:delete,loyalty:create,loyalty:read,loyalty:redeem,loyalty:adjust,orders:create,anomalies:read,anomalies:review}', $5)`,
		organization, keyID, secret.Prefix(w.Key), keyHash[:], at)
	f.do("stores", "CREATE TABLE bench_stores (n int, id uuid); CREATE TABLE bench_tiers (n int, id uuid, name text)")
	for n := range stores {
		f.do("stores", `INSERT INTO stores (organization_id, id, name, currency, time_zone, created_at) VALUES ($1, $2, $3, 'USD', 'UTC', $4)`,
			organization, storeID(n), fmt.Sprintf("Store %d", n+1), at)
		f.do("stores", `INSERT INTO bench_stores VALUES ($1, $2)`, n, storeID(n))
	}
	f.do("program", `INSERT INTO programs (organization_id, id, name, rate, currency_per_point, is_active, expire_after_days, created_at, updated_at)
		VALUES ($1, $2, 'Bench', 100000, 1, true, 730, $3, $3)`, organization, program, at)
	for n, name := range []string{"Bronze", "Silver", "Gold", "Platinum"} {
		f.do("tiers", `INSERT INTO tiers (organization_id, id, program_id, name, min_points, multiplier, created_at) VALUES ($1, $2, $3, $4, $5, 100, $6)`,
			organization, tierID(n), program, name, []int{0, 500, 2000, 5000}[n], at)
		f.do("tiers", `INSERT INTO bench_tiers VALUES ($1, $2, $3)`, n, tierID(n), name)
	}
	for n := range rewards {
		f.do("rewards", `INSERT INTO rewards (organization_id, id, program_id, name, points_cost, type, has_stock, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, 'perk', $6, $7, $7)`,
			organization, rewardID(n), program, []string{"Dinner for two", "Coffee", "Cake", "Bread", "Tea", "Candle"}[n],
			[]int{500, 1, 1, 1, 1, 1}[n], n == hotReward, at)
	}
	for slot := range 16 {
		f.do("stock", `INSERT INTO reward_stock (organization_id, reward_id, slot, remaining) VALUES ($1, $2, $3, 100000000)`, organization, rewardID(hotReward), slot)
	}
}

// world writes customers, ledger and what follows from them.
func (f *filling) world(w world) {
	f.say("customers")
	// Its trigger puts together what searches look at.
	f.do("customers", "SET session_replication_role = origin; ALTER TABLE customers DISABLE TRIGGER ALL; ALTER TABLE customers ENABLE TRIGGER customers_search")
	f.do("customers", customersSQL, organization, w.Customers, w.start(), w.step())
	f.do("customers", "ALTER TABLE customers ENABLE TRIGGER ALL; SET session_replication_role = replica")
	f.say("transactions")
	f.do("steps", `CREATE UNLOGGED TABLE bench_steps (n bigint, ms bigint, customer bigint, seq bigint, points bigint, h int, balance bigint,
		lifetime bigint, visit text)`)
	from := w.Anchor.AddDate(0, 0, -ledgerDays).UnixMilli()
	f.do("steps", stepsSQL, w.Transactions, w.start(), w.step(), from, w.Anchor.UnixMilli()-from, w.Customers)
	// The join keeps the order of what it reads, which is that of time.
	f.do("steps", "ANALYZE bench_steps, bench_stores, bench_tiers")
	f.do("transactions", transactionsSQL, organization, w.start(), w.step(), program, keyID)
	for statement := range strings.SplitSeq(derivedSQL, "--------\n") {
		table, _, _ := strings.Cut(strings.TrimPrefix(statement[strings.Index(statement, "INSERT INTO "):], "INSERT INTO "), " ")
		f.say(table)
		if table == "roster" {
			f.do(table, "ANALYZE customers, enrollments") // or the planner takes them for empty and pairs each with each
		}
		f.do(table, statement, organization, program)
	}
}
