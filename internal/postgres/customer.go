package postgres

import (
	"context"
	"database/sql"
	"time"

	"regulars/internal/loyalty"
)

type memberRow struct {
	OrgID          loyalty.ID     `db:"organization_id"`
	ID             loyalty.ID     `db:"id"`
	ExternalID     sql.NullString `db:"external_id"`
	Name           string         `db:"name"`
	NameFold       string         `db:"name_fold"`
	Email          string         `db:"email"`
	Phone          string         `db:"phone"`
	PhoneE164      sql.NullString `db:"phone_e164"`
	PhoneDigits    string         `db:"phone_digits"`
	BirthDate      sql.NullTime   `db:"birth_date"`
	MarketingOptIn bool           `db:"marketing_opt_in"`
	ReferralCode   string         `db:"referral_code"`
	AnonymizedAt   sql.NullTime   `db:"anonymized_at"`
	CreatedAt      time.Time      `db:"created_at"`
	UpdatedAt      time.Time      `db:"updated_at"`
	EnrollmentID   loyalty.ID     `db:"enrollment_id"`
	ProgramID      loyalty.ID     `db:"program_id"`
	TierID         loyalty.ID     `db:"tier_id"`
	TierName       string         `db:"tier_name"`
	Balance        int64          `db:"balance"`
	Lifetime       int64          `db:"lifetime"`
	Seq            int64          `db:"seq"`
	Revision       int64          `db:"revision"`
	FrozenAt       sql.NullTime   `db:"frozen_at"`
	ActiveDay      sql.NullTime   `db:"active_day"`
	Since          time.Time      `db:"since"`
	Config         int64          `db:"config_version"`
	Total          int            `db:"total"`
}

func (r memberRow) domain() loyalty.Member {
	birth := ""
	if r.BirthDate.Valid {
		birth = r.BirthDate.Time.Format(time.DateOnly)
	}
	return loyalty.Member{
		Customer: loyalty.Customer{
			OrgID: r.OrgID, ID: r.ID, ExternalID: r.ExternalID.String, Name: r.Name, NameFold: r.NameFold, Email: r.Email,
			Phone: r.Phone, PhoneE164: r.PhoneE164.String, PhoneDigits: r.PhoneDigits, BirthDate: birth,
			MarketingOptIn: r.MarketingOptIn, ReferralCode: r.ReferralCode, AnonymizedAt: r.AnonymizedAt.Time, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
		},
		Enrollment: loyalty.Enrollment{
			OrgID: r.OrgID, ID: r.EnrollmentID, CustomerID: r.ID, ProgramID: r.ProgramID, TierID: r.TierID,
			Balance: loyalty.Points(r.Balance), Lifetime: loyalty.Points(r.Lifetime), Seq: r.Seq, Revision: r.Revision,
			FrozenAt: r.FrozenAt.Time, ActiveOn: utcDay(r.ActiveDay), Since: r.Since,
		},
		TierName: r.TierName,
	}
}

const (
	memberColumns = `
		c.organization_id, c.id, c.external_id, c.name, c.name_fold, c.email, c.phone, c.phone_e164, c.phone_digits, c.birth_date,
		c.marketing_opt_in, c.referral_code, c.anonymized_at, c.created_at, c.updated_at, e.id AS enrollment_id, e.program_id, e.tier_id,
		coalesce(t.name, '') AS tier_name, e.balance, e.lifetime, e.seq, e.revision, e.frozen_at, e.active_day, e.since`
	memberJoins = `
		JOIN enrollments e ON e.organization_id = c.organization_id AND e.customer_id = c.id
		LEFT JOIN tiers t ON t.organization_id = e.organization_id AND t.id = e.tier_id`
	// Whoever was merged is found as whom that has become. It says CASE because
	// an index is open to the tenant wall's readers only for what can't tell of
	// rows that the wall hides, which PostgreSQL knows of CASE but not of
	// coalesce.
	selectMember = `
		SELECT` + memberColumns + `, g.config_version
		FROM customers k
		JOIN enrollments a ON a.organization_id = k.organization_id AND a.customer_id = k.id
		JOIN customers c ON c.organization_id = k.organization_id AND c.id = CASE WHEN a.merged_into IS NULL THEN k.id ELSE a.merged_into END` + memberJoins + `
		JOIN organizations g ON g.id = c.organization_id
		WHERE k.organization_id = $1 AND `
)

