package stories

import (
	"regulars/views/customers"
	"regulars/views/imports"
	"regulars/views/ui"
)

// importPages are files on their way in and out, and points for many; without
// those under way, which ask the server how far they are.
func importPages() []Group {
	return []Group{
		{"import", "Import", "file-up", imports.List(importList())},
		{"import-none", "Import: nothing yet", "file-up", imports.List(imports.ListProps{Limit: "200 MB", Plain: "7 MB", Form: ui.Form{CSRF: "token", Errors: map[string]string{"file": "Está vacío"}}.With("kind", "orders")})},
		{"import-columns", "Import: the columns", "list", imports.Map(columns())},
		{"import-checked", "Import: bad rows", "circle-alert", imports.Check(checked())},
		{"import-unusable", "Import: nothing but bad rows", "circle-alert", imports.Check(imports.CheckProps{Props: aFile("Revisada", ui.Note, 3), Problems: checked().Problems, BadRows: 3, Unusable: "Todas las filas tienen errores. Quizá una columna no es lo que parecía."})},
		{"import-empty", "Import: no rows", "circle-alert", imports.Check(imports.CheckProps{Props: aFile("Revisada", ui.Note, 3), Nothing: true, Empty: true})},
		{"import-done", "Import: done", "check", imports.Done(brought())},
		{"import-failed", "Import: broken off", "triangle-alert", imports.Done(imports.DoneProps{Props: aFile("Interrumpida", ui.Bad, 0), Title: "La importación se interrumpió", Text: "Algo falló de nuestro lado. Inténtalo de nuevo.", Tone: ui.Bad, CanRetry: true, CanUndo: true, Facts: brought().Facts})},
		{"import-undone", "Import: undone, some stays", "undo-2", imports.Done(takenBack())},
		{"import-undo", "Import: undoing", "undo-2", imports.AskPage(imports.AskProps{Props: aFile("Terminada", ui.Good, 0), Text: "6,880 pedidos · 564 clientes nuevos · 100,992 puntos", Form: ui.Form{CSRF: "token", Key: "k"}})},
		{"give", "Points for many", "coins", customers.Give(customers.GiveProps{
			Form: ui.Form{CSRF: "token", Key: "k", Errors: map[string]string{"reason": "Es obligatorio"}}.With("points", "100"), Action: "#main", Back: "#main", Who: "Gold · Sin venir en 60 días", Guests: "412", Submit: "Dar puntos a 412 clientes",
			Worth: customers.WorthProps{Points: "41,200", Owed: "S/2,060.00"}, Earlier: []customers.GivenRow{
				{ID: "1", Reason: "Gracias por diez años con nosotros", Figures: "412 clientes · 4,120,000 puntos", Who: "Rosa Quispe", When: "31 mar 2026, 20:14", Machine: "2026-03-31T20:14:00Z", State: ui.BadgeProps{Label: "Retirados", Tone: ui.Quiet, Dot: true}},
			},
		})},
		{"give-nobody", "Points for many: for nobody", "search-x", customers.Give(customers.GiveProps{Back: "#main", Who: "Gold · Sin venir en 60 días", Guests: "0", Nobody: true})},
		{"given-undo", "Points for many: taking them back", "undo-2", customers.TakeBack(customers.TakeBackProps{
			ID: "1", Reason: "Gracias por diez años con nosotros", Form: ui.Form{CSRF: "token", Key: "k", Errors: map[string]string{"reason": "Es obligatorio"}}, Submit: "Retirar 4,118,000 puntos",
			Figures: []customers.Figure{{Label: "Clientes", Value: "412"}, {Label: "Puntos retirados", Value: "4,118,000"}, {Label: "Se resta de lo que debes", Value: "S/205,900.00"}, {Label: "Ya gastados", Value: "2,000"}},
			Notes:   []string{"Lo que los clientes ya gastaron, o dejaron vencer, queda; nadie baja de cero.", "Las cajas siguen funcionando mientras tanto. Esto no se puede deshacer."},
		})},
		{"given-nothing", "Points for many: nothing to take back", "undo-2", customers.TakeBack(customers.TakeBackProps{ID: "1", Reason: "Gracias por diez años con nosotros", Nothing: true, Form: ui.Form{CSRF: "token", Key: "k"}})},
		{"given-failed", "Points for many: broken off", "triangle-alert", customers.Given(customers.GivenProps{ID: "1", Who: "Gracias por diez años con nosotros", State: ui.BadgeProps{Label: "Interrumpida", Tone: ui.Bad, Dot: true}, Tone: ui.Bad, Title: "Se interrumpió después de 200 clientes", Text: "Algo falló de nuestro lado. Los clientes que ya tienen sus puntos los conservan.", Figures: checked().Figures})},
	}
}

func aFile(state string, tone ui.Tone, step int) imports.Props {
	return imports.Props{ID: "1", File: "ventas-de-la-caja-vieja-2019-a-2024-definitivo.csv", Kind: "orders", Subtitle: "Pedidos de antes", State: ui.BadgeProps{Label: state, Tone: tone, Dot: true}, Step: step, CSRF: "token"}
}

