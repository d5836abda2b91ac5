package service

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"regulars/internal/csvfile"
	"regulars/internal/loyalty"
)

// ImportProblem is a mistake in a file that was to be imported.
type ImportProblem struct {
	Line  int    // from 1, the header's; 0 for the file as a whole
	Value string // what stands there; "" where that doesn't help
	loyalty.FieldError
}

// maxRow is how long a row may be, in bytes: longer, and a quotation mark was
// left open.
const maxRow = 1 << 20

// sheet reads a file of comma-separated values with a header, row by row. It
// also takes semicolons and tabs, which spreadsheets write in many countries.
type sheet struct {
	csv     *csv.Reader
	budget  *budget
	columns map[string]int // place of each column of the header
	width   int
	line    int
	record  []string
	layout  *loyalty.ImportLayout
	problem func(ImportProblem)
	bad     int // how many problems were found
	badRows int // in how many rows
	lastBad int // the line of the last of them
}

// budget refuses a row that would not fit into memory.
type budget struct {
	r    io.Reader
	left int
}

var errRowTooLong = errors.New("the row is too long")

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errRowTooLong
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// openSheet reads the header. Without a layout its names must be among required
// and optional, in any order, and the required ones all there; with one, the
// columns are where it says. What is not so is a problem.
func openSheet(file io.Reader, layout *loyalty.ImportLayout, required, optional []string, problem func(ImportProblem)) (*sheet, error) {
	s := &sheet{columns: map[string]int{}, layout: layout, problem: problem, line: 1}
	in := bufio.NewReaderSize(file, 64<<10)
	start, err := in.Peek(4 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read file: %w", err)
	}
	switch {
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		s.add("", "the file is UTF-16; save it as CSV in UTF-8")
		return s, nil
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		start = start[3:]
		_, _ = in.Discard(3) // they were peeked at, so they are there
	}
	s.budget = &budget{r: in, left: maxRow}
	s.csv = csv.NewReader(s.budget)
	s.csv.Comma = separator(start)
	if layout != nil && layout.Separator != "" {
		s.csv.Comma, _ = utf8.DecodeRuneInString(layout.Separator)
	}
	s.csv.FieldsPerRecord = -1
	s.csv.ReuseRecord = true
	if !s.read() {
		s.add("", "the file is empty; its first line must name the columns %s", strings.Join(required, ", "))
		return s, nil
	}
	if layout != nil {
		s.width, s.columns = len(s.record), layout.Columns
		return s, nil
	}
	s.header(required, optional)
	return s, nil
}

// separator is the character between the names of the header.
func separator(start []byte) rune {
	header, _, _ := bytes.Cut(start, []byte("\n"))
	for _, c := range []rune{';', '\t'} {
		if bytes.ContainsRune(header, c) && !bytes.ContainsRune(header, ',') {
			return c
		}
	}
	return ','
}

func (s *sheet) header(required, optional []string) {
	s.width = len(s.record)
	for i, name := range s.record {
		name = strings.ToLower(strings.TrimSpace(name))
		_, twice := s.columns[name]
		switch {
		case !slices.Contains(required, name) && !slices.Contains(optional, name):
			s.add(name, "is not a column of this import; the columns are %s", strings.Join(append(required[:len(required):len(required)], optional...), ", "))
		case twice:
			s.add(name, "is there twice")
		}
		s.columns[name] = i
	}
	for _, name := range required {
		if _, ok := s.columns[name]; !ok {
			s.add(name, "is missing: the first line must name this column")
		}
	}
}

// add records a problem with the row at hand.
func (s *sheet) add(field, format string, args ...any) {
	var p loyalty.Problems
	p.Add(field, format, args...)
	s.report(s.line, &p)
}

// report passes the problems of a line on.
func (s *sheet) report(line int, p *loyalty.Problems) { s.reportAs(line, "", p) }

// reportAs is report for a line that may have passed, of which value is known.
func (s *sheet) reportAs(line int, value string, p *loyalty.Problems) {
	if e, ok := errors.AsType[*loyalty.Error](p.Err()); ok {
		for _, f := range e.Fields {
			s.bad++
			f.Field = column(f.Field)
			if value == "" {
				value = s.quoted(line, f.Field)
			}
			s.problem(ImportProblem{Line: line, Value: value, FieldError: f})
			value = ""
		}
		if line != s.lastBad {
			s.badRows++
			s.lastBad = line
		}
	}
}

// longestQuote is how much of a value a complaint shows, in characters.
const longestQuote = 60

// quoted is what stands in the column of the line, if that is the one at hand.
func (s *sheet) quoted(line int, column string) string {
	if line != s.line {
		return ""
	}
	value := []rune(strings.ToValidUTF8(s.cell(column), "�"))
	if len(value) > longestQuote {
		return string(value[:longestQuote]) + "…"
	}
	return string(value)
}

// number is the cell as a number that programs read.
func (s *sheet) number(column string) string {
	if s.layout == nil || s.layout.Decimal == "" {
		return s.cell(column)
	}
	return csvfile.Number(s.cell(column), s.layout.Decimal)
}

// day is the cell as YYYY-MM-DD, with a time if it has one.
func (s *sheet) day(column string) string {
	if s.layout == nil || s.layout.Dates == "" {
		return s.cell(column)
	}
	date, clock, timed := strings.Cut(csvfile.Day(s.cell(column), string(s.layout.Dates)), " ")
	if !timed {
		return date
	}
	return date + " " + csvfile.Clock(clock)
}

// column is what a file calls the field: birth_date for birthDate.
func column(field string) string {
	var b strings.Builder
	for _, r := range field {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// next moves to the next row; false at the end. Rows that are no rows are
// reported and passed over. What it returns as an error is no fault of the
// file.
func (s *sheet) next() (bool, error) {
	for {
		s.budget.left = maxRow
		record, err := s.csv.Read()
		broken, isBroken := errors.AsType[*csv.ParseError](err)
		switch {
		case err == nil:
			s.line, _ = s.csv.FieldPos(0)
			s.record = record
			if len(record) == s.width {
				return true, nil
			}
			s.add("", "has %d columns; the first line has %d", len(record), s.width)
		case errors.Is(err, io.EOF):
			return false, nil
		case errors.Is(err, errRowTooLong):
			s.line++
			s.add("", "is longer than 1 MiB; is a quotation mark left open?")
			return false, nil
		case isBroken:
			s.line = broken.StartLine
			s.add("", "has a quotation mark where none can be; inside quotes, write it twice")
		default:
			return false, fmt.Errorf("read file: %w", err)
		}
	}
}

// read moves to the first row there is, whatever it holds.
func (s *sheet) read() bool {
	record, err := s.csv.Read()
	s.record = record
	return err == nil
}

// cell is the row's value in the column, without blanks around it; "" when the
// file has no such column.
func (s *sheet) cell(column string) string {
	i, ok := s.columns[column]
	if !ok || i >= len(s.record) {
		return ""
	}
	return strings.TrimSpace(s.record[i])
}
