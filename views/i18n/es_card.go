package i18n

func init() {
	Register("es", Catalog{
		"Membership card": "Tarjeta de fidelidad",
		"Card":            "Tarjeta",
		"Card of %s":      "Tarjeta de %s",
		"Show this card when you pay. Keep its link to yourself: whoever has it can show it too.": "Muestra esta tarjeta al pagar. No compartas su enlace: quien lo tenga también puede mostrarla.",
		"Print the card":             "Imprimir la tarjeta",
		"Yours to take":              "Ya es tuya",
		"This card isn’t valid":      "Esta tarjeta no es válida",
		"QR code of the card %s":     "Código QR de la tarjeta %s",
		"QR code of the card’s link": "Código QR del enlace de la tarjeta",
		"It may have been replaced by a newer one. Your points are safe: ask at the restaurant for a new link.":             "Puede que se haya reemplazado por una más nueva. Tus puntos están a salvo: pide un enlace nuevo en el restaurante.",
		"Guests open their card on their phone, see their points and show it at the till. It needs no app and no password.": "Los clientes abren la tarjeta en su teléfono, ven sus puntos y la muestran en la caja. No necesita app ni contraseña.",
		"Issue a card": "Emitir una tarjeta",
		"The guest points a phone’s camera here to open the card.": "El cliente apunta aquí con la cámara del teléfono para abrir la tarjeta.",
		"Copy the link":                 "Copiar el enlace",
		"Open or print":                 "Abrir o imprimir",
		"The link can’t be shown again": "El enlace no se puede volver a mostrar",
		"This server’s key has changed since the card was issued. The card itself still works; a new one gets a link that can be shown.": "La clave de este servidor ha cambiado desde que se emitió la tarjeta. La tarjeta sigue funcionando; una nueva tendrá un enlace que se puede mostrar.",
		"Card code":                    "Código de la tarjeta",
		"Issued on":                    "Emitida el",
		"Lost, or in the wrong hands?": "¿Perdida o en malas manos?",
		"Link and code of this card end at once, printed ones too. The points stay.": "El enlace y el código de esta tarjeta dejan de valer al momento, también los impresos. Los puntos se quedan.",
		"Replace the card":       "Reemplazar la tarjeta",
		"Revoke the card":        "Anular la tarjeta",
		"The card is issued.":    "La tarjeta está emitida.",
		"The card is revoked.":   "La tarjeta está anulada.",
		"There is no such card.": "Esa tarjeta no existe.",
	})
}