func importList() imports.ListProps {
	row := imports.Row{ID: "1", File: "ventas-de-la-caja-vieja-2019-a-2024-definitivo.csv", Kind: "Pedidos de antes", Icon: "receipt-text", Who: "Rosa Quispe", When: "31 mar 2026, 20:14", Machine: "2026-03-31T20:14:00Z", Figures: "6,880 pedidos · 564 clientes nuevos · 100,992 puntos", State: ui.BadgeProps{Label: "Terminada", Tone: ui.Good, Dot: true}}
	guests := row
	guests.File, guests.Kind, guests.Icon, guests.Figures, guests.State = "clientes.csv", "Clientes", "users", "–", ui.BadgeProps{Label: "Faltan las columnas", Tone: ui.Note, Dot: true}
	return imports.ListProps{Limit: "200 MB", Plain: "7 MB", Form: ui.Form{CSRF: "token"}.With("kind", "orders"), Rows: []imports.Row{row, guests}}
}

func columns() imports.MapProps {
	some := []ui.Option{{Value: "0", Label: "Ticket, como B-1001"}, {Value: "1", Label: "Cuándo, como 25/06/2019 16:30"}, {Value: "2", Label: "Importe total, como 86,50"}}
	return imports.MapProps{
		Props: aFile("Faltan las columnas", ui.Note, 2), Orders: true, Stores: manyStores(), Columns: some, Header: []string{"Ticket", "Cuándo", "Importe total"}, Rows: "Unas 6,880 filas en total.",
		Sample: [][]string{{"B-1001", "25/06/2019 16:30", "86,50"}, {"B-1002", "25/06/2019 16:42", "12,00"}}, Form: ui.Form{CSRF: "token", Errors: map[string]string{"store": "Necesita una columna, o indica dónde fueron todos los pedidos"}}.With("order_id", "0").With("completed_at", "1").With("total", "2"),
		Fields:    []imports.Field{{Name: "order_id", Label: "Número de pedido", Hint: "Cada uno cuenta una vez por local, aunque lo importes más veces.", Required: true}, {Name: "completed_at", Label: "Fecha y hora", Hint: "Según el reloj del local.", Required: true}, {Name: "total", Label: "Total", Required: true}, {Name: "store", Label: "Local", Hint: "Su nombre o número. Si es nuevo, se añade."}},
		Encodings: []ui.Option{{Value: "windows-1252", Label: "Occidental, como escribe Excel antiguo"}}, Separators: []ui.Option{{Value: "semicolon", Label: "un punto y coma"}}, Dates: []ui.Option{{Value: "dmy", Label: "25/06/2019, primero el día"}}, Decimals: []ui.Option{{Value: ",", Label: "1.234,50, con coma"}},
	}
}

func checked() imports.CheckProps {
	return imports.CheckProps{
		Props: aFile("Revisada", ui.Note, 3), BadRows: 1204, StartText: "5,676 pedidos · 512 clientes nuevos · 88,120 puntos", More: "Se muestran las primeras 50. El archivo de filas con errores las tiene todas.",
		Figures:  []ui.StatProps{{Label: "Pedidos", Icon: "receipt-text", Value: "5,676", Note: "S/103,678.00"}, {Label: "Clientes nuevos", Icon: "user-plus", Value: "512"}, {Label: "Se suma a lo que debes", Icon: "scale", Value: "S/4,406.00", Note: "si se gastan todos los puntos"}},
		Warnings: []string{"3 pedidos son de clientes con la cuenta congelada y no ganan nada."},
		Problems: []imports.Problem{
			{Line: "41", Column: "Cuándo", Value: "31/06/2024 12:30", What: "Debe ser una fecha y una hora como 25/06/2019 16:30"},
			{Line: "43", Column: "Sucursal", What: "Es obligatorio"}, {Line: "48", Value: "un-valor-larguísimo-que-no-cabe-en-una-celda-0000000000000000000000", What: "Tiene 2 columnas; la primera línea tiene 5"},
		},
	}
}

func brought() imports.DoneProps {
	return imports.DoneProps{
		Props: aFile("Terminada", ui.Good, 0), Title: "El archivo está importado", Text: "6,880 pedidos · 564 clientes nuevos · 100,992 puntos", Tone: ui.Good, CanUndo: true, Figures: checked().Figures,
		Warnings: []string{"4 pedidos parecen inusuales y esperan en Anomalías."},
		Facts:    []ui.Fact{{Label: "La importó", Value: "Rosa Quispe"}, {Label: "Enviado", Value: "31 mar 2026, 20:14"}, {Label: "Filas del archivo", Value: "6,880"}, {Label: "Filas omitidas", Value: "0"}},
	}
}

func takenBack() imports.DoneProps {
	p := brought()
	p.Props, p.Title, p.Text, p.Tone, p.CanUndo, p.Figures, p.Warnings = aFile("Deshecha", ui.Quiet, 0), "La importación está deshecha", "Se quitaron 562 clientes y 6,871 pedidos, y se retiraron 100,240 puntos.", ui.Quiet, false, nil, nil
	p.KeptText = "2 cosas se dejaron como estaban."
	p.Kept = []imports.Kept{{Name: "María de los Ángeles Rodríguez-Larraín de la Puente", Href: "#main", What: "Un pedido y sus puntos", Why: "los puntos ya se gastaron"}, {Name: "–", What: "El cliente", Why: "se usó después o ya estaba antes"}}
	return p
}
