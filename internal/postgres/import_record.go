package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"regulars/internal/loyalty"
)

type importDocument struct {
	ID         loyalty.ID       `json:"id"`
	OrgID      loyalty.ID       `json:"organization_id"`
	Kind       string           `json:"kind"`
	State      string           `json:"state"`
	FileName   string           `json:"file_name"`
	FileSize   int64            `json:"file_size"`
	FileHash   []byte           `json:"hash"`
	Layout     importLayoutDoc  `json:"layout"`
	Figures    importFiguresDoc `json:"figures"`
	Failure    string           `json:"failure"`
	Done       int              `json:"done"`
	Total      int              `json:"total"`
	StaffID    loyalty.ID       `json:"staff_id"`
	UndoneBy   loyalty.ID       `json:"undone_by"`
	CreatedAt  time.Time        `json:"created_at"`
	ChangedAt  time.Time        `json:"changed_at"`
	FinishedAt time.Time        `json:"finished_at"`
}

// The fields of the two documents below are those of loyalty's, so that one
// converts to the other.

type importLayoutDoc struct {
	Encoding  string            `json:"encoding,omitempty"`
	Separator string            `json:"separator,omitempty"`
	Header    []string          `json:"header,omitempty"`
	Columns   map[string]int    `json:"columns,omitempty"`
	Dates     loyalty.DateOrder `json:"dates,omitempty"`
	Decimal   string            `json:"decimal,omitempty"`
	StoreID   loyalty.ID        `json:"store_id,omitzero"`
	SkipBad   bool              `json:"skip_bad,omitempty"`
}

type importFiguresDoc struct {
	Rows         int            `json:"rows,omitempty"`
	Problems     int            `json:"problems,omitempty"`
	Known        int            `json:"known,omitempty"`
	Guests       int            `json:"guests,omitempty"`
	Matched      int            `json:"matched,omitempty"`
	Orders       int            `json:"orders,omitempty"`
	Stores       int            `json:"stores,omitempty"`
	Sales        loyalty.Minor  `json:"sales,omitempty"`
	Points       loyalty.Points `json:"points,omitempty"`
	Expired      loyalty.Points `json:"expired,omitempty"`
	Worth        loyalty.Minor  `json:"worth,omitempty"`
	Currency     string         `json:"currency,omitempty"`
	Flagged      int            `json:"flagged,omitempty"`
	Unawarded    int            `json:"unawarded,omitempty"`
	NoProgram    bool           `json:"no_program,omitempty"`
	UndoneGuests int            `json:"undone_guests,omitempty"`
	UndoneOrders int            `json:"undone_orders,omitempty"`
	UndonePoints loyalty.Points `json:"undone_points,omitempty"`
	Kept         int            `json:"kept,omitempty"`
}

func (d importDocument) domain() loyalty.Import {
	return loyalty.Import{
		OrgID: d.OrgID, ID: d.ID, Kind: loyalty.ImportKind(d.Kind), State: loyalty.ImportState(d.State), FileName: d.FileName,
		FileSize: d.FileSize, FileHash: d.FileHash, Layout: loyalty.ImportLayout(d.Layout), Figures: loyalty.ImportFigures(d.Figures),
		Failure: d.Failure, Done: d.Done, Total: d.Total, StaffID: d.StaffID, UndoneBy: d.UndoneBy, CreatedAt: d.CreatedAt,
		ChangedAt: d.ChangedAt, FinishedAt: d.FinishedAt,
	}
}

// importColumns leaves held_until out, whose -infinity Go has no time for.
const importColumns = `
	SELECT jsonb_build_object('id', m.id, 'organization_id', m.organization_id, 'kind', m.kind, 'state', m.state, 'file_name', m.file_name,
		'file_size', m.file_size, 'hash', encode(m.file_hash, 'base64'), 'layout', m.layout, 'figures', m.figures, 'failure', m.failure,
		'done', m.done, 'total', m.total, 'staff_id', m.staff_id, 'undone_by', m.undone_by, 'created_at', m.created_at,
		'changed_at', m.changed_at, 'finished_at', m.finished_at)
	FROM imports m`

