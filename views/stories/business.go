package stories

import (
	"regulars/views/business"
	"regulars/views/ledger"
	"regulars/views/ui"
)

// businessPages are the records and the pages of those who run the place.
func businessPages() []Group {
	return []Group{
		{"transactions", "Transactions", "arrow-left-right", ledger.Transactions(transactions())},
		{"transactions-none", "Transactions: none yet", "arrow-left-right", ledger.Transactions(ledger.TransactionsProps{None: true})},
		{"transactions-filtered", "Transactions: none matches", "search-x", ledger.Transactions(ledger.TransactionsProps{CSV: "#main", Filter: ledger.FilterProps{Filtered: true, From: "2026-03-01", Customer: "c", CustomerName: "Rosaura Quispe Huamán", AnyCustomer: "#main"}})},
		{"orders", "Orders", "receipt-text", ledger.Orders(orders())},
		{"orders-none", "Orders: none yet", "receipt-text", ledger.Orders(ledger.OrdersProps{None: true, Import: true})},
		{"staff", "Staff", "user-cog", business.Staff(people())},
		{"staff-form", "Staff: a person", "user-cog", business.StaffFormPage(personForm())},
		{"stores", "Stores", "store", business.Stores(stores())},
		{"store-form", "Stores: a store", "store", business.StoreFormPage(storeForm())},
		{"pins", "PINs for the till", "key-round", business.PINs(business.PINsProps{People: []business.PINHolder{{Name: "Ana Prieto", Role: "Personal de caja", Since: "2 ene 2026", Href: "#main"}, {Name: "Lucía Fernández", Role: "Propiedad", Self: true, Href: "#main"}}})},
		{"pin", "PINs: one’s own", "key-round", business.PIN(business.PINProps{Name: "Lucía Fernández", Action: "#main", Self: true, Has: true, Form: ui.Form{CSRF: "token", Key: "k", Errors: map[string]string{"pin": "Debe tener de 4 a 6 cifras."}}})},
		{"keys", "API keys", "key-round", business.Keys(keys())},
		{"keys-none", "API keys: none yet", "key-round", business.Keys(business.KeysProps{})},
		{"key-form", "API keys: a new one", "key-round", business.KeyFormPage(keyForm())},
		{"key-made", "API keys: shown once", "key-round", business.KeyMadePage("Caja de la barra", "rk_live_9f2c81d07ab34e55b1a06cfe7712c9d84f30aa51")},
		{"key-revoke", "API keys: revoking", "key-round", business.AskPage(business.AskProps{Title: "¿Revocar Caja de la barra?", Text: "Lo que trabaje con ella se detiene en un segundo. No se puede deshacer.", Action: "#main", Button: "Revocar", BackHref: "#main", BackLabel: "Claves de API", Form: ui.Form{CSRF: "token", Key: "k"}})},
		{"security", "Security", "lock", business.Security(security())},
		{"audit", "Audit log", "history", business.Audit(audit())},
		{"audit-none", "Audit log: none matches", "history", business.Audit(business.AuditProps{Filtered: true, From: "2026-03-01", People: audit().People, Subjects: audit().Subjects})},
	}
}

func transactions() ledger.TransactionsProps {
	row := ledger.Transaction{
		When: "31 mar 2026, 20:14", Machine: "2026-03-31T20:14:00Z", Type: "Ganados", Icon: "plus", Customer: "Rosaura Quispe Huamán", CustomerHref: "#main", Points: "+108", After: "2,548",
		Reason: "Pedido n.º 10-4411", Where: "Casa Lima Miraflores", Who: "Ana Prieto", Tone: ui.Good, MoveHref: "#main",
		Why: []ui.SumLine{{Label: "S/86.50 × 1", Value: "86"}, {Label: "× 1.25 Gold", Value: "108", Total: true}},
	}
	back := row
	back.Type, back.Reason, back.Points, back.After, back.Tone, back.Why, back.MoveHref = "Retirados", "Se cobró dos veces la misma mesa, lo pidió la gerente del turno de noche", "−1,208", "1,340", ui.Bad, nil, ""
	back.Customer = "María de los Ángeles Rodríguez-Larraín de la Puente"
	taken := row
	taken.Reversed = true
	return ledger.TransactionsProps{CSV: "#main", Rows: []ledger.Transaction{row, back, taken}, Paging: ui.PagingProps{Label: "Páginas de movimientos", Summary: "1–3 de más de 10 000", NextHref: "#main"}, Filter: ledger.FilterProps{
		Stores: manyStores(), Types: []ui.Option{{Value: "earn", Label: "Ganados"}}, People: []ui.Option{{Value: "a", Label: "Ana Prieto"}}, Person: "a", Filtered: true,
		Customer: "c", CustomerName: "Rosaura Quispe Huamán", AnyCustomer: "#main",
	}}
}

