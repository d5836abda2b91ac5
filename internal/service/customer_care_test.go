package service_test

import (
	"fmt"
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

// traces names every table that still has something of the person in it.
func traces(t *testing.T, db *pgtest.DB, of ...string) []string {
	t.Helper()
	rows, err := db.SQL.QueryContext(t.Context(), `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // Err below
	var tables, found []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		for _, text := range of {
			var n int
			// Bytes print in hexadecimal.
			q := fmt.Sprintf(`SELECT count(*) FROM %s x WHERE x::text ILIKE '%%' || $1 || '%%' OR x::text ILIKE '%%' || encode(convert_to($1, 'UTF8'), 'hex') || '%%'`, table)
			if err := db.SQL.QueryRowContext(t.Context(), q, text).Scan(&n); err != nil {
				t.Fatal(err)
			}
			if n > 0 {
				found = append(found, table+" has "+text)
			}
		}
	}
	return found
}

var person = []string{"María", "maria", "García", "garcia", "987654321", "1990-05-15", "crm-1", "peanut"}

// remembered is María with a past: an answer kept for a key, an order, a
// redemption with a remark.
func remembered(t *testing.T, db *pgtest.DB, s *service.Services) loyalty.ID {
	t.Helper()
	cmd := maria
	cmd.ExternalID = "crm-1"
	cmd.Once = loyalty.Once{Key: "k", Fingerprint: []byte("f"), Answer: func(result any) (loyalty.Answer, error) {
		m := result.(service.CustomerResult) //nolint:errcheck // Create's result
		return loyalty.Answer{Status: 201, Body: []byte(fmt.Sprintf(`{"id":%q,"name":%q,"phone":%q}`, m.ID, m.Name, m.Phone))}, nil
	}}
	m := create(t, s, cmd)
	ref := service.CustomerRef{ID: m.ID}
	if _, err := s.Ledger.Submit(t.Context(), owner, service.SubmitOrder{StoreID: store, ExternalID: "1", Customer: ref, Total: 5000, Status: loyalty.OrderCompleted}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ledger.Redeem(t.Context(), owner, service.RedeemReward{Customer: ref, RewardID: coffee, Metadata: []byte(`{"allergy":"peanut"}`)}); err != nil {
		t.Fatal(err)
	}
	db.Exec(t, `UPDATE staff SET customer_id = $1`, m.ID.String())
	if found := traces(t, db, person...); len(found) < 5 {
		t.Fatalf("only %v before, so finding nothing after would prove nothing", found)
	}
	return m.ID
}

func TestDeleteLeavesNoTrace(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	who := remembered(t, db, s)
	if err := s.Customers.Delete(t.Context(), till, who); loyalty.CodeOf(err) != loyalty.CodeForbidden {
		t.Errorf("as a cashier: %v", err)
	}
	if err := s.Customers.Delete(t.Context(), owner, who); err != nil {
		t.Fatal(err)
	}
	if found := traces(t, db, person...); len(found) > 0 {
		t.Errorf("left behind: %v", found)
	}
	if err := s.Customers.Delete(t.Context(), owner, who); loyalty.CodeOf(err) != loyalty.CodeNotFound {
		t.Errorf("a second time: %v", err)
	}
	var actions int
	if err := db.SQL.QueryRowContext(t.Context(), `SELECT count(*) FROM audit_log WHERE action = 'customer.delete' AND object_id = $1`, who.String()).Scan(&actions); err != nil || actions != 1 {
		t.Errorf("%d entries in the audit log, %v", actions, err)
	}
}

func TestAnonymizeKeepsTheLedger(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	who := remembered(t, db, s)
	give := func(to loyalty.ID) error {
		_, err := s.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: to}, Points: 50, Reason: "Welcome"})
		return err
	}
	// What one award hands on to the next must not outlive the name.
	if err := give(who); err != nil {
		t.Fatal(err)
	}
	m, err := s.Customers.Anonymize(t.Context(), owner, service.AnonymizeCustomer{ID: who})
	if err != nil || m.Name != "Anonymous" || m.AnonymizedAt.IsZero() || m.Enrollment.Balance != 450 {
		t.Fatalf("anonymized %+v, %v", m, err)
	}
	if found := traces(t, db, person...); len(found) > 0 {
		t.Errorf("left behind: %v", found)
	}
	if _, total, err := s.Customers.Transactions(t.Context(), owner, service.CustomerRef{ID: who}, "", loyalty.Page{Number: 1, Size: 20}); total != 3 || err != nil {
		t.Errorf("%d transactions, %v", total, err)
	}
	if _, err := s.Customers.Anonymize(t.Context(), owner, service.AnonymizeCustomer{ID: who}); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("a second time: %v", err)
	}
	if err := give(who); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("given points: %v", err)
	}
	name := "María"
	if _, err := s.Customers.Update(t.Context(), owner, service.UpdateCustomer{ID: who, Name: &name}); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("given a name again: %v", err)
	}
	page, err := s.Customers.List(t.Context(), owner, "anonymous", loyalty.Page{Number: 1, Size: 20})
	if err != nil || page.Total != 0 {
		t.Errorf("found by search: %+v, %v", page, err)
	}
	// The number is free for whoever has it now.
	if again := create(t, s, maria); !again.Created {
		t.Error("the number still leads to the forgotten customer")
	}
	if err := give(create(t, s, service.CreateCustomer{Name: loyalty.AnonymousName, Phone: "+51900111222"}).ID); err != nil {
		t.Errorf("points for one who is called so: %v", err)
	}
}

func TestExportHoldsEverything(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	who := remembered(t, db, s)
	e, err := s.Customers.Export(t.Context(), owner, who)
	if err != nil || len(e.Transactions) != 2 || len(e.Orders) != 1 || len(e.Redemptions) != 1 || e.Email != "maria@example.com" {
		t.Errorf("export %+v, %v", e, err)
	}
	if e.Transactions[0].Type != loyalty.Earn || string(e.Redemptions[0].Metadata) != `{"allergy": "peanut"}` {
		t.Errorf("first %+v, metadata %s", e.Transactions[0], e.Redemptions[0].Metadata)
	}
}