func (r reader) imports(ctx context.Context, what, q string, args ...any) ([]loyalty.Import, error) {
	var rows [][]byte
	if err := r.list(ctx, &rows, q, args...); err != nil {
		return nil, wrap(what, err)
	}
	docs, err := decodeDocs[importDocument](rows, "import")
	return each(docs, importDocument.domain), err
}

// Import implements loyalty.ImportReader.
func (r reader) Import(ctx context.Context, orgID, id loyalty.ID) (loyalty.Import, error) {
	return r.oneImport(ctx, importColumns+` WHERE m.organization_id = $1 AND m.id = $2`, orgID, id)
}

// LockImport implements loyalty.ImportWriter.
func (t *tx) LockImport(ctx context.Context, orgID, id loyalty.ID) (loyalty.Import, error) {
	return t.oneImport(ctx, importColumns+` WHERE m.organization_id = $1 AND m.id = $2 FOR NO KEY UPDATE`, orgID, id)
}

func (r reader) oneImport(ctx context.Context, q string, orgID, id loyalty.ID) (loyalty.Import, error) {
	var raw []byte
	if err := r.get(ctx, &raw, q, orgID.String(), id.String()); err != nil {
		return loyalty.Import{}, notFound("select import", "import", err)
	}
	doc, err := decodeDoc[importDocument](raw, "import")
	return doc.domain(), err
}

// Imports implements loyalty.ImportReader.
func (r reader) Imports(ctx context.Context, orgID loyalty.ID, page loyalty.Page) ([]loyalty.Import, int, error) {
	const list = importColumns + ` WHERE m.organization_id = $1 ORDER BY m.id DESC LIMIT $2 OFFSET $3`
	const count = `SELECT count(*) FROM (SELECT FROM imports m WHERE m.organization_id = $1 LIMIT $2) p`
	var rows [][]byte
	var total int
	if err := r.page(ctx, &rows, &total, list, count, []any{orgID.String()}, page); err != nil {
		return nil, 0, wrap("select imports", err)
	}
	docs, err := decodeDocs[importDocument](rows, "import")
	return each(docs, importDocument.domain), total, err
}

// ImportsNamed implements loyalty.ImportReader.
func (r reader) ImportsNamed(ctx context.Context, ids []loyalty.ID) ([]loyalty.Import, error) {
	return r.imports(ctx, "select imports", importColumns+` WHERE m.id = ANY ($1)`, idArray(ids))
}

// DueImports implements loyalty.ImportReader.
func (r reader) DueImports(ctx context.Context, now time.Time) ([]loyalty.Import, error) {
	const q = importColumns + ` WHERE m.state IN ('checking', 'running', 'undoing') AND m.held_until < $1 ORDER BY m.changed_at LIMIT 100`
	return r.imports(ctx, "select due imports", q, now)
}

// AddImport implements loyalty.ImportWriter.
func (t *tx) AddImport(ctx context.Context, m loyalty.Import) error {
	const q = `
		INSERT INTO imports (organization_id, id, kind, state, file_name, staff_id, created_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`
	_, err := t.exec(ctx, q, m.OrgID.String(), m.ID.String(), string(m.Kind), string(m.State), m.FileName, nullID(m.StaffID), m.CreatedAt)
	return wrap("insert import", err)
}

// SaveImport implements loyalty.ImportWriter. A change of state lets go of the
// import, so that whoever comes next can take it up at once.
func (t *tx) SaveImport(ctx context.Context, m loyalty.Import) error {
	const q = `
		UPDATE imports SET state = $3, file_size = $4, file_hash = $5, layout = $6, figures = $7, failure = $8, done = $9, total = $10,
			undone_by = $11, changed_at = $12, finished_at = $13, held_until = CASE WHEN state = $3 THEN held_until ELSE '-infinity' END
		WHERE organization_id = $1 AND id = $2`
	layout, err := json.Marshal(importLayoutDoc(m.Layout))
	if err != nil {
		return fmt.Errorf("encode layout: %w", err)
	}
	figures, err := json.Marshal(importFiguresDoc(m.Figures))
	if err != nil {
		return fmt.Errorf("encode figures: %w", err)
	}
	_, err = t.exec(ctx, q, m.OrgID.String(), m.ID.String(), string(m.State), m.FileSize, m.FileHash, string(layout), string(figures),
		m.Failure, m.Done, m.Total, nullID(m.UndoneBy), m.ChangedAt, nullTime(m.FinishedAt))
	return wrap("update import", err)
}

