package service

import (
	"encoding/csv"
	"strings"

	"regulars/internal/contact"
	"regulars/internal/csvfile"
	"regulars/internal/loyalty"
)

// ImportField is something that a file may tell.
type ImportField struct {
	Name     string // as the command line's files call the column
	Required bool
	words    string // names that other programs give it, folded, between bars
}

// importFields are what each kind of file may tell, in the order they are asked
// for.
var importFields = map[loyalty.ImportKind][]ImportField{
	loyalty.ImportCustomers: {
		{"name", true, "|name|full name|customer|customer name|guest|client|nombre|nombre completo|cliente|nombre y apellidos|"},
		{"phone", false, "|phone|phone number|mobile|mobile phone|cell|telephone|tel|telefono|celular|movil|whatsapp|numero|"},
		{"external_id", false, "|external id|id|customer id|guest id|member|member id|code|card number|codigo|id cliente|numero de socio|socio|dni|"},
		{"email", false, "|email|e mail|mail|email address|correo|correo electronico|"},
		{"birth_date", false, "|birth date|birthday|birthdate|date of birth|dob|fecha de nacimiento|nacimiento|cumpleanos|"},
		{"points_balance", false, "|points balance|points|balance|current points|available points|puntos|saldo|saldo de puntos|puntos disponibles|"},
		{"lifetime_points", false, "|lifetime points|lifetime|total points|points earned|puntos historicos|puntos acumulados|puntos totales|"},
	},
	loyalty.ImportBalances: {
		{"phone", false, "|phone|phone number|mobile|mobile phone|cell|telephone|tel|telefono|celular|movil|whatsapp|numero|"},
		{"external_id", false, "|external id|id|customer id|guest id|member|member id|code|codigo|id cliente|numero de socio|socio|dni|"},
		{"points", true, "|points|points balance|balance|opening balance|current points|available points|puntos|saldo|saldo de puntos|puntos disponibles|saldo inicial|"},
	},
	loyalty.ImportOrders: {
		{"order_id", true, "|order id|order|order number|order no|id|receipt|receipt number|bill|invoice|ticket|check|check number|pedido|numero de pedido|id pedido|boleta|factura|comprobante|"},
		{"completed_at", true, "|completed at|date|datetime|date time|created at|closed at|order date|time|timestamp|fecha|fecha y hora|fecha pedido|"},
		{"completed_time", false, "|hour|order time|closing time|hora|"},
		{"total", true, "|total|amount|order total|grand total|total amount|sum|monto|importe|total venta|valor|"},
		{"customer_id", false, "|customer id|customer|guest|guest id|client|member|member id|loyalty id|cliente|id cliente|codigo cliente|socio|"},
		{"store", false, "|store|store id|location|restaurant|branch|shop|outlet|tienda|local|sucursal|restaurante|sede|"},
		{"items", false, "|items|item count|quantity|qty|number of items|articulos|cantidad|productos|"},
	},
}

// ImportFields are what a file of the kind may tell.
func ImportFields(kind loyalty.ImportKind) []ImportField { return importFields[kind] }

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
	taken := map[int]bool{}
	for _, f := range importFields[kind] {
		for i, name := range l.Header {
			if !taken[i] && f.knows(name) {
				l.Columns[f.Name], taken[i] = i, true
				break
			}
		}
	}
	if at, ok := l.Columns["completed_at"]; ok {
		l.Dates = datesOf(rows[1:], at, l.Dates)
	}
	if at, ok := l.Columns["birth_date"]; ok {
		l.Dates = datesOf(rows[1:], at, l.Dates)
	}
	l.Decimal = csvfile.Decimal(append(columnOf(rows[1:], l.Columns, "total"), columnOf(rows[1:], l.Columns, "points_balance")...))
	return l
}

func (f ImportField) knows(header string) bool {
	folded := contact.Fold(header)
	folded = strings.Join(strings.FieldsFunc(folded, func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9') }), " ")
	return folded != "" && (folded == strings.ReplaceAll(f.Name, "_", " ") || strings.Contains(f.words, "|"+folded+"|"))
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
	if l.Dates != loyalty.YearFirst && l.Dates != loyalty.DayFirst && l.Dates != loyalty.MonthFirst {
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
