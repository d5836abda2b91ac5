package stories

import (
	"math"

	"regulars/views/anomalies"
	"regulars/views/ui"
)

// casePages are the reviewer's pages.
func casePages() []Group {
	waiting := queue()
	empty := anomalies.QueueProps{Tabs: caseTabs(0), Filter: anomalies.FilterProps{Status: "pending_review"}, ExportHref: "#main", Settings: "#main"}
	filtered := empty
	filtered.Filtered, filtered.ClearHref = true, "#main"
	return []Group{
		{"cases", "Cases: the queue", "shield-alert", anomalies.Page(waiting)},
		{"cases-none", "Cases: none", "shield-check", anomalies.Page(empty)},
		{"cases-filtered", "Cases: none matches", "search-x", anomalies.Page(filtered)},
		{"case-own", "Case: about oneself", "user-x", anomalies.Page(showing(ownCase()))},
		{"case-held", "Case: held, below the line", "snowflake", anomalies.Page(showing(heldCase()))},
		{"case-decided", "Case: decided", "check", anomalies.Page(showing(decidedCase()))},
		{"case-bare", "Case: of little evidence", "shield-alert", anomalies.Page(showing(bareCase()))},
		{"case-dismiss", "Case: dismissing", "x", anomalies.QuestionPage(question("dismiss"))},
		{"case-reverse", "Case: taking points back", "undo-2", anomalies.QuestionPage(question("reverse"))},
		{"case-freeze", "Case: freezing", "snowflake", anomalies.QuestionPage(question("freeze"))},
		{"cases-bulk", "Cases: several at once", "check", anomalies.QuestionPage(several())},
		{"detectors", "Detection settings", "settings", anomalies.Settings(detectors(true))},
		{"detectors-read", "Detection settings: a manager’s", "settings", anomalies.Settings(detectors(false))},
		{"replay", "Replay", "history", anomalies.ReplayPage(replay())},
		{"replay-runs", "Replay: on its way", "history", anomalies.ReplayPage(anomalies.ReplayProps{Title: "Estos ajustes en las últimas 8 semanas", URL: "#main", Back: "#main", Finished: false, Broken: false, Percent: 42, Events: "18 204 eventos leídos"})},
		{"replay-broken", "Replay: broken off", "triangle-alert", anomalies.ReplayPage(anomalies.ReplayProps{Title: "Estos ajustes en las últimas 8 semanas", Back: "#main", Broken: true})},
	}
}

func caseTabs(waiting int) []ui.Tab {
	tabs := []ui.Tab{{Label: "Pendientes", Href: "#main", Active: true}, {Label: "Bajo la línea", Href: "#main"}, {Label: "Confirmados", Href: "#main"}, {Label: "Descartados", Href: "#main"}, {Label: "Todos", Href: "#main"}}
	if waiting > 0 {
		tabs[0].Count, tabs[0].Alert = "4", true
	}
	return tabs
}

func caseRows() []anomalies.Row {
	row := anomalies.Row{
		Href: "#main", ID: "1", Sentence: "9 de 9 visitas en turnos de una misma persona de caja; se esperaban 2.3", Kind: "Cliente favorecido", Who: "Rosaura Quispe Huamán",
		Where: "Casa Lima Miraflores", When: "hace 2 h", Machine: "2026-03-31T20:14:00Z", Points: "1,240 puntos", Severity: "high", Current: true,
	}
	long := row
	long.ID, long.Current, long.Picked, long.Severity, long.Kind = "2", false, true, "medium", "Robo de cuenta"
	long.Who, long.Sentence = "María de los Ángeles Rodríguez-Larraín de la Puente", "96% del saldo gastado en un local nuevo para el cliente, 40 minutos después de cambiar el contacto"
	held := row
	held.ID, held.Current, held.Severity, held.Kind, held.Points, held.Assignee = "3", false, "low", "Fuera de horario", "85 puntos", "Lucía Fernández"
	held.Sentence = "85 puntos otorgados a las 03:12, con el local cerrado"
	return []anomalies.Row{row, long, held}
}

