package service_test

import (
	"strings"
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// The columns of files as other programs and people head them.
func TestColumnsAreGuessed(t *testing.T) {
	t.Parallel()
	_, s := imports(t)
	for name, test := range map[string]struct {
		kind loyalty.ImportKind
		file string
		want string // the fields in the order they are asked for, each with its heading
	}{
		"a till's": {loyalty.ImportOrders, "When,Check #,Branch name,Guest ID,Amount\n2024-05-01 13:00,1001,Pier,G1,12.50",
			"order_id=Check # completed_at=When total=Amount customer_id=Guest ID store=Branch name"},
		"time before date": {loyalty.ImportOrders, "Time,Date,Bill,Total (USD)\n13:00,5/1/2024,77,$12.50", "order_id=Bill completed_at=Date completed_time=Time total=Total (USD)"},
		"a bill that is a sum": {loyalty.ImportOrders, "Receipt No.,Day,Bill\n77,5/1/2024,12.50\n78,5/1/2024,9",
			"order_id=Receipt No. completed_at=Day total=Bill"},
		"a check that is a number, beside sums that aren't it": {loyalty.ImportOrders, "Check,Subtotal,Tax,Tip,Order total\n77,10.00,1.00,1.50,12.50",
			"order_id=Check total=Order total"},
		"two sums": {loyalty.ImportOrders, "Id;Amount;Grand Total\n1;10,00;12,50", "order_id=Id total=Grand Total"},
		"in Spanish": {loyalty.ImportOrders, "Nº pedido;Cuándo;Código de cliente;Sucursal;Importe total\n7;01/05/2024 13:00;C1;Lima;12,50",
			"order_id=Nº pedido completed_at=Cuándo total=Importe total customer_id=Código de cliente store=Sucursal"},
		"una cuenta": {loyalty.ImportOrders, "Boleta;Fecha;Hora;Cuenta\nB001-7;01/05/2024;13:00;S/ 12,50", "order_id=Boleta completed_at=Fecha completed_time=Hora total=Cuenta"},
		// Orders know guests by the old system's number: a phone number there
		// would make everybody a new guest.
		"orders with phones": {loyalty.ImportOrders, "Order,Guest phone,Guests,Total\nA1,+12125550101,2,12.50", "order_id=Order total=Total"},
		"guests": {loyalty.ImportCustomers, "First Name,Last Name,Guest phone,Customer's e-mail,Birthday,Current points\nAda,Lovelace,1,,,5",
			"name=First Name last_name=Last Name phone=Guest phone email=Customer's e-mail birth_date=Birthday points_balance=Current points"},
		"guests in Spanish": {loyalty.ImportCustomers, "Nombre del cliente;Apellidos;Tel.;Fec. nac.;Puntos ganados;Puntos\nAda;;1;;;5",
			"name=Nombre del cliente last_name=Apellidos phone=Tel. birth_date=Fec. nac. points_balance=Puntos lifetime_points=Puntos ganados"},
		"a whole name goes before a part": {loyalty.ImportCustomers, "Nombre;Nombre completo;Teléfono celular\nAda;Ada L.;1", "name=Nombre completo phone=Teléfono celular"},
		"balances":                        {loyalty.ImportBalances, "Mobile No.,Member number,Loyalty points\n1,2,3", "phone=Mobile No. external_id=Member number points=Loyalty points"},
		"nothing known":                   {loyalty.ImportOrders, "Tax,Tip,Server,Guest name,Table\n1.00,2.00,Ana,Bo,4", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := received(t, s, test.kind, test.file)
			var got []string
			for _, f := range service.ImportFields(test.kind) {
				if i, ok := m.Layout.Columns[f.Name]; ok {
					got = append(got, f.Name+"="+m.Layout.Header[i])
				}
			}
			if got := strings.Join(got, " "); got != test.want {
				t.Errorf("%q is read as\n%s, want\n%s", test.file, got, test.want)
			}
		})
	}
}

// A workbook or a page under the name of a CSV is refused with its first
// piece, and nothing of it stays.
func TestOtherFilesAreRefused(t *testing.T) {
	t.Parallel()
	_, s := imports(t)
	for _, file := range []string{"PK\x03\x04workbook", "\xd0\xcf\x11\xe0old workbook", "%PDF-1.7", "<html><table>"} {
		m, err := s.Imports.Begin(t.Context(), owner, service.BeginImport{Kind: loyalty.ImportOrders, FileName: "sales.csv"})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Imports.AddPiece(t.Context(), owner, m.ID, 0, []byte(file))
		if loyalty.KindOf(err) != loyalty.Invalid || !strings.Contains(fieldsOf(err), "file this is no CSV file; open it") {
			t.Errorf("%q: %v %s", file, err, fieldsOf(err))
		}
		if _, err := s.Imports.Get(t.Context(), owner, m.ID); loyalty.KindOf(err) != loyalty.NotFound {
			t.Errorf("%q is still there: %v", file, err)
		}
	}
}

// Names in two columns become one, and a wrong birth date is told in the way
// the file writes days.
func TestGuestsInTheirOwnWords(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	file := "Nombre;Apellidos;Tel;Fecha nacimiento\nAda;Lovelace;+51 987 654 301;10/12/1985\nGrace Hopper;Hopper;+51 987 654 302;\nAlan;Turing;+51 987 654 303;31/06/1990"
	m := received(t, s, loyalty.ImportCustomers, file)
	if m.Total != 3 {
		t.Errorf("the file has %d rows, want 3", m.Total)
	}
	m = checked(t, s, loyalty.ImportCustomers, file)
	all, err := s.Imports.Complaints(t.Context(), owner, m.ID, 0, 10)
	if err != nil || len(all) != 1 || all[0].Message != "must be a day in the past such as 25/06/2019" {
		t.Errorf("complains %+v, %v", all, err)
	}
	if _, err := s.Imports.Start(t.Context(), owner, service.StartImport{ID: m.ID, SkipBad: true}); err != nil {
		t.Fatal(err)
	}
	worked(t, s, m.ID)
	if n := number(t, db, `SELECT count(*) FROM customers WHERE name IN ('Ada Lovelace', 'Grace Hopper')`); n != 2 {
		t.Errorf("%d of the two guests are there by their whole names", n)
	}
}
