package postgres

import (
	"context"
	"slices"
	"strings"

	"github.com/lib/pq"

	"regulars/internal/loyalty"
)

// SearchMembers implements loyalty.CustomerReader.
func (r reader) SearchMembers(ctx context.Context, orgID loyalty.ID, s loyalty.CustomerSearch, page loyalty.Page) ([]loyalty.Member, int, error) {
	const found = `
		SELECT ids, total FROM search_customers($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	const list = `
		SELECT` + memberColumns + `
		FROM unnest($2::uuid[]) WITH ORDINALITY AS p (id, n)
		JOIN customers c ON c.organization_id = $1 AND c.id = p.id` + memberJoins + `
		ORDER BY p.n`
	if s.E164 != "" && len(s.Digits) > 0 && page.Number == 1 {
		if m, err := r.onlyMember(ctx, orgID, s); err != nil || m != nil {
			return m, len(m), err
		}
	}
	digits := append([]string{}, s.Digits...) // a nil slice would be NULL
	tail := backwards(s.Tail)
	var hits struct {
		IDs   pq.StringArray `db:"ids"`
		Total int            `db:"total"`
	}
	err := r.get(ctx, &hits, found, orgID.String(), s.E164, s.Name, after(s.Name), pq.Array(digits),
		pq.Array(each(digits, afterDigits)), tail, afterDigits(tail), pq.Array(each(s.Parts, likePart)),
		loyalty.SearchStarts, loyalty.SearchInner, page.Skip(), page.Size)
	if err != nil || len(hits.IDs) == 0 {
		return nil, hits.Total, wrap("search customers", err)
	}
	var rows []memberRow
	err = r.list(ctx, &rows, list, orgID.String(), hits.IDs)
	return each(rows, memberRow.domain), hits.Total, wrap("select customers", err)
}

// onlyMember is the customer with exactly the phone number looked for, unless
// the search has others to list as well: what a till asks all day, in a single
// statement whose plans are kept. Otherwise it is nil, and so it is of one who
// was merged, whom the search finds as whom that has become.
func (r reader) onlyMember(ctx context.Context, orgID loyalty.ID, s loyalty.CustomerSearch) ([]loyalty.Member, error) {
	const q = `
		SELECT` + memberColumns + `
		FROM customers c` + memberJoins + `
		WHERE c.organization_id = $1 AND c.phone_e164 = $2 AND e.merged_into IS NULL AND only_with_number($1, c.id, $3, $4, $5, $6, $7, $8)`
	first, second, tail := s.Digits[0], s.Digits[len(s.Digits)-1], backwards(s.Tail)
	var rows []memberRow
	err := r.list(ctx, &rows, q, orgID.String(), s.E164, first, afterDigits(first), second, afterDigits(second), tail, afterDigits(tail))
	if err != nil || len(rows) == 0 {
		return nil, wrap("select the customer with the phone number", err)
	}
	return each(rows, memberRow.domain), nil
}

// SoleMember implements loyalty.CustomerReader. Of the numbers that begin so
// two are looked at, and no more are expected: for thousands PostgreSQL would
// plan anew each time.
func (r reader) SoleMember(ctx context.Context, orgID loyalty.ID, e164 string) (*loyalty.Member, error) {
	const q = `
		SELECT` + memberColumns + `, e.merged_into IS NOT NULL AS is_merged
		FROM (
			SELECT * FROM customers o WHERE o.organization_id = $1 AND o.phone_digits <> '' AND o.phone_digits >= $2 AND o.phone_digits < $3
			LIMIT 2
		) c` + memberJoins
	digits := strings.TrimPrefix(e164, "+")
	var rows []struct {
		memberRow
		Merged bool `db:"is_merged"`
	}
	err := r.list(ctx, &rows, q, orgID.String(), digits, afterDigits(digits))
	if err != nil || len(rows) != 1 || rows[0].Merged || rows[0].PhoneE164.String != e164 {
		return nil, wrap("select the customer with the phone number", err)
	}
	m := rows[0].domain()
	return &m, nil
}

// after is beyond every text that starts with s, in byte order.
func after(s string) string { return s + "\U0010FFFF" }

// afterDigits is beyond all digits that start with s; ':' follows '9'.
func afterDigits(s string) string { return s + ":" }

func backwards(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

var likeEscapes = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// likePart is the pattern for a part that may lie anywhere.
func likePart(s string) string { return "%" + likeEscapes.Replace(s) + "%" }
