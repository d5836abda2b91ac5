package i18n

// Customers who are likely the same person.
func init() {
	Register("es", Catalog{
		"Told two guests apart":                           "Señaló que dos clientes son personas distintas",
		"Put two guests back among the likely duplicates": "Devolvió dos clientes a los posibles duplicados",
		"Likely duplicates":                               "Posibles duplicados", "Duplicates": "Duplicados",
		"Customers who look like one person. Merging shows a preview first and can be undone for 30 days.": "Clientes que parecen ser la misma persona. Antes de unir se muestra una vista previa, y se puede deshacer durante 30 días.",
		"Pairs":                 "Parejas",
		"Pages of pairs":        "Páginas de parejas",
		"To look at":            "Por revisar",
		"Told apart":            "Distintos",
		"told apart on %s":      "distintos desde el %s",
		"Nobody was told apart": "Nadie está marcado como distinto",
		"Pairs that you mark as two people are kept here, so that you can change your mind.": "Aquí quedan las parejas que marques como dos personas, por si cambias de opinión.",
		"No duplicates in sight": "No hay duplicados a la vista",
		"New and changed customers are compared with the others within minutes. To merge two yourself, open one of them and choose “Merge a duplicate”.": "Los clientes nuevos o modificados se comparan con los demás en pocos minutos. Para unir dos por tu cuenta, abre uno y elige «Unir un duplicado».",
		"Compare and merge":                            "Comparar y unir",
		"Compare":                                      "Comparar",
		"Two different people":                         "Son dos personas",
		"Back to likely duplicates":                    "Volver a posibles duplicados",
		"One phone number, written in two ways":        "El mismo teléfono, escrito de dos formas",
		"The same e-mail address":                      "El mismo correo",
		"The same birth date and nearly the same name": "La misma fecha de nacimiento y casi el mismo nombre",
		"Nearly the same name and phone number":        "Casi el mismo nombre y teléfono",
		"The same name":                                "El mismo nombre",
		"Told apart. They won’t be shown as likely duplicates again.": "Marcados como distintos. No volverán a salir como posibles duplicados.",
		"Back among the likely duplicates.":                           "Vuelven a estar entre los posibles duplicados.",
		"Likely the same person":                                      "Probablemente la misma persona",
		"Likely the same person as %s":                                "Probablemente la misma persona que %s",
		"There is no such duplicate.":                                 "Esa pareja ya no está entre los posibles duplicados.",
	})
}