// HoldImport implements loyalty.ImportWriter.
func (t *tx) HoldImport(ctx context.Context, orgID, id loyalty.ID, now, until time.Time) (bool, error) {
	const q = `
		UPDATE imports SET held_until = $4
		WHERE organization_id = $1 AND id = $2 AND state IN ('checking', 'running', 'undoing') AND held_until < $3`
	n, err := t.exec(ctx, q, orgID.String(), id.String(), now, until)
	return n == 1, wrap("hold import", err)
}

// ReportImport implements loyalty.ImportWriter.
func (t *tx) ReportImport(ctx context.Context, orgID, id loyalty.ID, done, total int, until time.Time) error {
	const q = `UPDATE imports SET done = $3, total = $4, held_until = $5 WHERE organization_id = $1 AND id = $2`
	_, err := t.exec(ctx, q, orgID.String(), id.String(), done, total, until)
	return wrap("report import", err)
}

// AddImportPiece implements loyalty.ImportWriter.
func (t *tx) AddImportPiece(ctx context.Context, orgID, id loyalty.ID, n int, body []byte) error {
	const q = `
		INSERT INTO import_pieces (organization_id, import_id, n, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (organization_id, import_id, n) DO UPDATE SET body = excluded.body`
	_, err := t.exec(ctx, q, orgID.String(), id.String(), n, body)
	return wrap("insert piece of a file", err)
}

// ImportPiece implements loyalty.ImportReader.
func (r reader) ImportPiece(ctx context.Context, orgID, id loyalty.ID, n int) ([]byte, bool, error) {
	const q = `SELECT body FROM import_pieces WHERE organization_id = $1 AND import_id = $2 AND n = $3`
	var body []byte
	err := r.get(ctx, &body, q, orgID.String(), id.String(), n)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return body, err == nil, wrap("select piece of a file", err)
}

// DropImportFile implements loyalty.ImportWriter.
func (t *tx) DropImportFile(ctx context.Context, orgID, id loyalty.ID) error {
	const file = `DELETE FROM import_pieces WHERE organization_id = $1 AND import_id = $2`
	_, err := t.exec(ctx, file, orgID.String(), id.String())
	return errors.Join(wrap("drop file", err), t.ClearImportComplaints(ctx, orgID, id))
}

// DropImport implements loyalty.ImportWriter.
func (t *tx) DropImport(ctx context.Context, orgID, id loyalty.ID) error {
	const q = `DELETE FROM imports WHERE organization_id = $1 AND id = $2`
	_, err := t.exec(ctx, q, orgID.String(), id.String())
	return wrap("drop import", err)
}

// DropOldImports implements loyalty.ImportWriter.
func (t *tx) DropOldImports(ctx context.Context, before time.Time) error {
	const q = `DELETE FROM imports WHERE state IN ('receiving', 'mapping', 'checked') AND changed_at < $1`
	_, err := t.exec(ctx, q, before)
	return wrap("drop old imports", err)
}

type complaintDoc struct {
	N      int    `json:"n"`
	Line   int    `json:"line"`
	Field  string `json:"field"`
	Value  string `json:"value"`
	Format string `json:"format"`
	Args   []any  `json:"args"`
}

