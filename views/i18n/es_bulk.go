package i18n

// Points for many customers at once.
func init() {
	Register("es", Catalog{
		"Asked for points for many guests": "Pidió puntos para muchos clientes", "Gave many guests their points": "Dio sus puntos a muchos clientes",
		"Give points to these guests": "Dar puntos a estos clientes", "Frozen accounts and your own are passed over.": "Las cuentas congeladas y la tuya se omiten.",
		"Sign the first guest up at the till; then there is somebody to give points to.": "Registra al primer cliente en la caja; entonces habrá a quién dar puntos.",
		"Go back to the list and take one off.":                                          "Vuelve a la lista y quita alguno.", "Back to the list": "Volver a la lista", "Points for each": "Puntos para cada uno",
		"Every guest sees it beside the points, and it stays with the transaction for good.":      "Cada cliente lo ve junto a los puntos, y queda con el movimiento para siempre.",
		"It can’t be taken back all at once, only guest by guest. Look at the figures once more.": "No se puede retirar todo de una vez, solo cliente por cliente. Revisa las cifras otra vez.",
		"Type the points to see what they come to.":                                               "Escribe los puntos para ver cuánto suman.",
		"%s points in all, which add %s to what you owe if every point is spent.":                 "%s puntos en total, que suman %s a lo que debes si se gastan todos.",
		"Give points to %d guest": "Dar puntos a %d cliente", "Give points to %d guests": "Dar puntos a %d clientes", "All guests": "Todos los clientes",
		"%d guest has the points": "%d cliente tiene los puntos", "%d guests have their points": "%d clientes tienen sus puntos",
		"It broke off after %d guest": "Se interrumpió después de %d cliente", "It broke off after %d guests": "Se interrumpió después de %d clientes",
		"Under way": "En curso", "Giving points": "Se están dando los puntos", "frozen or gone": "congelados o que ya no están",
		"Tills go on working meanwhile. If the server stops, it goes on afterwards where it was.": "Las cajas siguen funcionando mientras tanto. Si el servidor se detiene, sigue después donde estaba.",
		"Something went wrong on our side. Customers who have their points keep them.":            "Algo falló de nuestro lado. Los clientes que ya tienen sus puntos los conservan.",
		"Points for many": "Puntos para muchos", "Skipped": "Omitidos",
		"%d of the customers named are no customers here, counted from 1: %s. Nobody was given anything; take them out and send it again.": "%d de los clientes indicados no son clientes de aquí, contando desde 1: %s. No se le dio nada a nadie; quítalos y envíalo de nuevo.",
		"must be at most %d for %d customers: one operation gives no more than 1,000,000,000 points in all":                                "debe ser como máximo %d para %d clientes: una operación no da más de mil millones de puntos en total",
		"must not come with customer ids: name customers one by one, or a segment":                                                         "no debe ir junto con clientes: indica clientes uno por uno o un segmento",
		"must name at least one customer; or send a segment":                                                                               "debe indicar al menos un cliente; o envía un segmento",
		"must name at most %d customers; send the rest in another request, or a segment":                                                   "debe indicar como máximo %d clientes; envía el resto en otra petición, o un segmento",
		"must ask for something: a tier, inactive days (0 for everybody) or a month of birth":                                              "debe pedir algo: un nivel, días sin venir (0 para todos) o un mes de nacimiento",
		"must be the id or the name of a tier of the active program":                                                                       "debe ser el id o el nombre de un nivel del programa activo",
		"must be a month from 1 to 12":                 "debe ser un mes del 1 al 12",
		"must be a whole number of days from %d to %d": "debe ser un número entero de días de %d a %d",
	})
}
