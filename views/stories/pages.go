package stories

import (
	"regulars/views/customers"
	startpage "regulars/views/home"
	"regulars/views/till"
	"regulars/views/ui"
)

// pages are whole pages of the product with invented people in them, each in
// a state that is worth looking at.
func pages() []Group {
	out := []Group{
		{"till-find", "Till: finding", "search", till.Find(till.FindProps{CSRF: "token", Store: "Casa Lima Miraflores", Stores: true, Results: found(), Recent: lastGuests()})},
		{"till-new", "Till: nobody found", "user-plus", till.Find(till.FindProps{CSRF: "token", Store: "Casa Lima Miraflores", Results: nobody()})},
		{"till-guest", "Till: the bill", "receipt-text", till.ForGuest(till.GuestProps{
			Guest: rosaura(), Form: ui.Form{CSRF: "token", Key: "k"}.With("total", "86.50"), Symbol: "S/", Digits: 2,
			Preview: till.PreviewProps{Points: "+108", Why: "S/86.50 × 1 × 1.25 Gold", After: "Saldo nuevo: 2,548", TierUp: ""},
			Rewards: till.RewardsProps{Path: "#till", Search: true, First: []till.Reward{
				{Name: "Chicha morada", Cost: "80", Icon: "coffee", Href: "#till", Detail: "Una jarra"},
				{Name: "15% en el almuerzo", Cost: "250", Icon: "badge-percent", Href: "#till", Detail: "15%"},
				{Name: "Cena en la barra del chef para dos, con maridaje", Cost: "3,200", Icon: "star", Why: "Faltan 760 puntos", Have: 2440, Need: 3200},
			}, Rest: []till.Reward{{Name: "Suspiro a la limeña", Cost: "4,100", Icon: "cake-slice", Why: "Faltan 1,660 puntos", Have: 2440, Need: 4100}}},
		})},
		{"till-frozen", "Till: a frozen account", "snowflake", till.ForGuest(till.GuestProps{Guest: frozen(), Form: ui.Form{CSRF: "token", Key: "k"}, Symbol: "S/", Digits: 2})},
		{"till-done", "Till: awarded", "check", till.Done(till.DoneProps{
			Guest: rosaura(), Tone: ui.Good, Icon: "check", Title: "+108 puntos", Text: "para Rosaura Quispe", TierUp: "Gold",
			Why:    []ui.SumLine{{Label: "S/86.50 × 1", Value: "86"}, {Label: "× 1.25 Gold", Value: "108", Total: true}},
			Recent: lastGuests(), Actions: []till.Action{{Form: ui.Form{CSRF: "token", Key: "k"}, Href: "#till", Label: "Deshacer", Icon: "undo-2"}},
		})},
		{"start", "Start page", "house", startpage.Page(start())},
		{"start-quiet", "Start page: a quiet time", "house", startpage.Page(quiet())},
		{"start-first", "Start page: first steps", "house", startpage.Page(startpage.Props{Title: "Casa Lima", Steps: []startpage.Step{
			{Icon: "scan-line", Title: "Entrega los primeros puntos", Text: "Registra a un cliente en la caja y escribe una cuenta.", Href: "#main"},
			{Icon: "gift", Title: "Añade una recompensa", Text: "Un café, un postre, un descuento.", Href: "#main", Done: true},
		}})},
		{"guests", "Customers", "users", customers.List(guestList())},
		{"guests-none", "Customers: none yet", "users", customers.List(customers.ListProps{CanAdd: true, CSRF: "token"})},
	}
	out = append(out, casePages()...)
	return append(append(out, businessPages()...), importPages()...)
}

func found() till.ResultsProps {
	return till.ResultsProps{Query: "qui", Said: "3", Matches: []ui.Match{
		{Href: "#till", Name: "Rosaura Q.", Sub: "termina en 21", Tier: "Gold", Rank: 3, Balance: "2,440"},
		{Href: "#till", Name: "José Luis Q.", Sub: "termina en 07", Tier: "Bronze", Rank: 1, Balance: "40"},
		{Href: "#till", Name: "Ximena Q.", Sub: "termina en 88", Tier: "Silver", Rank: 2, Balance: "905", Frozen: true},
	}, More: true}
}

func nobody() till.ResultsProps {
	return till.ResultsProps{Query: "987654321", Said: "0", ByPhone: true, New: ui.Form{
		CSRF: "token", Key: "k", Errors: map[string]string{"name": "Escribe un nombre."},
	}.With("phone", "987 654 321")}
}

func lastGuests() []till.Recent {
	return []till.Recent{
		{Href: "#till", Name: "Piero L.", What: "Puntos otorgados", Points: "+64", When: "20:14", Machine: "2026-03-31T20:14:00-05:00"},
		{Href: "#till", Name: "Fiorella M.", What: "Chicha morada", Points: "−80", When: "20:02", Machine: "2026-03-31T20:02:00-05:00", Reversed: true},
	}
}

func rosaura() till.Guest {
	return till.Guest{
		Path: "#till", Name: "Rosaura Quispe Huamán", Contact: "+51 987 654 321", Detail: "#main", Balance: "2,440", Worth: "S/122.00",
		Tier: till.Standing{Name: "Gold", Rank: 3, Note: "Faltan 1,560 puntos para Platinum", Value: 1440, Of: 3000},
	}
}

func frozen() till.Guest {
	g := rosaura()
	g.Frozen = true
	return g
}