// AddImportComplaints implements loyalty.ImportWriter.
func (t *tx) AddImportComplaints(ctx context.Context, orgID, id loyalty.ID, first int, cs []loyalty.ImportComplaint) error {
	const q = `
		INSERT INTO import_problems (organization_id, import_id, n, line, field, value, format, args)
		SELECT $1, $2, x.n, x.line, x.field, x.value, x.format, coalesce(x.args, '[]')
		FROM jsonb_to_recordset($3) AS x (n bigint, line bigint, field text, value text, format text, args jsonb)`
	docs := make([]complaintDoc, len(cs))
	for i, c := range cs {
		docs[i] = complaintDoc{first + i, c.Line, c.Field, c.Value, c.Format, c.Args}
	}
	all, err := json.Marshal(docs)
	if err != nil {
		return fmt.Errorf("encode complaints: %w", err)
	}
	_, err = t.exec(ctx, q, orgID.String(), id.String(), string(all))
	return wrap("insert complaints", err)
}

// ClearImportComplaints implements loyalty.ImportWriter.
func (t *tx) ClearImportComplaints(ctx context.Context, orgID, id loyalty.ID) error {
	const q = `DELETE FROM import_problems WHERE organization_id = $1 AND import_id = $2`
	_, err := t.exec(ctx, q, orgID.String(), id.String())
	return wrap("drop complaints", err)
}

// ImportComplaints implements loyalty.ImportReader.
func (r reader) ImportComplaints(ctx context.Context, orgID, id loyalty.ID, skip, limit int) ([]loyalty.ImportComplaint, error) {
	const q = `
		SELECT to_jsonb(p) FROM import_problems p WHERE p.organization_id = $1 AND p.import_id = $2 AND p.n >= $3 ORDER BY p.n LIMIT $4`
	var rows [][]byte
	if err := r.list(ctx, &rows, q, orgID.String(), id.String(), skip, limit); err != nil {
		return nil, wrap("select complaints", err)
	}
	docs, err := decodeDocs[complaintDoc](rows, "complaint")
	return each(docs, func(d complaintDoc) loyalty.ImportComplaint {
		for i, a := range d.Args {
			if n, ok := a.(float64); ok {
				d.Args[i] = int64(n) // no complaint has another kind of number
			}
		}
		return loyalty.ImportComplaint{Line: d.Line, Value: d.Value, FieldError: loyalty.FieldError{
			Field: d.Field, Message: fmt.Sprintf(d.Format, d.Args...), Format: d.Format, Args: d.Args,
		}}
	}), err
}

// Guests implements loyalty.ImportReader.
func (r reader) Guests(ctx context.Context, orgID loyalty.ID, keys loyalty.GuestKeys) (loyalty.KnownGuests, error) {
	const q = `
		SELECT 'phone' AS kind, c.phone_e164 AS key, coalesce(e.merged_into, c.id) AS id FROM customers c JOIN enrollments e ON e.organization_id = $1 AND e.customer_id = c.id WHERE c.organization_id = $1 AND c.phone_e164 = ANY ($2)
		UNION ALL
		SELECT 'digits', c.phone_digits, coalesce(e.merged_into, c.id) FROM customers c JOIN enrollments e ON e.organization_id = $1 AND e.customer_id = c.id
		WHERE c.organization_id = $1 AND c.phone_e164 IS NULL AND c.phone_digits <> '' AND c.phone_digits = ANY ($3)
		UNION ALL
		SELECT 'ref', c.external_id, coalesce(e.merged_into, c.id) FROM customers c JOIN enrollments e ON e.organization_id = $1 AND e.customer_id = c.id WHERE c.organization_id = $1 AND c.external_id = ANY ($4)`
	var rows []struct {
		Kind string     `db:"kind"`
		Key  string     `db:"key"`
		ID   loyalty.ID `db:"id"`
	}
	err := r.list(ctx, &rows, q, orgID.String(), pq.Array(keys.Phones), pq.Array(keys.Digits), pq.Array(keys.Refs))
	if err != nil {
		return loyalty.KnownGuests{}, wrap("find guests", err)
	}
	found := loyalty.KnownGuests{ByPhone: map[string]loyalty.ID{}, ByDigits: map[string]loyalty.ID{}, ByRef: map[string]loyalty.ID{}}
	by := map[string]map[string]loyalty.ID{"phone": found.ByPhone, "digits": found.ByDigits, "ref": found.ByRef}
	for _, row := range rows {
		by[row.Kind][row.Key] = row.ID
	}
	return found, nil
}
