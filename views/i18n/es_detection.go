package i18n

// What the detectors and the reviewer's page say beside es_anomalies.go.
func init() {
	Register("es", Catalog{
		"must be a whole number from 0 to %s":                                 "debe ser un número entero de 0 a %s",
		"Awards by hand of %d points and more need a manager.":                "Los abonos a mano de %d puntos o más necesitan un encargado.",
		"No account was frozen for this case.":                                "No se congeló ninguna cuenta por este caso.",
		"%d of the points can't be spent until a manager has looked at them.": "%d de los puntos no se pueden gastar hasta que un encargado los revise.",
		"This reward is held until a manager has looked at the case.":         "Esta recompensa queda retenida hasta que un encargado revise el caso.",
		"No points were taken back for this case.":                            "No se retiraron puntos por este caso.",
		"must be times of the day, such as 12:00 to 23:30":                    "deben ser horas del día, como 12:00 a 23:30",
		"Points from which an award by hand needs a manager; 0 for none":      "Puntos desde los que un abono a mano necesita un encargado; 0 para ninguno",
	})
}