func orders() ledger.OrdersProps {
	row := ledger.Order{
		Ref: "10-4411", When: "31 mar 2026, 20:14", Machine: "2026-03-31T20:14:00Z", Store: "Casa Lima Miraflores", Total: "S/86.50", Status: "Completado", Tone: ui.Good, Customer: "Rosaura Quispe Huamán", CustomerHref: "#main",
		Cashier: "Ana Prieto", Points: "108", Why: []ui.SumLine{{Label: "S/86.50 × 1", Value: "86"}, {Label: "× 1.25 Gold", Value: "108", Total: true}},
	}
	free := row
	free.Ref, free.Customer, free.CustomerHref, free.Cashier, free.Points, free.Why, free.WhyNot = "10-4412", "", "", "", "", nil, "un cliente puede reclamarlo hasta el 7 abr 2026"
	refunded := row
	refunded.Ref, refunded.Status, refunded.Tone, refunded.Refunded, refunded.Points = "un-numero-de-recibo-larguisimo-0000000000000000001", "Reembolsado", ui.Quiet, "S/86.50 reembolsados", "0"
	open := free
	open.Ref, open.Status, open.Tone, open.WhyNot = "10-4413", "Abierto", ui.Note, "gana cuando se complete"
	return ledger.OrdersProps{
		Tabs: []ui.Tab{{Label: "Todos", Href: "#main", Active: true}, {Label: "Sin cliente", Href: "#main"}, {Label: "Abierto", Href: "#main"}, {Label: "Completado", Href: "#main"}},
		Rows: []ledger.Order{row, free, refunded, open}, Paging: ui.PagingProps{Label: "Páginas de pedidos", Summary: "1–4 de 4"}, Filter: ledger.FilterProps{Stores: manyStores()[:3]},
	}
}

func people() business.StaffProps {
	return business.StaffProps{People: []business.Person{
		{ID: "1", Name: "Lucía Fernández", Email: "lucia@casalima.example", Role: "Propiedad", Stores: "Todos los locales", Active: true, Self: true},
		{ID: "2", Name: "María de los Ángeles Rodríguez-Larraín de la Puente", Email: "maria.de.los.angeles.rodriguez.larrain@casalima.example", Role: "Gerencia", Stores: "Casa Lima Miraflores, Casa Lima Barranco, Casa Lima Surco", Guest: "María R.", Active: true},
		{ID: "3", Name: "Ana Prieto", Email: "ana@casalima.example", Role: "Personal de caja", Stores: "Casa Lima Miraflores"},
	}}
}

func personForm() business.StaffFormProps {
	f := ui.Form{CSRF: "token", Key: "k", Errors: map[string]string{"email": "Ya la usa otra persona.", "guest": "Ningún cliente tiene este teléfono."}}
	f = f.With("name", "Ana Prieto").With("email", "lucia@casalima.example").With("role", "cashier").With("active", "on").With("storeIds", "Lince").With("guest", "987 654")
	return business.StaffFormProps{ID: "3", Stores: manyStores()[:5], Form: f}
}

func stores() business.StoresProps {
	return business.StoresProps{Days: 30, Stores: []business.Store{
		{ID: "1", Name: "Casa Lima Miraflores", Zone: "America/Lima", Time: "20:14", Hours: "10:00–00:00", Sales: "S/148,200", Orders: "2,310 pedidos", OrdersHref: "#main", Points: "160,401", Last: "hoy", Tills: "2 cajas abiertas", TillSeen: "hace 3 minutos", External: "MIRA-01", Active: true},
		{ID: "2", Name: "Casa Lima Aeropuerto Internacional Jorge Chávez, Salidas Nacionales", Zone: "America/Argentina/Buenos_Aires", Time: "22:14", Hours: "sin vigilar"},
		{ID: "3", Name: "Casa Lima Surco", Zone: "America/Lima", Time: "20:14", Hours: "cerrado", Active: true},
	}}
}

