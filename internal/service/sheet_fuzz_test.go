package service

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"regulars/internal/csvfile"
	"regulars/internal/loyalty"
)

// Whatever the file, it is read to its end: as the command line reads it and as
// the page does that guesses how it was written. Each mistake has its line, and
// what is quoted of the file can be stored.
func FuzzSheet(f *testing.F) {
	for _, file := range []string{
		"name,phone\nMaría García,+51 987 654 321\n", "order_id;store;total;completed_at\n1;78;12,50;9/6/2019 4:30 PM\n",
		"order_id\tcustomer_id\tstore\ttotal\tcompleted_at\n1\tG1\t78\t5.20\t2019-06-09T16:30\n", "\"a\nb\",\"c\"\"d\"\n\"open", "a,b\n1,2,3\n\n,\n", "Nombre;Saldo\nAna;1.234\n",
		"\xff\xfea\x00", "name\n\xff\x00\n", "\n\n", "", "name,name\nx,y\n",
	} {
		f.Add([]byte(file), 0)
	}
	kinds := []loyalty.ImportKind{loyalty.ImportCustomers, loyalty.ImportBalances, loyalty.ImportOrders}
	f.Fuzz(func(t *testing.T, file []byte, n int) {
		kind := kinds[uint(n)%uint(len(kinds))]
		var scan csvfile.Scan
		scan.Write(file) //nolint:errcheck // it never fails
		start, err := io.ReadAll(csvfile.Decode(strings.NewReader(string(file)), scan.Encoding()))
		if err != nil {
			t.Fatal(err)
		}
		layout := guessLayout(kind, string(start), loyalty.DayFirst)
		for field, at := range layout.Columns {
			if at < 0 || at >= len(layout.Header) {
				t.Errorf("%s is said to stand in column %d of %d", field, at, len(layout.Header))
			}
		}
		var p loyalty.Problems
		layout.Encoding = scan.Encoding()
		checkLayout(&p, kind, layout)
		readThrough(t, file, nil)
		readThrough(t, start, &layout)
	})
}

func readThrough(t *testing.T, file []byte, layout *loyalty.ImportLayout) {
	t.Helper()
	lines := 2 + strings.Count(string(file), "\n") + strings.Count(string(file), "\r")
	s, err := openSheet(strings.NewReader(string(file)), layout, []string{"name"}, []string{"phone", "total", "birth_date"}, func(problem ImportProblem) {
		if problem.Line < 0 || problem.Line > lines || !utf8.ValidString(problem.Value) {
			t.Errorf("a mistake in line %d of %d: %q", problem.Line, lines, problem.Value)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.bad > 0 && layout == nil || s.csv == nil || s.columns == nil {
		return
	}
	for range lines {
		more, err := s.next()
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return
		}
		for field := range s.columns {
			_, _, _ = s.cell(field), s.number(field), s.day(field)
			s.add(field, "is looked at")
		}
	}
	if more, err := s.next(); more || err != nil {
		t.Errorf("more rows than lines, %v", err)
	}
}
