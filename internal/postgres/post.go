package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"regulars/internal/loyalty"
)

// Post implements loyalty.Repository. It takes a connection for itself: the
// pool sends a statement again when the connection ends before the answer
// comes, and by then the first may have been written.
func (d *DB) Post(ctx context.Context, p loyalty.Posting) error {
	const q = `SELECT ledger_post($1, $2)`
	doc, err := encodePosting(p)
	if err != nil {
		return err
	}
	c, err := d.pool.Connx(ctx)
	if err != nil {
		return wrap("post", err)
	}
	defer c.Close() //nolint:errcheck // gives the connection back; what matters is in the answer
	_, err = c.ExecContext(ctx, q, p.OrgID.String(), string(doc))
	return postError(err)
}

// PostAll implements loyalty.LedgerWriter.
func (t *tx) PostAll(ctx context.Context, ps []loyalty.Posting) error {
	const q = `SELECT ledger_post($1, x.value) FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS x (value, n) ORDER BY x.n`
	if len(ps) == 0 {
		return nil
	}
	docs := make([]json.RawMessage, len(ps))
	for i, p := range ps {
		doc, err := encodePosting(p)
		if err != nil {
			return err
		}
		docs[i] = doc
	}
	all, err := json.Marshal(docs)
	if err != nil {
		return fmt.Errorf("encode postings: %w", err)
	}
	_, err = t.exec(ctx, q, ps[0].OrgID.String(), string(all))
	return postError(err)
}