func earlierRows() []anomalies.Row {
	row := caseRows()[1]
	row.ID, row.Picked, row.Decided = "", false, "Descartado"
	return []anomalies.Row{row}
}

func queue() anomalies.QueueProps { return showing(fullCase()) }

func showing(c anomalies.CaseProps) anomalies.QueueProps {
	return anomalies.QueueProps{
		Tabs: caseTabs(4), Rows: caseRows(), Case: &c, Chosen: true, BackHref: "#main", ExportHref: "#main", Settings: "#main", Bulk: true, Waiting: 4,
		Filter: anomalies.FilterProps{
			Status: "pending_review", Kinds: []ui.Option{{Value: "off_hours", Label: "Fuera de horario"}}, Severities: []ui.Option{{Value: "high", Label: "Alta"}}, Stores: manyStores()[:3],
		},
		Paging: ui.PagingProps{Label: "Páginas de casos", Summary: "1–3 de 54", NextHref: "#main"},
	}
}

func fullCase() anomalies.CaseProps {
	rosaura := ui.PersonProps{Name: "Rosaura Quispe Huamán", Href: "#main"}
	return anomalies.CaseProps{
		ID: "1", Sentence: "9 de 9 visitas en turnos de una misma persona de caja; se esperaban 2.3", Kind: "Cliente favorecido", KindHint: "Los turnos de una misma persona de caja alimentan siempre las mismas cuentas.",
		Severity: "high", Status: "Sin decidir", StatusTone: ui.Note, When: "31 mar 2026, 20:14", Machine: "2026-03-31T20:14:00Z", Where: "Casa Lima Miraflores",
		Points: "1,240 puntos", TakeBack: "Retirar puntos", Freeze: "Congelar cuenta", Unfreeze: "Descongelar cuenta", GiveAgain: "Otorgar los puntos otra vez", Worth: "valen S/62.00", AboutLabel: "Cliente", About: rosaura, With: "Ana Prieto", Compared: true,
		Observed: ui.Part{Label: "Observado", Value: "9 visitas", Size: 9}, Expected: ui.Part{Label: "Lo normal aquí", Value: "2.3 visitas", Size: 2.3},
		Facts: []ui.Fact{
			{Label: "Observado", Value: "9 visitas"}, {Label: "Lo normal aquí", Value: "2.3 visitas"}, {Label: "Por azar", Value: "cerca de una vez en 33 mil"},
			{Label: "Entre", Value: "4 mar 2026, 13:02 – 31 mar 2026, 20:14"}, {Label: "Fuerza", Value: "4.5 de 6"},
		},
		Transactions: []anomalies.Transaction{
			{When: "31 mar 2026, 20:14", Machine: "2026-03-31T20:14:00Z", Reason: "Pedido n.º 10-4411", Store: "Casa Lima Miraflores", Staff: "Ana Prieto", Till: "Caja de la barra", Amount: "S/86.50", Points: "+108"},
			{When: "28 mar 2026, 21:40", Machine: "2026-03-28T21:40:00Z", Reason: "Cortesía por la espera", Store: "Casa Lima Miraflores", Staff: "Ana Prieto", Points: "+200", Reversed: true, Customer: "Piero León", CustomerHref: "#main"},
		},
		More: "7 movimientos más pertenecen a este caso.", Earlier: earlierRows(), Story: caseStory(), HasStory: true,
		Peers:     []ui.Part{{Label: "Ana Prieto", Value: "31 a mano, 402 cuentas", Size: 31}, {Label: "Bruno Sosa", Value: "6 a mano, 398 cuentas", Size: 6}, {Label: "Una persona con un nombre larguísimo que no cabe", Value: "2 a mano, 77 cuentas", Size: 2}},
		PeersHint: "Abonos manuales y cuentas de cada persona de caja del local en las mismas cuatro semanas.",
		People: []anomalies.Named{
			{Person: rosaura, What: "2,440 puntos · desde el 2 ene 2025"}, {Person: ui.PersonProps{Name: "Piero León", Href: "#main"}, What: "0 puntos · desde el 7 mar 2026", Frozen: true},
			{Person: ui.PersonProps{Name: "Ana Prieto"}, What: "Personal de caja"},
		},
		Notes: []anomalies.Remark{
			{What: "Asignado", By: "Lucía Fernández", When: "31 mar 2026, 22:01", Machine: "2026-03-31T22:01:00Z", Text: "Marta Ruiz", Icon: "user"},
			{What: "Comentario", By: "Marta Ruiz", When: "31 mar 2026, 22:40", Machine: "2026-03-31T22:40:00Z", Text: "Hablé con Ana: dice que es su vecina.\nMirar la cámara del viernes.", Icon: "message-square"},
		},
		Reviewers: []ui.Option{{Value: "m", Label: "Marta Ruiz"}, {Value: "l", Label: "Lucía Fernández"}}, Assignee: "m",
		May: anomalies.Actions{Decide: true, Reverse: true, Freeze: true, Talk: true}, NextHref: "#main", Form: ui.Form{CSRF: "token", Key: "k"},
	}
}

