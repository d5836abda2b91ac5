package i18n

// The rewards catalog.
func init() {
	Register("es", Catalog{
		"What guests get for their points.": "Lo que los clientes reciben por sus puntos.", "Which rewards": "Qué recompensas", "Catalog": "Catálogo", "All rewards": "Todas", "Offered": "En oferta",
		"New reward": "Recompensa nueva", "Edit reward": "Editar recompensa", "Add reward": "Añadir recompensa", "Edit": "Editar", "More for %s": "Más para %s",
		"Rewards belong to a program. An owner sets it up first.": "Las recompensas pertenecen a un programa. Primero lo crea un propietario.",
		"No rewards yet": "Aún no hay recompensas", "Start with something small that most guests reach in three visits, and something big to look forward to.": "Empieza con algo pequeño que casi todos alcancen en tres visitas y algo grande que ilusione.",
		"None is offered just now": "Ahora no se ofrece ninguna", "Look at all of them and switch one on, or add a new one.": "Míralas todas y ofrece una, o añade otra.",
		"Take off the menu": "Retirar de la oferta", "Offer it": "Ofrecerla", "Offered to guests": "Se ofrece a los clientes", "Off the menu": "Fuera de la oferta",
		"%s is in the catalog.": "%s está en el catálogo.", "%s is saved.": "%s se guardó.", "%s is offered again.": "%s se ofrece de nuevo.",
		"%s is off the menu. Guests keep what they redeemed.":                                    "%s ya no se ofrece. Los clientes conservan lo canjeado.",
		"Nobody has redeemed it yet, so it goes for good.":                                       "Nadie la ha canjeado todavía, así que se elimina del todo.",
		"It was redeemed by %d guest, so it can only be taken off the menu; the history stays.":  "La canjeó %d cliente, así que solo se puede retirar de la oferta; el historial se queda.",
		"It was redeemed by %d guests, so it can only be taken off the menu; the history stays.": "La canjearon %d clientes, así que solo se puede retirar de la oferta; el historial se queda.",

		"Discount": "Descuento", "Part of the bill, or an amount off it": "Una parte de la cuenta o un importe menos", "Free item": "Producto gratis",
		"A dish or a drink on the house": "Un plato o una bebida de la casa", "Credit": "Crédito", "An amount to spend": "Un importe para gastar",
		"Free delivery": "Envío gratis", "No delivery fee": "Sin costo de envío", "Perk": "Privilegio", "Anything else: a seat, a tour, a surprise": "Cualquier otra cosa: un lugar, una visita, una sorpresa",
		"What kind": "Qué tipo", "What guests see": "Lo que ven los clientes", "Off the bill": "Menos en la cuenta", "Percent": "Porcentaje", "An amount": "Un importe",
		"How much": "Cuánto", "Percent, or %s.": "Porcentaje, o %s.", "Item": "Producto", "Tiramisu": "Tiramisú", "Cost": "Costo", "Description": "Descripción",
		"Limits: stock, guests, days, stores": "Límites: existencias, clientes, días, tiendas", "Left in stock": "Quedan en existencias", "Empty: as many as you like.": "Vacío: tantas como quieras.",
		"Each guest, at most": "Cada cliente, como máximo", "Empty: as often as they like.": "Vacío: tantas veces como quiera.", "First day": "Primer día", "Last day": "Último día",
		"For which tiers": "Para qué niveles", "Every tier": "Todos los niveles", "None ticked: every store.": "Sin marcar: todas las tiendas.", "Name of the reward": "Nombre de la recompensa",

		"%d left": "quedan %d", "Out of stock": "Agotada", "%s off": "%s menos", "%s and above": "%s o superior", "Once for each guest": "Una vez por cliente",
		"%d times for each guest": "%d veces por cliente", "From %s": "Desde el %s", "Until %s": "Hasta el %s", "Over since %s": "Terminó el %s",
		"In %s, which is inactive": "En %s, que está inactivo", "Never redeemed yet": "Aún sin canjes", "Redeemed %d time": "%d canje", "Redeemed %d times": "%d canjes",
		"by %d guest": "de %d cliente", "by %d guests": "de %d clientes", "must be a day written YYYY-MM-DD": "debe ser un día escrito AAAA-MM-DD",
	})
}
