package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"regulars/internal/loyalty"
)

// mergeDoc is what merge_customers takes, and a merge's row.
type mergeDoc struct {
	ID              loyalty.ID      `json:"id"`
	SurvivorID      loyalty.ID      `json:"survivor_id"`
	SourceID        loyalty.ID      `json:"source_id"`
	At              time.Time       `json:"at"`
	Until           time.Time       `json:"until"`
	StaffID         loyalty.ID      `json:"staff_id,omitzero"`
	KeyID           loyalty.ID      `json:"api_key_id,omitzero"`
	Points          loyalty.Points  `json:"points"`
	Lifetime        loyalty.Points  `json:"lifetime"`
	Had             []lotDoc        `json:"had"`
	SurvivorBalance loyalty.Points  `json:"survivor_balance"`
	SurvivorTierID  loyalty.ID      `json:"survivor_tier_id,omitzero"`
	SourceProgramID loyalty.ID      `json:"source_program_id,omitzero"`
	SourceTierID    loyalty.ID      `json:"source_tier_id,omitzero"`
	ProgramID       loyalty.ID      `json:"program_id,omitzero"`
	ProgramVersion  int             `json:"program_version"`
	Details         json.RawMessage `json:"details"`
	Since           loyalty.Points  `json:"since,omitzero"`
	SinceLifetime   loyalty.Points  `json:"since_lifetime,omitzero"`
	Kept            *contactsDoc    `json:"kept,omitempty"`
	SourceName      string          `json:"source_name,omitzero"`
	SourceErased    bool            `json:"source_erased,omitzero"`
	StaffName       string          `json:"staff_name,omitzero"`
	transferDoc
}

// transferDoc is what move_points takes.
type transferDoc struct {
	Kind       string          `json:"kind,omitzero"`
	RowFrom    loyalty.ID      `json:"row_from,omitzero"`
	RowTo      loyalty.ID      `json:"row_to,omitzero"`
	ReasonFrom string          `json:"reason_from,omitzero"`
	ReasonTo   string          `json:"reason_to,omitzero"`
	Day        *day            `json:"day,omitzero"`
	From       transferSideDoc `json:"from,omitzero"`
	To         transferSideDoc `json:"to,omitzero"`
}

type transferSideDoc struct {
	Revision   int64      `json:"revision"`
	ProgramID  loyalty.ID `json:"program_id,omitzero"`
	TierID     loyalty.ID `json:"tier_id,omitzero"`
	MergedInto loyalty.ID `json:"merged_into,omitzero"`
	Lots       []lotDoc   `json:"lots"`
}

func transferDocOf(t loyalty.Handover) transferDoc {
	side := func(s loyalty.HandoverSide) transferSideDoc {
		return transferSideDoc{
			Revision: s.Revision, ProgramID: s.ProgramID, TierID: s.TierID, MergedInto: s.MergedInto, Lots: each(s.Lots, lotDocOf),
		}
	}
	on := day(t.Day)
	return transferDoc{
		Kind: string(t.Kind), RowFrom: t.From.RowID, RowTo: t.To.RowID, ReasonFrom: t.From.Reason, ReasonTo: t.To.Reason,
		Day: &on, From: side(t.From), To: side(t.To),
	}
}

// detailsDoc is what a merge keeps of both persons.
type detailsDoc struct {
	Survivor *contactsDoc `json:"survivor,omitempty"`
	Source   *contactsDoc `json:"source,omitempty"`
}

type contactsDoc struct {
	ExternalID     string `json:"external_id"`
	Name           string `json:"name"`
	NameFold       string `json:"name_fold"`
	Email          string `json:"email"`
	Phone          string `json:"phone"`
	PhoneE164      string `json:"phone_e164"`
	PhoneDigits    string `json:"phone_digits"`
	BirthDate      string `json:"birth_date"`
	MarketingOptIn bool   `json:"marketing_opt_in"`
	ReferralCode   string `json:"referral_code,omitempty"`
}