func storeForm() business.StoreFormProps {
	f := ui.Form{CSRF: "token", Key: "k", Errors: map[string]string{"timeZone": "Debe ser una zona horaria como America/Lima.", "to1": "Debe ser una hora como 12:00."}}
	f = f.With("name", "Casa Lima Barranco").With("timeZone", "Lima").With("currency", "PEN").With("from1", "12:00").With("active", "on")
	return business.StoreFormProps{ID: "1", Zones: []string{"America/Lima"}, Form: f, Days: []business.StoreDay{{Label: "lunes", From: "from1", To: "to1"}, {Label: "martes", From: "from2", To: "to2"}}}
}

func keys() business.KeysProps {
	works := ui.BadgeProps{Label: "Funciona", Tone: ui.Good, Dot: true}
	return business.KeysProps{Keys: []business.Key{
		{ID: "1", Name: "Caja de la barra", Prefix: "rk_live_9f2c", Scopes: []string{"Enviar pedidos", "Buscar clientes", "Canjear recompensas"}, Stores: "Casa Lima Miraflores", Used: "hace 3 min", State: works},
		{ID: "2", Name: "La app de los clientes, versión de pruebas del equipo de fuera", Prefix: "rk_live_77ab", Stores: "Todos los locales", Used: "nunca", State: works, Expires: "hasta el 30 jun 2026"},
	}, Ended: []business.Key{
		{ID: "3", Name: "Caja vieja", Prefix: "rk_live_0001", Scopes: []string{"Enviar pedidos"}, Stores: "Casa Lima Barranco", Used: "hace 2 meses", State: ui.BadgeProps{Label: "Anulada", Tone: ui.Bad}, Expires: "el 2 mar 2026"},
	}}
}

func keyForm() business.KeyFormProps {
	return business.KeyFormProps{Stores: manyStores()[:3], Scopes: []ui.Option{
		{Value: "loyalty:read", Label: "Ver el programa, las recompensas y los puntos", Hint: "loyalty:read"}, {Value: "orders:create", Label: "Enviar pedidos", Hint: "orders:create"},
	}, Form: ui.Form{CSRF: "token", Key: "k", Errors: map[string]string{"name": "Hace falta.", "scopes": "Marca al menos uno."}}}
}

func security() business.SecurityProps {
	return business.SecurityProps{
		Owner: true, Email: "lucia@casalima.example", Least: 8, Form: ui.Form{CSRF: "token", Key: "k", Errors: map[string]string{"currentPassword": "No es tu contraseña."}},
		Sessions: []business.Session{{ID: "1", Device: "Chrome, Windows", Icon: "monitor", Since: "31 mar 2026, 09:02", Seen: "ahora", Current: true}, {ID: "2", Device: "Safari, iPhone", Icon: "smartphone", Since: "12 mar 2026, 18:40", Seen: "hace 2 días"}},
		Rules:    []ui.Fact{{Label: "Contraseñas equivocadas", Value: "Tras 5 seguidas pasan 15 minutos hasta el siguiente intento."}, {Label: "Contraseñas", Value: "Tienen al menos 8 caracteres y solo se guarda su huella."}},
	}
}

func audit() business.AuditProps {
	return business.AuditProps{
		Entries: []business.Entry{
			{When: "31 mar 2026, 22:41", Machine: "2026-03-31T22:41:00Z", Who: "Marta Ruiz", Role: "Gerencia", What: "Decidió un caso", Href: "#main", Detail: "Decisión: Confirmado · Hecho: puntos retirados · Tipo: Cliente favorecido"},
			{When: "31 mar 2026, 20:02", Machine: "2026-03-31T20:02:00Z", Who: "Ana Prieto", Role: "Personal de caja", What: "Otorgó puntos a mano", Object: "María de los Ángeles Rodríguez-Larraín de la Puente", Href: "#main", Detail: "Puntos: 200"},
			{When: "31 mar 2026, 03:00", Machine: "2026-03-31T03:00:00Z", Who: "El propio programa", What: "Eliminó un cliente"},
		},
		People: []ui.Option{{Value: "m", Label: "Marta Ruiz"}}, Subjects: []ui.Option{{Value: "anomaly", Label: "Casos"}}, Paging: ui.PagingProps{Label: "Páginas del registro", Summary: "1–3 de 3"},
	}
}
