package i18n

// Merging guests, and moving awards between them.
func init() {
	Register("es", Catalog{
		"%d points would have to go back and the balance is %d: some were spent since the merge, and the program allows no debt.": "Tendrían que volver %d puntos y el saldo es de %d: algunos se gastaron desde la unión y el programa no permite deudas.",
		"A merge can be undone for 30 days, and they are over.":                                                                   "Una unión se puede deshacer durante 30 días, y ya pasaron.",
		"Merged two guests": "Unió a dos clientes",
		"More was taken back of the other customer's points since the merge than that customer had left, and the program allows no debt.": "Desde la unión se le retiraron al otro cliente más puntos de los que le quedaban, y el programa no permite deudas.",
		"Moved an award to another guest":                                          "Pasó puntos a otro cliente",
		"One of the two accounts is frozen. Unfreeze it before merging.":           "Una de las dos cuentas está congelada. Hay que descongelarla antes de unirlas.",
		"One of the two was anonymized and can't be merged.":                       "Uno de los dos fue anonimizado y no se puede unir.",
		"One of the two was merged into another customer already.":                 "Uno de los dos ya se unió a otro cliente.",
		"The customer was anonymized since, so nobody can be told apart any more.": "El cliente fue anonimizado después, así que ya no se puede separar a nadie.",
		"The customer was merged into another since. Undo that merge first.":       "El cliente se unió después a otro. Primero hay que deshacer esa unión.",
		"At this customer's tier the award would be worth no points.":              "En el nivel de este cliente no valdría ningún punto.",
		"Moved to the right guest":                                                 "Pasado al cliente correcto",
		"Merged into another account":                                              "Unida a otra cuenta",
		"Merged from another account":                                              "Llegó de otra cuenta",
		"Merge undone":                                                             "Unión deshecha",
		"There is no merge of this customer to undo.":                              "No hay ninguna unión de este cliente que deshacer.",
		"There is no such merge.":                                                  "No existe esa unión.",
		"Undid a merge":                                                            "Deshizo una unión",
		"must be another customer":                                                 "debe ser otro cliente",
		"must name fields of contact":                                              "debe nombrar datos de contacto",
	})
}