func caseStory() ui.ChartProps {
	labels, all, _ := days(29)
	in, norm := make([]float64, 29), make([]float64, 29)
	for i := range all {
		all[i], norm[i] = math.Round(all[i]/700), 1.4
		if i%3 == 1 {
			in[i] = 1
		}
	}
	return ui.ChartProps{Title: "Las cuatro semanas en torno al caso", Summary: "52 abonos en cuatro semanas.", Labels: labels, Stacked: true, Series: []ui.Series{
		{Name: "En este caso", Values: in, Color: 1}, {Name: "Otros abonos", Values: all, Color: 6}, {Name: "Un día normal sin ellos", Values: norm, Color: 4, Dashed: true},
	}}
}

func ownCase() anomalies.CaseProps {
	c := fullCase()
	c.Own, c.May = true, anomalies.Actions{Talk: true}
	return c
}

func heldCase() anomalies.CaseProps {
	c := fullCase()
	c.HeldTitle, c.Held, c.Below, c.FrozenTitle, c.Frozen = "Retenido hasta que decidas", "1,240 puntos no se pueden usar antes. Descartar el caso los suelta; retirar los puntos lo zanja.", "El local tuvo esa semana tantos casos nuevos como permite su cupo. Este queda para cuando haya tiempo.", "La cuenta está congelada", "No gana ni gasta puntos hasta que alguien la descongele en la ficha del cliente."
	c.May.Freeze = false
	return c
}

func decidedCase() anomalies.CaseProps {
	c := fullCase()
	c.Status, c.StatusTone = "Confirmado, puntos retirados, cuenta congelada", ui.Bad
	c.Decision = []ui.Fact{{Label: "Decisión", Value: c.Status}, {Label: "Decidido por", Value: "Marta Ruiz · 1 abr 2026, 09:12"}, {Label: "Nota", Value: "Los dos lo admiten."}}
	c.May = anomalies.Actions{Undo: true, Unfreeze: true, Talk: true}
	c.FrozenTitle, c.Frozen = "La cuenta está congelada", "No gana ni gasta puntos hasta que alguien la descongele aquí o en la ficha del cliente."
	return c
}

