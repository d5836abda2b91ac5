package service_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// Whatever is done to a sealed row, whoever does it, verify finds.
func TestAuditLogShowsTampering(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	db.Exec(t, `UPDATE customers SET created_at = '2026-01-01 12:00Z'`)
	past(t, db, s)
	system := loyalty.Actor{Role: loyalty.System, OrgID: org}
	rows := int(number(t, db, `SELECT count(*) FROM audit_log`))
	access := service.NewAccess(s.Core)
	sealed := make([]int, 2)
	var wg sync.WaitGroup
	for i := range sealed { // two servers at once
		wg.Go(func() {
			n, err := access.SealAudit(t.Context(), system)
			if err != nil {
				t.Error(err)
			}
			sealed[i] = n
		})
	}
	wg.Wait()
	if sealed[0]+sealed[1] != rows || rows < 4 {
		t.Fatalf("%v sealed of %d", sealed, rows)
	}
	if found := differing(t, s); found != nil {
		t.Fatalf("untouched: %v", found)
	}
	const save = `CREATE TABLE kept AS SELECT * FROM audit_log; CREATE TABLE kept_heads AS SELECT * FROM audit_heads`
	const restore = `DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM kept; DELETE FROM audit_heads; INSERT INTO audit_heads SELECT * FROM kept_heads`
	db.Exec(t, save)
	harms := []string{
		`DELETE FROM audit_log WHERE position = 2`,
		`DELETE FROM audit_log WHERE position = 1`,
		`DELETE FROM audit_log WHERE position = (SELECT max(position) FROM audit_log)`,
		`DELETE FROM audit_log`,
		`UPDATE audit_log SET position = -position WHERE position IN (2, 3); UPDATE audit_log SET position = 5 + position WHERE position < 0`,
		`UPDATE audit_log SET position = NULL, seal = NULL WHERE position = 3`,
		`UPDATE audit_log SET seal = NULL WHERE position = 3`,
		`UPDATE audit_heads SET position = position - 1`,
		`DELETE FROM audit_heads`,
		`INSERT INTO audit_log SELECT organization_id, customer_id, now(), NULL, NULL, 'owner', 'x', 'x', NULL, '{}', 99, '\x00' FROM enrollments`,
	}
	for _, change := range []string{
		`at = at + interval '1 microsecond'`, `staff_id = id`, `api_key_id = id`, `role = role || 'x'`, `action = action || 'x'`,
		`subject = subject || 'x'`, `object_id = id`, `detail = detail || '{"x": 1}'`, `id = gen_random_uuid()`, `seal = seal || '\x00'`,
	} {
		harms = append(harms, `UPDATE audit_log SET `+change+` WHERE position = 2`)
	}
	for _, harm := range harms {
		db.Exec(t, `SET session_replication_role = replica; `+harm+`; RESET session_replication_role`)
		if found := differing(t, s); !slices.Equal(found, []string{"audit"}) {
			t.Errorf("%s: %v", harm, found)
		}
		db.Exec(t, `SET session_replication_role = replica; `+restore+`; RESET session_replication_role`)
	}
	if found := differing(t, s); found != nil {
		t.Errorf("restored: %v", found)
	}
	// The plain way is barred to the schema's owner, too.
	for _, q := range []string{`DELETE FROM audit_log`, `UPDATE audit_log SET action = 'x'`, `TRUNCATE audit_log`} {
		if _, err := db.SQL.ExecContext(t.Context(), q); err == nil || !strings.Contains(err.Error(), "only grows") {
			t.Errorf("%s: %v", q, err)
		}
	}
}
