package service

import (
	"regexp"
	"slices"
	"strings"

	"regulars/internal/contact"
	"regulars/internal/loyalty"
)

// ImportField is something that a file may tell.
type ImportField struct {
	Name     string // as the command line's files call the column
	Required bool
	words    string // what other programs call it, folded, the surest first, between bars
}

const (
	phoneWords = "phone|phone number|mobile|mobile number|mobile phone|cell|cell phone|cellphone|telephone|telephone number|tel|phone no|mobile no|tel no|" +
		"contact number|whatsapp|telefono|celular|movil|telefono celular|telefono movil|numero de telefono|numero de celular|numero de movil|" +
		"nro de telefono|nro telefono|nro celular|n de telefono|fono|numero"
	guestWords = "customer id|guest id|client id|member id|loyalty id|external id|customer number|guest number|member number|membership number|card number|" +
		"customer code|id cliente|id de cliente|id del cliente|codigo cliente|codigo de cliente|numero de cliente|nro de cliente|nro cliente|" +
		"numero de socio|socio|dni"
	balanceWords = "points balance|point balance|current points|available points|points available|current balance|opening balance|points|balance|" +
		"loyalty points|reward points|puntos disponibles|saldo de puntos|saldo actual|saldo inicial|puntos actuales|puntos|saldo"
	// unsureWords stand above a bill's number in some files and above what was
	// paid in others.
	unsureWords = "bill|check|ticket|invoice|receipt|order|cuenta|boleta|factura|comprobante|venta|nota"
)

// importFields are what each kind of file may tell, in the order they are asked
// for.
var importFields = map[loyalty.ImportKind][]ImportField{
	loyalty.ImportCustomers: {
		{"name", true, "full name|name|customer name|guest name|client name|member name|nombre completo|nombre y apellidos|nombres y apellidos|" +
			"apellidos y nombres|nombre y apellido|first name|given name|nombre|nombres|customer|guest|client|cliente"},
		{"last_name", false, "last name|surname|family name|apellidos|apellido"},
		{"phone", false, phoneWords},
		{"external_id", false, guestWords + "|id|code|member|codigo"},
		{"email", false, "email|e mail|email address|e mail address|mail|correo electronico|correo|direccion de correo"},
		{"birth_date", false, "birth date|birthdate|date of birth|dob|birthday|born|bday|fecha de nacimiento|fecha nacimiento|fecha de nac|fec nac|f nacimiento|" +
			"nacimiento|cumpleanos"},
		{"points_balance", false, balanceWords},
		{"lifetime_points", false, "lifetime points|lifetime|lifetime earned|points earned|total earned|total points|puntos historicos|puntos acumulados|" +
			"puntos ganados|puntos totales"},
	},
	loyalty.ImportBalances: {
		{"phone", false, phoneWords},
		{"external_id", false, guestWords + "|id|code|member|customer|guest|codigo|cliente"},
		{"points", true, balanceWords},
	},
	loyalty.ImportOrders: {
		{"order_id", true, "order id|order number|order no|no pedido|no de pedido|id pedido|id de pedido|numero de pedido|nro de pedido|nro pedido|n pedido|numero de orden|nro de orden|" +
			"id orden|bill number|bill no|bill id|check number|check no|check id|ticket number|ticket no|ticket id|receipt number|receipt no|receipt id|" +
			"invoice number|invoice no|invoice id|transaction id|transaction number|sale id|sale number|id venta|id de venta|numero de venta|" +
			"numero de boleta|nro boleta|numero de factura|nro factura|numero de ticket|nro ticket|numero de comprobante|folio|pedido|orden|comanda|" +
			"transaction|transaccion|reference|referencia|" + unsureWords + "|id|number|no|nro"},
		{"completed_at", true, "completed at|closed at|closed|date time|datetime|date and time|fecha y hora|fecha hora|closing date|order date|sale date|" +
			"bill date|check date|transaction date|business date|fecha de cierre|fecha pedido|fecha de pedido|fecha del pedido|fecha venta|fecha de venta|" +
			"fecha de emision|fecha emision|date|fecha|when|cuando|created at|created|timestamp|day|dia|time"},
		{"completed_time", false, "closing time|order time|time|time of day|hour|hora de cierre|hora de venta|hora del pedido|hora pedido|hora"},
		{"total", true, "grand total|order total|bill total|check total|total amount|total paid|amount paid|importe total|monto total|total venta|total de venta|" +
			"total a pagar|total pagado|total con igv|total con iva|total incl tax|total|bill amount|check amount|order amount|amount|importe|monto|" +
			"monto pagado|sum|paid|spent|spend|value|valor|consumo|" + unsureWords},
		{"customer_id", false, guestWords + "|customer|guest|client|member|cliente"},
		{"store", false, "store|store id|store name|store number|location|location name|restaurant|restaurant name|branch|branch name|shop|outlet|site|venue|" +
			"tienda|local|sucursal|nombre de sucursal|nombre de la tienda|nombre del local|restaurante|sede"},
		{"items", false, "items|item count|number of items|no of items|quantity|qty|numero de articulos|articulos|cantidad de articulos|cantidad|productos|unidades"},
	},
}