func start() startpage.Props {
	spark := &ui.SparkProps{Values: []float64{4, 6, 5, 7, 9, 8, 11, 10}, Label: "Ventas"}
	line := ui.ChartProps{
		Title: "Puntos por día", Summary: "10 640 otorgados, 1 960 canjeados", Labels: []string{"1 mar", "2 mar", "3 mar", "4 mar", "5 mar", "6 mar", "7 mar"},
		Series: []ui.Series{{Name: "Otorgados", Values: []float64{1200, 980, 1100, 1350, 1900, 2410, 1700}, Area: true}, {Name: "Canjeados", Values: []float64{120, 300, 180, 260, 410, 480, 210}}},
	}
	bars := ui.ChartProps{
		Title: "Ventas por día", Summary: "212 pedidos por S/10,812", Labels: line.Labels, Format: ui.MoneyIn("PEN"),
		Series: []ui.Series{{Name: "Ventas", Values: []float64{120_000, 98_000, 111_000, 135_000, 190_000, 241_000, 170_000}, Color: 2}},
	}
	return startpage.Props{
		Title: "Casa Lima", Subtitle: "1 mar 2026 – 7 mar 2026", Days: "7", Waiting: 4, CaseHref: "#main", Daily: line, Sales: bars, Members: "2,000",
		Periods: []ui.Tab{{Label: "7 días", Href: "#main", Active: true}, {Label: "30 días", Href: "#main"}}, Stores: manyStores(), TierHref: "#main", Catalog: "#main",
		Stats: []ui.StatProps{
			{Label: "Ventas", Value: "S/10,812", Href: "#main", Delta: "6.3%", Tone: ui.Good, Spark: spark}, {Label: "Pedidos", Value: "212", Href: "#main", Delta: "3%", Down: true, Tone: ui.Warn},
			{Label: "Clientes activos", Value: "1,183", Note: "ganaron o canjearon"}, {Label: "Pasivo", Value: "S/34,749", Note: "694 995 puntos"},
		},
		Tiers:   []ui.Part{{Label: "Bronze", Value: "1,571", Size: 1571, Rank: 1, Href: "#main"}, {Label: "Silver", Value: "392", Size: 392, Rank: 2}, {Label: "Gold", Value: "35", Size: 35, Rank: 3}, {Label: "Platinum", Value: "2", Size: 2, Rank: 4}},
		Rewards: []ui.Part{{Label: "Chicha morada", Value: "94", Size: 94, Href: "#main"}, {Label: "Suspiro a la limeña", Value: "80", Size: 80}, {Label: "Una recompensa con un nombre muy largo que no cabe en una línea", Value: "3", Size: 3}},
	}
}

func quiet() startpage.Props {
	p := start()
	p.Quiet, p.Waiting, p.Tiers, p.Rewards, p.Stores = true, 0, nil, nil, nil
	p.Last = "No ha pasado nada desde el 3 de enero."
	return p
}

func manyStores() []ui.Option {
	var out []ui.Option
	for _, name := range []string{
		"Barranco", "Breña", "Callao", "Chorrillos", "Comas", "Jesús María", "La Molina", "La Victoria", "Lince", "Los Olivos", "Magdalena", "Miraflores",
		"Pueblo Libre", "San Borja", "San Isidro", "San Miguel", "Surco", "Surquillo",
	} {
		out = append(out, ui.Option{Value: name, Label: "Casa Lima " + name})
	}
	return out
}

func guestList() customers.ListProps {
	return customers.ListProps{
		CSRF: "token", CanAdd: true, Any: true, Count: "3 clientes", Behind: true, CSV: "#main",
		Filter: customers.FilterProps{
			Form: ui.Form{Errors: map[string]string{"min": "Debe ser un número entero."}}.With("min", "muchos"), Stores: manyStores(), Sort: "balance",
			Tiers: []ui.Option{{Value: "g", Label: "Gold"}}, Visits: []ui.Option{{Value: "in-30", Label: "Vino en los últimos 30 días"}},
			News: []ui.Option{{Value: "yes", Label: "Quiere novedades"}}, Sorts: []ui.Option{{Value: "balance", Label: "Más puntos"}}, Reset: "#main",
			SortHrefs: map[string]string{"name": "#main", "balance": "#main", "visit": "#main", "lifetime": "#main", "newest": "#main"},
			Chips:     []customers.Chip{{Label: "Gold", Said: "Quitar: Gold", RemoveHref: "#main"}, {Label: "Vino en los últimos 30 días", Said: "Quitar: Vino en los últimos 30 días", RemoveHref: "#main"}},
		},
		Rows: []customers.Row{
			{Name: "Rosaura Quispe Huamán", Sub: "+51 987 654 321", Href: "#main", Tier: "Gold", Rank: 3, Balance: "2,440", Lifetime: "3,980", Visit: "7 mar 2026", Since: "2 ene 2025"},
			{Name: "María de los Ángeles Rodríguez-Larraín de la Puente", Sub: "maria.de.los.angeles@example.com", Href: "#main", Tier: "Silver", Rank: 2, Balance: "905", Lifetime: "905", Visit: "28 feb 2026", Since: "14 feb 2026", Frozen: true},
			{Name: "Piero León", Href: "#main", Balance: "0", Lifetime: "0", Since: "7 mar 2026"},
		},
		Paging: ui.PagingProps{Label: "Páginas de clientes", Summary: "1–3 de 3", NextHref: "#main"},
	}
}