func bareCase() anomalies.CaseProps {
	return anomalies.CaseProps{
		ID: "9", Sentence: "Un recibo que ya reclamó otra cuenta; 3 iguales en 28 días", Kind: "Reclamación duplicada", KindHint: "El mismo recibo reclamado más de una vez.", Severity: "low", Status: "Descartado",
		When: "31 mar 2026, 20:14", Machine: "2026-03-31T20:14:00Z", Where: "Casa Lima", Points: "0 puntos", AboutLabel: "Personal de caja", About: ui.PersonProps{Name: "Persona de caja 4-17"},
		Facts: []ui.Fact{{Label: "Fuerza", Value: "1.2 de 6"}}, May: anomalies.Actions{Reopen: true, Talk: true}, Form: ui.Form{CSRF: "token", Key: "k", Errors: map[string]string{"note": "Debe tener de 1 a 2000 caracteres."}},
	}
}

func question(decision string) anomalies.QuestionProps {
	p := anomalies.QuestionProps{
		Decision: decision, Sentence: "9 de 9 visitas en turnos de una misma persona de caja; se esperaban 2.3", Action: "#main", BackHref: "#main", Customer: "Rosaura Quispe Huamán",
		Points: "Se retira del saldo del cliente lo que queda de 9 abonos.", Mute: "Durante 28 días, un hallazgo igual sobre las mismas personas no abre otro caso.", Form: ui.Form{CSRF: "token", Key: "k"},
	}
	if decision == "dismiss" {
		p.Form.Errors = map[string]string{"reason": "Hace falta."}
	}
	return p
}

func several() anomalies.QuestionProps {
	p := question("confirm")
	p.Sentence, p.Picked = "", []string{"1", "2", "3"}
	return p
}

func detectors(owner bool) anomalies.SettingsProps {
	p := anomalies.SettingsProps{May: owner, Form: ui.Form{CSRF: "token", Key: "k", Typed: map[string][]string{
		"rapid_earning": {"on"}, "rapid_earning.orders": {"3"}, "rapid_earning.minutes": {"10"}, "account_ring": {"on"}, "account_ring.accounts": {"4"}, "cases.mute_days": {"28"}, "weeks": {"8"},
	}}}
	if owner {
		p.Form.Errors = map[string]string{"rapid_earning.orders": "Debe ser un número de 2 a 50."}
	}
	p.Detectors = []anomalies.DetectorProps{
		{Kind: "rapid_earning", Settings: []anomalies.SettingProps{{Name: "rapid_earning.orders", Label: "Pedidos que son demasiados", Unit: "pedidos", Range: "2 a 50, normalmente 3"}, {Name: "rapid_earning.minutes", Label: "En este tiempo", Unit: "minutos", Range: "1 a 120, normalmente 10"}}},
		{Kind: "duplicate_claim"},
		{Kind: "account_ring", Settings: []anomalies.SettingProps{{Name: "account_ring.accounts", Label: "Cuentas nuevas que forman una red", Unit: "cuentas", Range: "3 a 50, normalmente 4"}}},
		{Settings: []anomalies.SettingProps{{Name: "cases.mute_days", Label: "Días sin abrir otro caso igual tras descartarlo", Unit: "días", Range: "0 a 365, normalmente 28"}}},
	}
	return p
}

func replay() anomalies.ReplayProps {
	return anomalies.ReplayProps{
		Title: "Estos ajustes en las últimas 8 semanas", Back: "#main", Finished: true, Events: "41 880 eventos leídos", Between: "3 feb 2026, 00:00 – 31 mar 2026, 22:00", Cut: true,
		Sentence: "Habrían señalado 9 casos; los ajustes actuales señalan 14 casos.", Below: "Bajo la línea: 2, ahora 5.", Form: ui.Form{CSRF: "token", Key: "k"},
		Kinds:  []anomalies.ReplayRow{{Name: "Acumulación rápida", Now: "9", Then: "4", Change: "−5"}, {Name: "Cliente favorecido", Now: "5", Then: "5", Change: "0"}},
		Stores: []anomalies.ReplayRow{{Name: "Casa Lima Miraflores", Now: "12", Then: "7", Change: "−5"}, {Name: "Casa Lima San Juan de Lurigancho", Now: "2", Then: "2", Change: "0"}},
	}
}
