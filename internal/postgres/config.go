package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"regulars/internal/loyalty"
)

type organizationRow struct {
	ID        loyalty.ID `db:"id"`
	Slug      string     `db:"slug"`
	Name      string     `db:"name"`
	Currency  string     `db:"currency"`
	TimeZone  string     `db:"time_zone"`
	Version   int64      `db:"config_version"`
	CreatedAt time.Time  `db:"created_at"`
}

func (r organizationRow) domain() loyalty.Organization {
	return loyalty.Organization{
		ID: r.ID, Slug: r.Slug, Name: r.Name, Currency: r.Currency, TimeZone: r.TimeZone, CreatedAt: r.CreatedAt,
	}
}

type storeRow struct {
	OrgID      loyalty.ID     `db:"organization_id"`
	ID         loyalty.ID     `db:"id"`
	Name       string         `db:"name"`
	ExternalID sql.NullString `db:"external_id"`
	Currency   string         `db:"currency"`
	TimeZone   string         `db:"time_zone"`
	Active     bool           `db:"is_active"`
	Hours      []byte         `db:"opening_hours"`
	CreatedAt  time.Time      `db:"created_at"`
}

func (r storeRow) domain() loyalty.Store {
	return loyalty.Store{
		OrgID: r.OrgID, ID: r.ID, Name: r.Name, ExternalID: r.ExternalID.String, Currency: r.Currency, TimeZone: r.TimeZone,
		Active: r.Active, Hours: hoursOf(r.Hours), CreatedAt: r.CreatedAt,
	}
}

// hoursOf are the opening hours as kept; nil where there are none, or none
// that can be read.
func hoursOf(kept []byte) *loyalty.OpeningHours {
	var days [7][2]int
	if len(kept) == 0 || json.Unmarshal(kept, &days) != nil {
		return nil
	}
	var h loyalty.OpeningHours
	for i, d := range days {
		h[i].From, h[i].To = d[0], d[1]
	}
	return &h
}

// hoursDoc is the hours as a parameter of type jsonb: NULL for none.
func hoursDoc(h *loyalty.OpeningHours) any {
	if h == nil {
		return nil
	}
	days := make([]string, len(h))
	for i, d := range h {
		days[i] = fmt.Sprintf("[%d,%d]", d.From, d.To)
	}
	return "[" + strings.Join(days, ",") + "]"
}

type programRow struct {
	OrgID            loyalty.ID    `db:"organization_id"`
	ID               loyalty.ID    `db:"id"`
	Name             string        `db:"name"`
	Rate             int64         `db:"rate"`
	CurrencyPerPoint int64         `db:"currency_per_point"`
	Active           bool          `db:"is_active"`
	ExpireAfterDays  sql.NullInt64 `db:"expire_after_days"`
	TierDowngrade    string        `db:"tier_downgrade"`
	NegativeBalance  string        `db:"negative_balance"`
	ClaimWindowDays  int           `db:"claim_window_days"`
	AnomalySettings  []byte        `db:"anomaly_settings"`
	Version          int           `db:"version"`
	CreatedAt        time.Time     `db:"created_at"`
	UpdatedAt        time.Time     `db:"updated_at"`
}