func contactsDocOf(c loyalty.Customer) *contactsDoc {
	return &contactsDoc{c.ExternalID, c.Name, c.NameFold, c.Email, c.Phone, c.PhoneE164, c.PhoneDigits, c.BirthDate, c.MarketingOptIn, c.ReferralCode}
}

func (d *contactsDoc) domain(orgID, id loyalty.ID) loyalty.Customer {
	if d == nil {
		return loyalty.Customer{}
	}
	return loyalty.Customer{
		OrgID: orgID, ID: id, ExternalID: d.ExternalID, Name: d.Name, NameFold: d.NameFold, Email: d.Email, Phone: d.Phone,
		PhoneE164: d.PhoneE164, PhoneDigits: d.PhoneDigits, BirthDate: d.BirthDate, MarketingOptIn: d.MarketingOptIn,
		ReferralCode: d.ReferralCode,
	}
}

func (d mergeDoc) domain(orgID loyalty.ID) (loyalty.Merge, error) {
	details, err := decodeDoc[detailsDoc](d.Details, "details of a merge")
	return loyalty.Merge{
		OrgID: orgID, ID: d.ID, SurvivorID: d.SurvivorID, SourceID: d.SourceID, At: d.At, Until: d.Until, StaffID: d.StaffID, KeyID: d.KeyID,
		Points: d.Points, Lifetime: d.Lifetime, SurvivorBalance: d.SurvivorBalance, SurvivorTierID: d.SurvivorTierID,
		SourceProgramID: d.SourceProgramID, SourceTierID: d.SourceTierID, ProgramID: d.ProgramID, ProgramVersion: d.ProgramVersion,
		Survivor: details.Survivor.domain(orgID, d.SurvivorID), Source: details.Source.domain(orgID, d.SourceID),
		Kept: d.Kept.domain(orgID, d.SourceID), Since: d.Since, SinceLifetime: d.SinceLifetime, SourceName: d.SourceName, SourceErased: d.SourceErased, StaffName: d.StaffName,
		Lots: each(d.Had, func(l lotDoc) loyalty.Lot { return loyalty.Lot{ExpiresOn: time.Time(l.ExpiresOn), Points: l.Points} }),
	}, err
}

const selectMerge = `
	SELECT to_jsonb(m) - '{lots,order_ids,redemption_ids,anomaly_ids,staff_ids,hold_ids,card_codes}'::text[] || jsonb_build_object('had', m.lots,
		'since', o.points - m.outside_points, 'since_lifetime', o.lifetime - m.outside_lifetime,
		'kept', to_jsonb(c), 'source_name', c.name, 'source_erased', c.anonymized_at IS NOT NULL, 'staff_name', coalesce(s.name, k.name, ''))
	FROM merges m
	JOIN customers c ON c.organization_id = m.organization_id AND c.id = m.source_id
	LEFT JOIN staff s ON s.organization_id = m.organization_id AND s.id = m.staff_id
	LEFT JOIN api_keys k ON k.organization_id = m.organization_id AND k.id = m.api_key_id
	CROSS JOIN LATERAL taken_outside(m.organization_id, ARRAY(SELECT merged_from(m.organization_id, m.source_id))) o
	WHERE m.organization_id = $1 AND m.undone_at IS NULL AND `

