package service_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

const guestList = "name,phone,external_id,email,birth_date,points_balance,lifetime_points\n" +
	"María García,+51 987 654 321,M1,maria@example.com,1990-02-28,150,2100\n" +
	"Ana Peña,+51 987 654 322,,,,80,\n" +
	"Luis Ríos,,L1,,,,600\n" +
	"Eva Díaz,,E1,,,,\n"

func TestImportCustomers(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	run := func(file string, dry bool) service.CustomersImported {
		t.Helper()
		r, err := s.Imports.Customers(t.Context(), program, service.ImportCustomers{File: strings.NewReader(file), DryRun: dry, Problem: func(p service.ImportProblem) {
			t.Errorf("line %d: %s %s", p.Line, p.Field, p.Message)
		}})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := run(guestList, true); r.Rows != 4 || number(t, db, `SELECT count(*) FROM customers`) != 1 {
		t.Errorf("dry run: %+v", r)
	}
	if r := run(guestList, false); r.Added != 4 || r.Known != 0 || r.Balance != 830 {
		t.Errorf("first: %+v", r)
	}
	if r := run(guestList+"Ana Again,987654322,,,,999,\n", false); r.Added != 1 || r.Known != 4 {
		t.Errorf("again: %+v; the last number is no Peruvian one in New York, so a new guest's", r)
	}
	for phone, want := range map[string]struct {
		balance, lifetime loyalty.Points
		tier              string
		rows              int64
	}{
		"+51987654321": {150, 2100, "Gold", 2}, "+51987654322": {80, 0, "Bronze", 1},
	} {
		m, err := s.Customers.ByPhone(t.Context(), program, phone)
		if err != nil {
			t.Fatal(err)
		}
		e := m.Enrollment
		if e.Balance != want.balance || e.Lifetime != want.lifetime || m.TierName != want.tier || e.Seq != want.rows {
			t.Errorf("%s: balance %d, lifetime %d, %s, %d rows", m.Name, e.Balance, e.Lifetime, m.TierName, e.Seq)
		}
	}
	if n := number(t, db, `SELECT count(*) FROM transactions WHERE reason <> 'Opening balance'`); n != 0 {
		t.Errorf("%d rows are called something else", n)
	}
	if n := number(t, db, `SELECT (SELECT sum(balance) FROM enrollments) - (SELECT sum(remaining) FROM lots)`); n != 0 {
		t.Errorf("balances and lots are %d apart", n)
	}
}

func TestImportCustomersNamesEveryBadRow(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	file := "name,phone,external_id,points_balance,birth_date\n" +
		",,A1,,\n" +
		"Ada,,,,\n" +
		"Ada,12,A2,-5,1.2.1990\n" +
		"Ada,+51 987 654 321,A3,5,\n" +
		"Ada,+51 987 654 321,A3,5,\n" + // the same once more
		"Eve,+51987654321,A4,5,\n"
	var got []string
	_, err := s.Imports.Customers(t.Context(), program, service.ImportCustomers{File: strings.NewReader(file), Problem: func(p service.ImportProblem) {
		got = append(got, fmt.Sprintf("%d %s %s", p.Line, p.Field, p.Message))
	}})
	want := []string{
		"2 name is required", "3 external_id is missing, and so is the phone", "4 birth_date must be a day", "4 points_balance must be a whole number",
		"7 phone is on line 5 as well",
	}
	if loyalty.KindOf(err) != loyalty.Invalid || !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("%v, named:\n%s", err, strings.Join(got, "\n"))
	}
	if n := number(t, db, `SELECT count(*) FROM customers`); n != 1 {
		t.Errorf("a bad file left %d customers", n)
	}
}

// A cell that somebody has broken into lines is one name all the same.
func TestImportPutsANameOnOneLine(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	const file = "name,phone,external_id\n\"María\nGarcía\",+51 987 654 321,M1\n\"Ana\tPeña\r\n\",,A1\n"
	r, err := s.Imports.Customers(t.Context(), program, service.ImportCustomers{File: strings.NewReader(file), Problem: func(p service.ImportProblem) {
		t.Errorf("line %d: %s %s", p.Line, p.Field, p.Message)
	}})
	if err != nil || r.Added != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	if n := number(t, db, `SELECT count(*) FROM customers WHERE name IN ('María García', 'Ana Peña')`); n != 2 {
		t.Errorf("%d of 2 are called what they are", n)
	}
}
