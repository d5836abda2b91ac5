package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"regulars/internal/loyalty"
)

// HoldConfig implements loyalty.CustomerWriter.
func (t *tx) HoldConfig(ctx context.Context, orgID loyalty.ID) (int64, error) {
	const q = `SELECT config_version FROM organizations WHERE id = $1 FOR SHARE`
	var version int64
	return version, notFound("hold configuration", "organization", t.get(ctx, &version, q, orgID.String()))
}

// AddCustomer implements loyalty.CustomerWriter. Of two that add the same
// phone number at once, the insert of the second waits for the first and then
// adds nothing.
func (t *tx) AddCustomer(ctx context.Context, a loyalty.NewAccount) (bool, error) {
	const q = `
		WITH added AS (
			INSERT INTO customers (organization_id, id, external_id, name, name_fold, email, phone, phone_e164, phone_digits,
				birth_date, marketing_opt_in, created_at, updated_at, referral_code)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::date, $11, $12, $12, $17)
			ON CONFLICT DO NOTHING RETURNING organization_id, id, created_at
		)
		SELECT enroll(organization_id, id, $13, $14, $15, created_at, $16::date) FROM added`
	n, err := t.exec(ctx, q, a.OrgID.String(), a.ID.String(), nullText(a.ExternalID), a.Name, a.NameFold, a.Email, a.Phone,
		nullText(a.PhoneE164), a.PhoneDigits, nullText(a.BirthDate), a.MarketingOptIn, a.CreatedAt, a.EnrollmentID.String(),
		nullID(a.ProgramID), nullID(a.TierID), a.Day.Format(time.DateOnly), a.ReferralCode)
	return n == 1, wrap("insert customer", err)
}

type newAccountDoc struct {
	ID             loyalty.ID `json:"id"`
	ExternalID     string     `json:"external_id"`
	Name           string     `json:"name"`
	NameFold       string     `json:"name_fold"`
	Email          string     `json:"email"`
	Phone          string     `json:"phone"`
	PhoneE164      *string    `json:"phone_e164"`
	PhoneDigits    string     `json:"phone_digits"`
	BirthDate      *string    `json:"birth_date"`
	MarketingOptIn bool       `json:"marketing_opt_in"`
	CreatedAt      time.Time  `json:"created_at"`
	EnrollmentID   loyalty.ID `json:"enrollment_id"`
	ProgramID      loyalty.ID `json:"program_id,omitzero"`
	TierID         loyalty.ID `json:"tier_id,omitzero"`
	Day            day        `json:"day"`
}

func newAccountDocOf(a loyalty.NewAccount) newAccountDoc {
	return newAccountDoc{
		ID: a.ID, ExternalID: a.ExternalID, Name: a.Name, NameFold: a.NameFold, Email: a.Email, Phone: a.Phone,
		PhoneE164: textOrNil(a.PhoneE164), PhoneDigits: a.PhoneDigits, BirthDate: textOrNil(a.BirthDate),
		MarketingOptIn: a.MarketingOptIn, CreatedAt: a.CreatedAt, EnrollmentID: a.EnrollmentID, ProgramID: a.ProgramID,
		TierID: a.TierID, Day: day(a.Day),
	}
}

// byExternalIDs finds customers by the restaurant's own ids; whoever was merged
// as whom that has become.
const byExternalIDs = `
	SELECT c.external_id, coalesce(e.merged_into, c.id) AS id FROM customers c
	JOIN enrollments e ON e.organization_id = c.organization_id AND e.customer_id = c.id
	WHERE c.organization_id = $1 AND c.external_id = ANY ($2)`

