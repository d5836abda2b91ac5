package i18n

// The settings of the detectors.
func init() {
	Register("es", Catalog{
		"Detection settings": "Ajustes de detección", "How findings become cases.": "Cómo los hallazgos se vuelven casos.",
		"What counts as suspicious. The defaults suit most restaurants; every number has its range.": "Qué cuenta como sospechoso. Los valores de fábrica sirven a la mayoría; cada número tiene su rango.",
		"Only an owner can change what is noticed.":                                                  "Solo un propietario puede cambiar lo que se detecta.",
		"On": "Activado", "Save settings": "Guardar ajustes", "Back to the defaults": "Volver a los valores de fábrica", "%s to %s, usually %s": "De %s a %s, normalmente %s",
		"Settings saved. They apply from now on.": "Ajustes guardados. Se aplican desde ahora.", "must be a number from %s to %s": "debe ser un número de %s a %s",

		"Orders of one customer within the window":                                      "Pedidos de un cliente dentro de la ventana",
		"Point transactions of one customer within the window":                          "Movimientos de puntos de un cliente dentro de la ventana",
		"Length of the window":                                                          "Duración de la ventana",
		"Chance, given the customer's history, of as many earnings in a day":            "Probabilidad, según el historial del cliente, de tantos abonos en un día",
		"Robust deviations above the norm for an award by hand":                         "Desviaciones robustas sobre lo normal para un abono manual",
		"Robust deviations above the norm for an order that earned what the rule gives": "Desviaciones robustas sobre lo normal para un pedido que ganó lo que da la regla",
		"Times the norm that an order must reach":                                       "Veces lo normal que debe alcanzar un pedido",
		"Times the norm that an order of many points must reach":                        "Veces lo normal que debe alcanzar un pedido de muchos puntos",
		"Points from which an order counts as one of many points":                       "Puntos desde los que un pedido cuenta como de muchos puntos",
		"Least scatter assumed, in log units":                                           "Dispersión mínima supuesta, en unidades logarítmicas",
		"Earnings after which a customer's own norm counts half":                        "Abonos tras los que lo normal del propio cliente cuenta la mitad",
		"Growth over the norm to look for":                                              "Crecimiento sobre lo normal que se busca",
		"Accumulated evidence that raises a case":                                       "Indicios acumulados que abren un caso",
		"Weeks of history the norm remembers":                                           "Semanas de historial que recuerda lo normal",
		"Chance of as many claims, or awards by hand, for one account":                  "Probabilidad de tantas cuentas asignadas después, o abonos manuales, a un mismo cliente",
		"Chance of claims going back to the same accounts as often":                     "Probabilidad de que las cuentas asignadas después vuelvan tanto a los mismos clientes",
		"Share of visits on one cashier's shifts that a favourite would show":           "Parte de las visitas en turnos de una misma persona de caja que tendría un favorito",
		"How much honest cashiers differ":                                               "Cuánto difieren entre sí las personas de caja honestas",
		"Chance, given the peers, of as many awards by hand":                            "Probabilidad, según sus colegas, de tantos abonos manuales",
		"Awards by hand before a cashier is judged":                                     "Abonos manuales antes de juzgar a una persona de caja",
		"Minutes before opening and after closing that are normal":                      "Minutos antes de abrir y después de cerrar que son normales",
		"Hours after which putting a closed check on an account is late":                "Horas tras las que asignar una cuenta cerrada es tarde",
		"Chance of as many awards just below the limit":                                 "Probabilidad de tantos abonos justo bajo el límite",
		"Awards near the limit before a cashier is judged":                              "Abonos cerca del límite antes de juzgar a una persona de caja",
		"Orders of one customer at one till within the window":                          "Pedidos de un cliente en una caja dentro de la ventana",
		"Hours after a contact change in which spending is watched":                     "Horas tras un cambio de contacto en que se vigila el gasto",
		"Share of the balance whose spending is watched":                                "Parte del saldo cuyo gasto se vigila",
		"Reversals that leave a debt":                                                   "Reembolsos que dejan deuda",
		"Days in which they are counted":                                                "Días en que se cuentan",
		"New accounts that belong together":                                             "Cuentas nuevas relacionadas",
		"Days an account counts as new":                                                 "Días que una cuenta se considera nueva",
		"Score from which a signal opens a case":                                        "Puntuación desde la que un indicio abre un caso",
		"New cases a store a week before the rest goes below the line":                  "Casos nuevos por local y semana antes de que el resto quede bajo la línea",
		"Days a dismissed case stays quiet":                                             "Días sin abrir otro caso igual tras descartarlo",

		"Fine tuning": "Ajuste fino",
		"Statistics behind the finding. Try a change on the past before you save it.": "La estadística detrás del hallazgo. Prueba el cambio con el pasado antes de guardarlo.",

		"probability": "probabilidad", "deviations": "desviaciones", "times": "veces", "log units": "unidades log", "earnings": "abonos", "log likelihood": "log-verosimilitud",
		"weeks": "semanas", "share": "parte", "correlation": "correlación", "awards": "abonos", "minutes": "minutos", "days": "días", "−log10 of chance": "−log10 del azar", "cases": "casos",
	})
}