func (r programRow) domain(tiers []loyalty.Tier) loyalty.Program {
	return loyalty.Program{
		OrgID: r.OrgID, ID: r.ID, Name: r.Name, Rate: loyalty.Rate(r.Rate), CurrencyPerPoint: loyalty.Minor(r.CurrencyPerPoint),
		Active: r.Active, ExpireAfterDays: int(r.ExpireAfterDays.Int64), TierDowngrade: loyalty.DowngradePolicy(r.TierDowngrade),
		NegativeBalance: loyalty.DebtPolicy(r.NegativeBalance), ClaimWindowDays: r.ClaimWindowDays, Version: r.Version, Tiers: tiers,
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
}

type tierRow struct {
	OrgID      loyalty.ID `db:"organization_id"`
	ID         loyalty.ID `db:"id"`
	ProgramID  loyalty.ID `db:"program_id"`
	Name       string     `db:"name"`
	MinPoints  int64      `db:"min_points"`
	Multiplier int32      `db:"multiplier"`
	Benefits   string     `db:"benefits"`
	CreatedAt  time.Time  `db:"created_at"`
}

func (r tierRow) domain() loyalty.Tier {
	return loyalty.Tier{
		OrgID: r.OrgID, ID: r.ID, ProgramID: r.ProgramID, Name: r.Name, MinPoints: loyalty.Points(r.MinPoints),
		Multiplier: loyalty.Multiplier(r.Multiplier), Benefits: r.Benefits, CreatedAt: r.CreatedAt,
	}
}

// Config implements loyalty.LedgerReader. The version is read first: what is
// read after it may be newer than the version says, never older, and then the
// next posting is refused and reads again.
func (r reader) Config(ctx context.Context, orgID loyalty.ID) (*loyalty.Config, error) {
	const organization = `
		SELECT id, slug, name, currency, time_zone, config_version, created_at FROM organizations WHERE id = $1`
	const stores = `
		SELECT organization_id, id, name, external_id, currency, time_zone, is_active, opening_hours, created_at
		FROM stores WHERE organization_id = $1 ORDER BY created_at, id`
	const program = `
		SELECT organization_id, id, name, rate, currency_per_point, is_active, expire_after_days, tier_downgrade, negative_balance,
			claim_window_days, anomaly_settings, version, created_at, updated_at
		FROM programs WHERE organization_id = $1 AND is_active`
	var org organizationRow
	if err := r.get(ctx, &org, organization, orgID.String()); err != nil {
		return nil, notFound("select organization", "organization", err)
	}
	var storeRows []storeRow
	if err := r.list(ctx, &storeRows, stores, orgID.String()); err != nil {
		return nil, wrap("select stores", err)
	}
	c := &loyalty.Config{Organization: org.domain(), Version: org.Version, Stores: each(storeRows, storeRow.domain)}
	var p programRow
	err := r.get(ctx, &p, program, orgID.String())
	if errors.Is(err, sql.ErrNoRows) {
		return c, nil
	}
	if err != nil {
		return nil, wrap("select active program", err)
	}
	tiers, err := r.tiers(ctx, orgID, p.ID)
	if err != nil {
		return nil, err
	}
	active := p.domain(tiers)
	c.Program, c.Anomalies = &active, p.AnomalySettings
	return c, nil
}

// ConfigVersion implements loyalty.LedgerReader.
func (r reader) ConfigVersion(ctx context.Context, orgID loyalty.ID) (int64, error) {
	const q = `SELECT config_version FROM organizations WHERE id = $1`
	var version int64
	err := r.get(ctx, &version, q, orgID.String())
	return version, notFound("select version", "organization", err)
}

// tiers reads the ladders of the programs, each in order of its thresholds.
func (r reader) tiers(ctx context.Context, orgID loyalty.ID, programIDs ...loyalty.ID) ([]loyalty.Tier, error) {
	const q = `
		SELECT organization_id, id, program_id, name, min_points, multiplier, benefits, created_at
		FROM tiers WHERE organization_id = $1 AND program_id = ANY ($2) ORDER BY program_id, min_points`
	var rows []tierRow
	if err := r.list(ctx, &rows, q, orgID.String(), idArray(programIDs)); err != nil {
		return nil, wrap("select tiers", err)
	}
	return each(rows, tierRow.domain), nil
}

// nullID is the id as a parameter: NULL for the zero ID.
func nullID(id loyalty.ID) any {
	if id.IsZero() {
		return nil
	}
	return id.String()
}

// idArray is ids as a parameter of type uuid[].
func idArray(ids []loyalty.ID) any {
	return pq.Array(each(ids, loyalty.ID.String))
}
