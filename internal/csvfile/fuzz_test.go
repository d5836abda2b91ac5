package csvfile_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"regulars/internal/csvfile"
)

// Whatever the file and in whatever parts it comes, its encoding is the same
// one, and in each encoding it can be read to its end, twice the same.
func FuzzFile(f *testing.F) {
	for _, file := range []string{
		"name,phone\nPeña,+51987654321\n", "\xef\xbb\xbfa;b\n", "\xff\xfea\x00;\x00", "\xfe\xff\x00a", "caf\xe9\t1", "\xff", "\xff\xfe\x00", "a\xc3", "\xf0\x9f\x8d", "\"a;b\n\",c|d", "",
	} {
		f.Add([]byte(file), 1)
	}
	f.Fuzz(func(t *testing.T, file []byte, part int) {
		var whole, parts csvfile.Scan
		whole.Write(file) //nolint:errcheck // it never fails
		part = max(1, part%16)
		for rest := file; len(rest) > 0; rest = rest[min(part, len(rest)):] {
			parts.Write(rest[:min(part, len(rest))]) //nolint:errcheck // it never fails
		}
		encoding := whole.Encoding()
		if parts.Encoding() != encoding || !csvfile.Known(encoding) {
			t.Errorf("%q is %s as a whole and %s in parts of %d", file, encoding, parts.Encoding(), part)
		}
		for _, name := range []string{encoding, csvfile.UTF8, csvfile.UTF16LE, csvfile.UTF16BE, csvfile.Windows1252} {
			text := csvfile.Decode(bytes.NewReader(file), name)
			first, err := io.ReadAll(text)
			if err != nil {
				t.Fatalf("%q in %s: %v", file, name, err)
			}
			if _, err := text.Seek(0, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			again, err := io.ReadAll(text)
			if err != nil || !bytes.Equal(first, again) {
				t.Errorf("%q in %s is %q, and %q again, %v", file, name, first, again, err)
			}
			if name == encoding && !utf8.Valid(first) {
				t.Errorf("%q is taken for %s and isn't UTF-8 then: %q", file, name, first)
			}
			if s := csvfile.Separator(string(first)); !strings.Contains(",;\t|", s) || len(s) != 1 {
				t.Errorf("%q has the separator %q", first, s)
			}
		}
	})
}

// A day, a time or a number that is read keeps its digits in their order, and
// nothing becomes one out of nothing.
func FuzzCells(f *testing.F) {
	for _, cell := range []string{"9/6/2019 16:30", "09.06.19", "2019-06-09T16:30:00Z", "4:30 PM", "12:05 a. m.", "-5:1", "1.234,50", "S/ 12,5", "-.5", "1,,234", "€", "T", "//", ""} {
		f.Add(cell)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		for _, order := range []string{csvfile.YearFirst, csvfile.DayFirst, csvfile.MonthFirst, ""} {
			day := csvfile.Day(cell, order)
			if again := csvfile.Day(day, order); again != day {
				t.Errorf("%q as %q is %q, and again %q", cell, order, day, again)
			}
		}
		_ = csvfile.Clock(cell) // that it comes back is all
		csvfile.DateOrder([]string{cell, cell})
		for _, decimal := range []string{".", ",", csvfile.Decimal([]string{cell})} {
			if n := csvfile.Number(cell, decimal); digits(n) != digits(cell) || strings.Count(n, "-") > strings.Count(cell, "-") {
				t.Errorf("%q with %q is read as %q", cell, decimal, n)
			}
		}
	})
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