// ImportFields are what a file of the kind may tell.
func ImportFields(kind loyalty.ImportKind) []ImportField { return importFields[kind] }

// guessColumns finds the fields in the header; rows are the first ones below.
func guessColumns(kind loyalty.ImportKind, header []string, rows [][]string) map[string]int {
	columns, taken := map[string]int{}, map[int]bool{}
	for _, f := range importFields[kind] {
		best := -1
		for i, name := range header {
			rank, sure := f.rank(name)
			if taken[i] || rank < 0 || !sure && (f.Name == "total") != amounts(cells(rows, i)) {
				continue
			}
			if best < 0 || rank < first(f.rank(header[best])) {
				best = i
			}
		}
		if best >= 0 {
			columns[f.Name], taken[best] = best, true
		}
	}
	return columns
}

func first(n int, _ bool) int { return n }

// besides are words around a name that tell nothing: whose it is, and in which
// money.
var besides = []string{
	"guest", "guests", "customer", "customers", "client", "member", "s", "the", "of", "del", "de", "la", "el", "cliente", "clientes", "socio", "invitado",
	"usd", "eur", "gbp", "pen", "mxn", "clp", "cop", "ars", "soles", "euros", "dolares", "dollars",
}

// rank says how well the heading names the field, 0 the best; -1 for not at
// all. It is not sure where what stands below must decide.
func (f ImportField) rank(heading string) (rank int, sure bool) {
	words := append([]string{strings.ReplaceAll(f.Name, "_", " ")}, strings.Split(f.words, "|")...)
	said := strings.FieldsFunc(contact.Fold(heading), func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9') })
	whole := strings.Join(said, " ")
	rank = slices.Index(words, whole)
	if rank < 0 {
		whole = strings.Join(slices.DeleteFunc(said, func(w string) bool { return slices.Contains(besides, w) }), " ")
		if rank = slices.Index(words, whole); rank >= 0 {
			rank += len(words)
		}
	}
	return rank, !slices.Contains(strings.Split(unsureWords, "|"), whole)
}

var (
	anAmount = regexp.MustCompile(`^-?\D{0,4}\d[\d.,' ]*\D{0,4}$`)
	itsCents = regexp.MustCompile(`\d[.,]\d{1,2}\D{0,4}$`)
)

// amounts reports whether the cells are sums of money and not numbers of
// bills.
func amounts(cells []string) bool {
	cents := false
	for _, c := range cells {
		if !anAmount.MatchString(c) {
			return false
		}
		cents = cents || itsCents.MatchString(c)
	}
	return cents
}

// onOneLine puts a cell that somebody has broken into lines on one.
var onOneLine = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ")

// wholeName is the name with the last name behind it, unless it ends with it
// already.
func wholeName(name, last string) string {
	name, last = onOneLine.Replace(name), onOneLine.Replace(last)
	if strings.HasSuffix(contact.Fold(name), contact.Fold(last)) {
		return name
	}
	return strings.TrimSpace(name + " " + last)
}