// Merges implements loyalty.MergeReader.
func (r reader) Merges(ctx context.Context, orgID, survivorID loyalty.ID) ([]loyalty.Merge, error) {
	const q = selectMerge + `m.survivor_id = $2 ORDER BY m.id DESC`
	docs, err := readDocs[mergeDoc](ctx, r, q, orgID.String(), survivorID.String())
	if err != nil {
		return nil, wrap("select merges", err)
	}
	out := make([]loyalty.Merge, len(docs))
	for i, d := range docs {
		if out[i], err = d.domain(orgID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// MergeOf implements loyalty.MergeReader.
func (r reader) MergeOf(ctx context.Context, orgID, sourceID loyalty.ID) (loyalty.Merge, error) {
	const q = selectMerge + `m.source_id = $2`
	var raw []byte
	if err := r.get(ctx, &raw, q, orgID.String(), sourceID.String()); err != nil {
		return loyalty.Merge{}, notFound("select merge", "merge", err)
	}
	doc, err := decodeDoc[mergeDoc](raw, "merge")
	if err != nil {
		return loyalty.Merge{}, err
	}
	return doc.domain(orgID)
}

// MergeCounts implements loyalty.MergeReader.
func (r reader) MergeCounts(ctx context.Context, orgID, sourceID loyalty.ID) (loyalty.MergeCounts, error) {
	const q = `
		SELECT e.seq AS transactions,
			(SELECT count(*) FROM orders o WHERE o.organization_id = $1 AND o.customer_id = $2) AS orders,
			(SELECT count(*) FROM redemptions d WHERE d.organization_id = $1 AND d.customer_id = $2) AS redemptions,
			(SELECT count(*) FROM redemptions d WHERE d.organization_id = $1 AND d.customer_id = $2 AND d.status IN ('issued', 'held')) AS waiting,
			(SELECT count(*) FROM anomalies a WHERE a.organization_id = $1 AND a.customer_id = $2 AND a.status = 'pending_review') AS cases
		FROM enrollments e WHERE e.organization_id = $1 AND e.customer_id = $2`
	var row struct {
		Transactions int `db:"transactions"`
		Orders       int `db:"orders"`
		Redemptions  int `db:"redemptions"`
		Waiting      int `db:"waiting"`
		Cases        int `db:"cases"`
	}
	err := r.get(ctx, &row, q, orgID.String(), sourceID.String())
	return loyalty.MergeCounts(row), notFound("count what is to be merged", "customer", err)
}

// LinkOf implements loyalty.MergeReader.
func (r reader) LinkOf(ctx context.Context, orgID, transactionID loyalty.ID) (loyalty.ID, error) {
	const q = `SELECT linked_id FROM transaction_links WHERE organization_id = $1 AND transaction_id = $2`
	var ids []loyalty.ID
	if err := r.list(ctx, &ids, q, orgID.String(), transactionID.String()); err != nil || len(ids) == 0 {
		return loyalty.ID{}, wrap("select linked row", err)
	}
	return ids[0], nil
}

const selectAccounts = `
	SELECT to_jsonb(e) AS doc, (
		SELECT coalesce(jsonb_agg(jsonb_build_object('expires_on', l.expires_on, 'points', l.remaining) ORDER BY l.expires_on), '[]')
		FROM lots l WHERE l.organization_id = e.organization_id AND l.customer_id = e.customer_id AND l.remaining > 0) AS lots
	FROM enrollments e WHERE e.organization_id = $1 AND e.customer_id = ANY ($2)`

// Accounts implements loyalty.MergeReader.
func (r reader) Accounts(ctx context.Context, orgID loyalty.ID, customerIDs ...loyalty.ID) (map[loyalty.ID]loyalty.Account, error) {
	var rows []struct {
		Doc  []byte `db:"doc"`
		Lots []byte `db:"lots"`
	}
	if err := r.list(ctx, &rows, selectAccounts, orgID.String(), idArray(customerIDs)); err != nil {
		return nil, wrap("select accounts", err)
	}
	out := make(map[loyalty.ID]loyalty.Account, len(rows))
	for _, row := range rows {
		a, err := decodeDoc[accountDoc](row.Doc, "account")
		if err != nil {
			return nil, err
		}
		lots, err := decodeDoc[[]lotDoc](row.Lots, "lots")
		if err != nil {
			return nil, err
		}
		out[a.CustomerID] = *snapshotDoc{Account: &a, Lots: lots}.domain(orgID).Account
	}
	for _, id := range customerIDs {
		if _, ok := out[id]; !ok {
			return nil, fmt.Errorf("select accounts: %w", loyalty.Missing("customer"))
		}
	}
	return out, nil
}

// LockAccounts implements loyalty.MergeWriter. The lots are read by a second
// statement, which sees what was written while this one waited.
func (t *tx) LockAccounts(ctx context.Context, orgID loyalty.ID, customerIDs ...loyalty.ID) (map[loyalty.ID]loyalty.Account, error) {
	const q = `SELECT FROM enrollments WHERE organization_id = $1 AND customer_id = ANY ($2) ORDER BY customer_id FOR NO KEY UPDATE`
	if _, err := t.exec(ctx, q, orgID.String(), idArray(customerIDs)); err != nil {
		return nil, wrap("lock accounts", err)
	}
	return t.Accounts(ctx, orgID, customerIDs...)
}

// LockMember implements loyalty.MergeWriter. While it waits for the lock the
// customer may be merged, so it looks again.
func (t *tx) LockMember(ctx context.Context, orgID, customerID loyalty.ID) (loyalty.Member, error) {
	for {
		m, _, err := t.Member(ctx, orgID, loyalty.CustomerKey{ID: customerID})
		if err != nil {
			return loyalty.Member{}, err
		}
		if err := t.LockAccount(ctx, orgID, m.ID); err != nil {
			return loyalty.Member{}, err
		}
		now, _, err := t.Member(ctx, orgID, loyalty.CustomerKey{ID: customerID})
		if err != nil || now.ID == m.ID {
			return now, err
		}
	}
}

// MergeCustomers implements loyalty.MergeWriter.
func (t *tx) MergeCustomers(ctx context.Context, m loyalty.Merge, by loyalty.Handover) error {
	const q = `SELECT merge_customers($1, $2, $3)`
	return t.transfer(ctx, q, m, by)
}

// UnmergeCustomers implements loyalty.MergeWriter.
func (t *tx) UnmergeCustomers(ctx context.Context, m loyalty.Merge, by loyalty.Handover) error {
	const q = `SELECT unmerge_customers($1, $2, $3)`
	return t.transfer(ctx, q, m, by)
}

func (t *tx) transfer(ctx context.Context, q string, m loyalty.Merge, by loyalty.Handover) error {
	details, err := json.Marshal(detailsDoc{contactsDocOf(m.Survivor), contactsDocOf(m.Source)})
	if err != nil {
		return fmt.Errorf("encode details of a merge: %w", err)
	}
	doc, err := json.Marshal(mergeDoc{
		ID: m.ID, SurvivorID: m.SurvivorID, SourceID: m.SourceID, At: by.At, Until: m.Until, StaffID: by.StaffID, KeyID: by.KeyID,
		Points: by.Points, Lifetime: by.Lifetime, Had: each(m.Lots, lotDocOf), SurvivorBalance: m.SurvivorBalance,
		SurvivorTierID: m.SurvivorTierID, SourceProgramID: m.SourceProgramID, SourceTierID: m.SourceTierID, ProgramID: m.ProgramID,
		ProgramVersion: m.ProgramVersion, Details: details, transferDoc: transferDocOf(by),
	})
	if err != nil {
		return fmt.Errorf("encode merge: %w", err)
	}
	_, err = t.exec(ctx, q, m.OrgID.String(), by.Config, string(doc))
	return wrap("merge customers", err)
}

// LinkRows implements loyalty.MergeWriter.
func (t *tx) LinkRows(ctx context.Context, orgID, one, other loyalty.ID, kind loyalty.LinkKind) error {
	const q = `SELECT link_rows($1, $2, $3, $4)`
	_, err := t.exec(ctx, q, orgID.String(), one.String(), other.String(), string(kind))
	return wrap("link transactions", err)
}

// ForgetMerges implements loyalty.MergeWriter.
func (t *tx) ForgetMerges(ctx context.Context, before time.Time) (int, error) {
	const q = `SELECT forget_merges($1)`
	var n int
	err := t.get(ctx, &n, q, before)
	return n, wrap("forget merges", err)
}
