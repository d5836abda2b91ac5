package service_test

import (
	"fmt"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// compare runs the background job that looks for duplicates.
func (f fixture) compare(t *testing.T) int {
	t.Helper()
	n, err := f.Customers.FindDuplicates(t.Context(), loyalty.Actor{Role: loyalty.System, OrgID: owner.OrgID})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// alike are the pairs to look at, as names and why.
func (f fixture) alike(t *testing.T, apart bool) []string {
	t.Helper()
	found, total, err := f.Customers.Duplicates(t.Context(), owner, apart, loyalty.Page{Number: 1, Size: 10})
	if err != nil || total != len(found) {
		t.Fatalf("%d of %d, %v", len(found), total, err)
	}
	var out []string
	for _, d := range found {
		out = append(out, d.One.Name+", "+d.Other.Name+": "+string(d.Why))
	}
	return out
}

func same(t *testing.T, when string, got []string, want ...string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: %q, want %q", when, got, want)
	}
}

// Who looks like one person is found once the job has run, and goes from the
// list when the details say otherwise, when merged, and when told apart.
func TestLikelyDuplicates(t *testing.T) {
	t.Parallel()
	_, s, clock, one, _ := twice(t)
	f := fixture{s}
	f.compare(t)
	same(t, "two birthdays", f.alike(t, false))

	ana := create(t, s, service.CreateCustomer{Name: "Ana Torres", Email: "ana@example.com", Phone: "+51911222333"}).ID
	other := create(t, s, service.CreateCustomer{Name: "A. Torres", Email: "Ana@example.com"}).ID
	third := create(t, s, service.CreateCustomer{Name: "María García Ríos", BirthDate: maria.BirthDate}).ID
	if n := f.compare(t); n < 3 {
		t.Errorf("%d compared, want the three new ones", n)
	}
	same(t, "found", f.alike(t, false), "Ana Torres, A. Torres: email", "María García, María García Ríos: birth_date")
	of, err := s.Customers.DuplicatesOf(t.Context(), owner, third)
	if err != nil || len(of) != 1 || of[0].Other.ID != one {
		t.Errorf("the third's: %+v, %v", of, err)
	}

	// Another address, and they aren't alike any more.
	clock.Add(time.Hour)
	email := "andres@example.com"
	if _, err := s.Customers.Update(t.Context(), owner, service.UpdateCustomer{ID: other, Email: &email}); err != nil {
		t.Fatal(err)
	}
	f.compare(t)
	same(t, "another address", f.alike(t, false), "María García, María García Ríos: birth_date")

	apart := service.TellApart{ID: third, OtherID: one}
	if _, err := s.Customers.TellApart(t.Context(), owner, apart); err != nil {
		t.Fatal(err)
	}
	clock.Add(time.Hour)
	phone := "+51900111333"
	if _, err := s.Customers.Update(t.Context(), owner, service.UpdateCustomer{ID: third, Phone: &phone}); err != nil {
		t.Fatal(err)
	}
	f.compare(t)
	same(t, "told apart", f.alike(t, false))
	same(t, "kept as apart", f.alike(t, true), "María García, María García Ríos: birth_date")
	apart.Alike = true
	if _, err := s.Customers.TellApart(t.Context(), owner, apart); err != nil {
		t.Fatal(err)
	}
	same(t, "taken back", f.alike(t, false), "María García, María García Ríos: birth_date")
	f.merge(t, one, third)
	same(t, "merged", f.alike(t, false))
	if _, err := s.Customers.TellApart(t.Context(), owner, service.TellApart{ID: ana, OtherID: one}); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("a pair that is none: %v", err)
	}
}

// A customer takes the pairs along.
func TestDuplicatesGoWithTheCustomer(t *testing.T) {
	t.Parallel()
	db, s, _, one, _ := twice(t)
	f := fixture{s}
	twin := create(t, s, service.CreateCustomer{Name: "Maria Garcia", BirthDate: maria.BirthDate}).ID
	f.compare(t)
	same(t, "before", f.alike(t, false), "María García, Maria Garcia: birth_date")
	if err := s.Customers.Delete(t.Context(), owner, twin); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := db.SQL.QueryRowContext(t.Context(), `SELECT count(*) FROM likely_duplicates WHERE first_id = $1 OR second_id = $1`, one.String()).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d pairs left, %v", left, err)
	}
}

// Nobody is passed over, however many change at one instant, and nobody who may
// not merge sees who is alike.
func TestDuplicatesOfMany(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	f := fixture{s}
	db.Exec(t, fmt.Sprintf(`
		INSERT INTO customers (organization_id, id, name, name_fold, search, email, created_at, updated_at)
		SELECT '%s', ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Guest ' || n, 'guest ' || n, '', 'g' || n / 2 || '@example.com', now(), '2026-01-01'
		FROM generate_series(2, 901) n;
		INSERT INTO enrollments (organization_id, customer_id, id, since) SELECT organization_id, id, id, created_at FROM customers c WHERE c.name LIKE 'Guest %%'`, org))
	f.compare(t)
	n, err := s.Customers.CountDuplicates(t.Context(), owner, 1000)
	if err != nil || n != 450 {
		t.Errorf("%d pairs, want 450, %v", n, err)
	}
	if again := f.compare(t); again >= 900 {
		t.Errorf("%d compared again", again)
	}
	cashier := loyalty.Actor{Role: loyalty.Cashier, OrgID: owner.OrgID}
	if _, _, err := s.Customers.Duplicates(t.Context(), cashier, false, loyalty.Page{Number: 1, Size: 10}); loyalty.KindOf(err) != loyalty.Forbidden {
		t.Errorf("a cashier: %v", err)
	}
	if n, err := s.Customers.CountDuplicates(t.Context(), cashier, 10); n != 0 || err != nil {
		t.Errorf("a cashier counts %d, %v", n, err)
	}
}