// AddCustomers implements loyalty.CustomerWriter.
func (t *tx) AddCustomers(ctx context.Context, orgID loyalty.ID, as []loyalty.NewAccount) (map[string]loyalty.ID, int, error) {
	const add = `
		WITH wanted AS (
			SELECT * FROM jsonb_to_recordset($2::jsonb) AS x (id uuid, external_id text, name text, name_fold text, email text,
				phone text, phone_e164 text, phone_digits text, birth_date date, marketing_opt_in boolean, created_at timestamptz,
				enrollment_id uuid, program_id uuid, tier_id uuid, day date)
		), added AS (
			INSERT INTO customers (organization_id, id, external_id, name, name_fold, email, phone, phone_e164, phone_digits,
				birth_date, marketing_opt_in, created_at, updated_at)
			SELECT $1, w.id, w.external_id, w.name, w.name_fold, w.email, w.phone, w.phone_e164, w.phone_digits, w.birth_date,
				w.marketing_opt_in, w.created_at, w.created_at
			FROM wanted w ORDER BY w.external_id
			ON CONFLICT DO NOTHING RETURNING id
		)
		SELECT enroll($1, w.id, w.enrollment_id, w.program_id, w.tier_id, w.created_at, w.day)
		FROM wanted w JOIN added a USING (id)`
	// A second statement, which sees what others have added meanwhile as well.
	docs, err := json.Marshal(each(as, newAccountDocOf))
	if err != nil {
		return nil, 0, fmt.Errorf("encode customers: %w", err)
	}
	added, err := t.exec(ctx, add, orgID.String(), string(docs))
	if err != nil {
		return nil, 0, wrap("insert customers", err)
	}
	var rows []struct {
		ExternalID string     `db:"external_id"`
		ID         loyalty.ID `db:"id"`
	}
	wanted := each(as, func(a loyalty.NewAccount) string { return a.ExternalID })
	if err := t.list(ctx, &rows, byExternalIDs, orgID.String(), pq.Array(wanted)); err != nil {
		return nil, 0, wrap("select customers", err)
	}
	ids := make(map[string]loyalty.ID, len(rows))
	for _, r := range rows {
		ids[r.ExternalID] = r.ID
	}
	return ids, int(added), nil
}

// SaveCustomer implements loyalty.CustomerWriter.
func (t *tx) SaveCustomer(ctx context.Context, c loyalty.Customer) error {
	const q = `
		UPDATE customers SET external_id = $3, name = $4, name_fold = $5, email = $6, phone = $7, phone_e164 = $8, phone_digits = $9,
			birth_date = $10::date, marketing_opt_in = $11, updated_at = $12, referral_code = $13
		WHERE organization_id = $1 AND id = $2`
	_, err := t.exec(ctx, q, c.OrgID.String(), c.ID.String(), nullText(c.ExternalID), c.Name, c.NameFold, c.Email, c.Phone,
		nullText(c.PhoneE164), c.PhoneDigits, nullText(c.BirthDate), c.MarketingOptIn, c.UpdatedAt, c.ReferralCode)
	return wrap("update customer", err)
}

// EraseCustomer implements loyalty.CustomerWriter.
func (t *tx) EraseCustomer(ctx context.Context, orgID, customerID loyalty.ID) error {
	const q = `SELECT erase_customer($1, $2)`
	if err := t.LockAccount(ctx, orgID, customerID); err != nil {
		return err
	}
	_, err := t.exec(ctx, q, orgID.String(), customerID.String())
	return wrap("erase customer", err)
}

// AnonymizeCustomer implements loyalty.CustomerWriter.
func (t *tx) AnonymizeCustomer(ctx context.Context, orgID, customerID loyalty.ID, at time.Time) (bool, error) {
	const q = `SELECT anonymize_customer($1, $2, $3, $4)`
	if err := t.LockAccount(ctx, orgID, customerID); err != nil {
		return false, err
	}
	// What was decided on the account while it had a name is decided anew.
	const changed = `UPDATE enrollments SET revision = revision + 1 WHERE organization_id = $1 AND customer_id = $2`
	var ok bool
	err := t.get(ctx, &ok, q, orgID.String(), customerID.String(), loyalty.AnonymousName, at)
	if err == nil && ok {
		_, err = t.exec(ctx, changed, orgID.String(), customerID.String())
	}
	return ok, wrap("anonymize customer", err)
}

// nullText is s as a parameter: NULL when empty.
func nullText(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func textOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
