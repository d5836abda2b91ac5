package service

import (
	"encoding/csv"
	"strings"

	"regulars/internal/csvfile"
	"regulars/internal/loyalty"
)

// guessLayout works out how a file is to be read from its start, which is
// UTF-8 by now. homeDates is how its country writes days.
func guessLayout(kind loyalty.ImportKind, start string, homeDates loyalty.DateOrder) loyalty.ImportLayout {
	return guessSeparated(kind, start, csvfile.Separator(start), homeDates)
}

// guessSeparated is guessLayout where the separator is known.
func guessSeparated(kind loyalty.ImportKind, start, separator string, homeDates loyalty.DateOrder) loyalty.ImportLayout {
	l := loyalty.ImportLayout{Separator: separator, Columns: map[string]int{}, Dates: homeDates}
	rows := sampleRows(start, l.Separator, 200)
	if len(rows) == 0 {
		return l
	}
	l.Header = rows[0]
	l.Columns = guessColumns(kind, l.Header, rows[1:])
	if at, ok := l.Columns["completed_at"]; ok {
		l.Dates = datesOf(rows[1:], at, l.Dates)
	}
	if at, ok := l.Columns["birth_date"]; ok {
		l.Dates = datesOf(rows[1:], at, l.Dates)
	}
	var numbers []string
	for _, field := range []string{"total", "points_balance", "lifetime_points", "points"} {
		numbers = append(numbers, columnOf(rows[1:], l.Columns, field)...)
	}
	l.Decimal = csvfile.Decimal(numbers)
	return l
}

func datesOf(rows [][]string, at int, otherwise loyalty.DateOrder) loyalty.DateOrder {
	if order, sure := csvfile.DateOrder(cells(rows, at)); sure {
		return loyalty.DateOrder(order)
	}
	return otherwise
}

func columnOf(rows [][]string, columns map[string]int, field string) []string {
	at, ok := columns[field]
	if !ok {
		return nil
	}
	return cells(rows, at)
}

func cells(rows [][]string, at int) []string {
	var out []string
	for _, r := range rows {
		if at < len(r) && r[at] != "" {
			out = append(out, r[at])
		}
	}
	return out
}

// sampleRows are the first rows of a file of which only the start is known; a
// last one that may be cut off is left out.
func sampleRows(start, separator string, most int) [][]string {
	if i := strings.LastIndexByte(start, '\n'); i >= 0 && len(start) >= sampleSize/2 {
		start = start[:i]
	}
	r := csv.NewReader(strings.NewReader(start))
	r.Comma = []rune(separator)[0]
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	var rows [][]string
	for len(rows) < most {
		row, err := r.Read()
		if err != nil {
			break
		}
		for i := range row {
			row[i] = strings.TrimSpace(strings.ToValidUTF8(row[i], "�"))
		}
		rows = append(rows, row)
	}
	return rows
}

// checkLayout says what of a layout can't be.
func checkLayout(p *loyalty.Problems, kind loyalty.ImportKind, l loyalty.ImportLayout) {
	if !csvfile.Known(l.Encoding) {
		p.Add("encoding", "must be one of: %s", "utf-8, utf-16le, utf-16be, windows-1252")
	}
	if l.Separator != "," && l.Separator != ";" && l.Separator != "\t" && l.Separator != "|" {
		p.Add("separator", "must be a comma, a semicolon, a tab or a bar")
	}
	switch {
	case l.Dates == "":
		p.Add("dates", "is required")
	case l.Dates != loyalty.YearFirst && l.Dates != loyalty.DayFirst && l.Dates != loyalty.MonthFirst:
		p.Add("dates", "must be one of: %s", "ymd, dmy, mdy")
	}
	if l.Decimal != "." && l.Decimal != "," {
		p.Add("decimal", "must be a point or a comma")
	}
	used := map[int]string{}
	for _, f := range importFields[kind] {
		at, ok := l.Columns[f.Name]
		switch {
		case !ok && f.Required:
			p.Add(f.Name, "needs a column of the file")
		case !ok:
		case at < 0 || at >= len(l.Header):
			p.Add(f.Name, "is no column of the file")
		case used[at] != "":
			p.Add(f.Name, "has the same column as another field")
		default:
			used[at] = f.Name
		}
	}
	_, byPhone := l.Columns["phone"]
	if _, byID := l.Columns["external_id"]; !byID && !byPhone && kind != loyalty.ImportOrders {
		p.Add("phone", "or a guest’s number needs a column, to know guests by")
	}
	if _, ok := l.Columns["store"]; !ok && kind == loyalty.ImportOrders && l.StoreID.IsZero() {
		p.Add("store", "needs a column, or say where all the orders were")
	}
}