// Member implements loyalty.CustomerReader.
func (r reader) Member(ctx context.Context, orgID loyalty.ID, key loyalty.CustomerKey) (loyalty.Member, int64, error) {
	const (
		byID       = selectMember + `k.id = $2`
		byExternal = selectMember + `k.external_id = $2`
		byPhone    = selectMember + `k.phone_e164 = $2`
		byDigits   = selectMember + `k.phone_e164 IS NULL AND k.phone_digits <> '' AND k.phone_digits = $2`
	)
	q, arg := byDigits, key.PhoneDigits
	switch {
	case !key.ID.IsZero():
		q, arg = byID, key.ID.String()
	case key.ExternalID != "":
		q, arg = byExternal, key.ExternalID
	case key.PhoneE164 != "":
		q, arg = byPhone, key.PhoneE164
	}
	var row memberRow
	if err := r.get(ctx, &row, q, orgID.String(), arg); err != nil {
		return loyalty.Member{}, 0, notFound("select customer", "customer", err)
	}
	return row.domain(), row.Config, nil
}

// unmerged leaves out of customers x those who were merged into others. There
// are few, and an index has only them.
const unmerged = `NOT EXISTS (
	SELECT FROM enrollments y WHERE y.organization_id = x.organization_id AND y.customer_id = x.id AND y.merged_into IS NOT NULL)`

// shallow is how many customers a page may skip one by one: up to there it is
// quicker than finding out on which day to start.
const shallow = 2000

// Members implements loyalty.CustomerReader. A deep page is found from the
// count of new customers per day: whole days are skipped without being read.
func (r reader) Members(ctx context.Context, orgID loyalty.ID, page loyalty.Page) ([]loyalty.Member, int, error) {
	const total = `SELECT coalesce(sum(customers), 0) FROM daily_stats WHERE organization_id = $1 AND customers <> 0`
	const list = `
		SELECT` + memberColumns + `
		FROM (
			SELECT x.id FROM customers x WHERE x.organization_id = $1 AND ` + unmerged + ` ORDER BY x.created_at DESC, x.id DESC LIMIT $2 OFFSET $3
		) p
		JOIN customers c ON c.organization_id = $1 AND c.id = p.id` + memberJoins + `
		ORDER BY c.created_at DESC, c.id DESC`
	const deep = `
		WITH days AS (
			SELECT day, sum(customers) AS n FROM daily_stats WHERE organization_id = $1 AND customers <> 0 GROUP BY day
		), passed AS (
			SELECT day, n, sum(n) OVER (ORDER BY day DESC) AS upto FROM days
		), start AS (
			SELECT (d.day + 1)::timestamp AT TIME ZONE g.time_zone AS before, d.upto - d.n AS skipped
			FROM passed d JOIN organizations g ON g.id = $1
			WHERE d.upto > $3 ORDER BY d.day DESC LIMIT 1
		)
		SELECT` + memberColumns + `
		FROM (
			SELECT x.id FROM customers x
			WHERE x.organization_id = $1 AND x.created_at < (SELECT before FROM start) AND ` + unmerged + `
			ORDER BY x.created_at DESC, x.id DESC LIMIT $2 OFFSET $3 - (SELECT skipped FROM start)
		) p
		JOIN customers c ON c.organization_id = $1 AND c.id = p.id` + memberJoins + `
		ORDER BY c.created_at DESC, c.id DESC`
	var n int
	if err := r.get(ctx, &n, total, orgID.String()); err != nil {
		return nil, 0, wrap("count customers", err)
	}
	skip := page.Skip()
	if skip >= n {
		return nil, n, nil
	}
	q := list
	if skip > shallow {
		q = deep
	}
	var rows []memberRow
	err := r.list(ctx, &rows, q, orgID.String(), page.Size, skip)
	return each(rows, memberRow.domain), n, wrap("select customers", err)
}

