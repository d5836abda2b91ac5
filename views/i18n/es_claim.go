package i18n

func init() {
	Register("es", Catalog{
		"Give to a guest":     "Asignar a un cliente",
		"Give to a guest: %s": "Asignar a un cliente: %s",
		"Whose order is it?":  "¿De quién es el pedido?",
		"The last digits are enough. Scan a card here too.": "Bastan las últimas cifras. Aquí también puedes escanear una tarjeta.",
		"This order can’t be given to a guest":              "Este pedido no se puede asignar a un cliente",
		"Choose another guest":                              "Elegir otro cliente",
		"Back to the orders":                                "Volver a los pedidos",
		"Give the order to this guest?":                     "¿Asignar el pedido a este cliente?",
		"Give the order":                                    "Asignar el pedido",
		"No points yet":                                     "Aún sin puntos",
		"The order was given to the guest.":                 "El pedido se asignó al cliente.",
		"See the guest":                                     "Ver al cliente",
	})
}