// ownAccounts are those of customer $2 and of everybody who was merged into
// the customer.
const ownAccounts = `(SELECT $2::uuid UNION ALL SELECT m.customer_id FROM enrollments m WHERE m.organization_id = $1 AND m.merged_into = $2)`

// CustomerTransactions implements loyalty.CustomerReader. An account's rows are
// numbered without gaps, so the number alone finds any page, unless rows of
// others have come along.
func (r reader) CustomerTransactions(ctx context.Context, orgID, customerID loyalty.ID, typ loyalty.TransactionType, page loyalty.Page) ([]loyalty.Transaction, int, error) {
	const account = `
		SELECT e.seq, (SELECT coalesce(sum(m.seq), 0)::bigint FROM enrollments m WHERE m.organization_id = $1 AND m.merged_into = $2) AS merged
		FROM enrollments e WHERE e.organization_id = $1 AND e.customer_id = $2`
	const all = `
		SELECT to_jsonb(t) FROM transactions t
		WHERE t.organization_id = $1 AND t.customer_id = $2 AND t.seq <= $3 AND t.seq > $3 - $4
		ORDER BY t.seq DESC`
	const where = `
		FROM transactions t
		WHERE t.organization_id = $1 AND t.customer_id IN ` + ownAccounts + ` AND ($3 = '' OR t.type = $3)`
	const count = `SELECT count(*)` + where
	const some = `SELECT to_jsonb(t)` + where + ` ORDER BY t.recorded_at DESC, t.customer_id = $2 DESC, t.seq DESC LIMIT $4 OFFSET $5`
	org, id := orgID.String(), customerID.String()
	var rows struct {
		Seq    int `db:"seq"`
		Merged int `db:"merged"`
	}
	if err := r.get(ctx, &rows, account, org, id); err != nil {
		return nil, 0, notFound("select account", "customer", err)
	}
	total := rows.Seq + rows.Merged
	var raw [][]byte
	var err error
	if typ == "" && rows.Merged == 0 {
		err = r.list(ctx, &raw, all, org, id, total-page.Skip(), page.Size)
	} else if err = r.get(ctx, &total, count, org, id, string(typ)); err == nil {
		err = r.list(ctx, &raw, some, org, id, string(typ), page.Size, page.Skip())
	}
	if err != nil {
		return nil, 0, wrap("select transactions", err)
	}
	docs, err := decodeDocs[transactionDoc](raw, "transaction")
	return each(docs, func(d transactionDoc) loyalty.Transaction { return d.domain(orgID) }), total, err
}

// Lots implements loyalty.CustomerReader.
func (r reader) Lots(ctx context.Context, orgID, customerID loyalty.ID) ([]loyalty.Lot, error) {
	const q = `
		SELECT nullif(expires_on, 'infinity') AS expires_on, remaining FROM lots
		WHERE organization_id = $1 AND customer_id = $2 AND remaining > 0 ORDER BY lots.expires_on`
	var rows []struct {
		ExpiresOn sql.NullTime `db:"expires_on"`
		Remaining int64        `db:"remaining"`
	}
	err := r.list(ctx, &rows, q, orgID.String(), customerID.String())
	out := make([]loyalty.Lot, len(rows))
	for i, l := range rows {
		out[i] = loyalty.Lot{ExpiresOn: l.ExpiresOn.Time.UTC(), Points: loyalty.Points(l.Remaining)}
	}
	return out, wrap("select lots", err)
}
