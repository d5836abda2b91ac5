package i18n

// The main catalog, and the glossary that every Spanish catalog keeps to.
//
// Voice: tú, to staff and guests alike; plain Spanish that reads the same in
// Latin America and Spain; sentence case; no gender where a natural word has none.
//
//	guest, customer    cliente           store           local
//	member             miembro           till            caja
//	membership card    tarjeta de fidelidad
//	owner              propiedad         manager         gerencia
//	cashier            personal de caja; one of them: persona de caja
//	staff              personal          colleague       colega
//	points             puntos            balance         saldo
//	award (noun)       abono             award, give     otorgar
//	by hand            manual            adjustment      corrección
//	take back          retirar           undo            deshacer
//	reward             recompensa        redemption      canje
//	give back          devolver          refund          reembolso
//	bill, check        cuenta            account         cuenta (del cliente)
//	receipt            recibo            order           pedido
//	claim              reclamar, reclamación
//	transaction, entry movimiento        record, log     registro
//	tier               nivel             threshold       umbral
//	case               caso              finding         hallazgo
//	freeze             congelar          dismiss         descartar
//	merge              unir              import          importación
//	sign in, out       iniciar sesión, cerrar sesión
//	switch off         desactivar        revoke          anular
//	add, delete        añadir, eliminar  remove, erase   quitar, borrar
//	expire             vencer            settings        ajustes
//
// No digits grouped in a text (its reader may write 1.000 or 1,000): "un
// millón", "mil millones". TestSpanishKeepsToTheGlossary holds the rest.
func init() {
	Register("es", Catalog{
		"The loyalty program of your restaurant.":                                              "El programa de fidelidad de tu restaurante.",
		"It isn’t certain that this has arrived. Leave without sending it again?":              "No es seguro que esto haya llegado. ¿Salir sin enviarlo otra vez?",
		"You are offline. What you typed is kept; it can be sent once the connection is back.": "No hay conexión. Lo que escribiste se conserva y se podrá enviar cuando vuelva.",
		"What you typed is back. It hasn’t been sent yet.":                                     "Recuperamos lo que escribiste. Aún no se ha enviado.",
		"Please fill this in.":            "Completa este campo.",
		"At least %s characters, please.": "Escribe al menos %s caracteres.",
		"Please choose one.":              "Elige una opción.",
		"This isn’t a whole e-mail address, such as ana@example.com.": "No es un correo completo, como ana@example.com.",
		"This isn’t complete, or there is no such day or time.":       "Está incompleto, o no existe ese día u hora.",
		"That didn’t work. Nothing was lost; please try again.":       "No funcionó. No se perdió nada; inténtalo de nuevo.",

		"The connection was lost. This is kept and will be sent again, once only.":               "Se perdió la conexión. Esto se conserva y se enviará de nuevo, una sola vez.",
		"The service is busy. This is kept and will be sent again, once only.":                   "El servicio está ocupado. Esto se conserva y se enviará de nuevo, una sola vez.",
		"It still can’t be sent. Nothing you typed is lost: press the button again in a moment.": "Sigue sin poder enviarse. No se pierde nada de lo que escribiste: pulsa el botón de nuevo en un momento.",

		"Skip to content": "Ir al contenido",
		"Main":            "Principal",
		"Shortcuts":       "Accesos directos",
		"All pages":       "Todas las páginas",
		"More":            "Más",
		"waiting":         "pendientes",
		"Account of %s":   "Cuenta de %s",
		"Your account":    "Tu cuenta",
		"Sign out":        "Cerrar sesión",
		"Sign in":         "Iniciar sesión",
		"Theme":           "Tema",
		"Light":           "Claro",
		"Dark":            "Oscuro",
		"System":          "Sistema",
		"Language":        "Idioma",
		"Owner":           "Propiedad",
		"Manager":         "Gerencia",
		"Cashier":         "Personal de caja",

		"Home":         "Inicio",
		"Till":         "Caja",
		"Customers":    "Clientes",
		"Redemptions":  "Canjes",
		"Anomalies":    "Anomalías",
		"Program":      "Programa",
		"Rules":        "Reglas",
		"Tiers":        "Niveles",
		"Rewards":      "Recompensas",
		"Campaigns":    "Campañas",
		"Events":       "Eventos",
		"Referrals":    "Referidos",
		"Coupons":      "Cupones",
		"Records":      "Registros",
		"Transactions": "Movimientos",
		"Orders":       "Pedidos",
		"Import":       "Importar",
		"Audit log":    "Auditoría",
		"Business":     "Negocio",
		"Staff":        "Personal",
		"Stores":       "Locales",
		"Settings":     "Ajustes",

		"Please sign in again":                               "Inicia sesión de nuevo",
		"This page isn’t for your role":                      "Esta página no es para tu rol",
		"There’s nothing here":                               "Aquí no hay nada",
		"That was a lot at once":                             "Fueron demasiadas solicitudes",
		"We’ll be right back":                                "Volvemos enseguida",
		"Something went wrong":                               "Algo salió mal",
		"Go back":                                            "Volver",
		"Go to the start page":                               "Ir a la página de inicio",
		"Reference: %s":                                      "Referencia: %s",
		"Wait a moment, then try again.":                     "Espera un momento e inténtalo de nuevo.",
		"Your session has ended. Nothing you saved is lost.": "Tu sesión terminó. Nada de lo que guardaste se perdió.",
		"Ask an owner if you need to work with it.":          "Si necesitas usarla, pídeselo a la propiedad.",
		"The address may be mistyped, or what was here has been removed.":   "La dirección puede estar mal escrita, o lo que había aquí se eliminó.",
		"The service is restarting. Try again in a minute.":                 "El servicio se está reiniciando. Inténtalo en un minuto.",
		"It’s our fault, not yours. Nothing was changed; please try again.": "Es culpa nuestra, no tuya. No se cambió nada; inténtalo de nuevo.",

		"%d point":                       "%d punto",
		"%d points":                      "%d puntos",
		"Show as table":                  "Ver como tabla",
		"Period":                         "Período",
		"%s points: %s":                  "%s puntos: %s",
		"%d to %d":                       "De %d a %d",
		"%d and more":                    "%d o más",
		"Members":                        "Miembros",
		"Choose a file, or drop it here": "Elige un archivo o suéltalo aquí",
		"Close":                          "Cerrar",
		"Dismiss":                        "Descartar",
		"Previous":                       "Anterior",
		"Next":                           "Siguiente",
		"Please check the form":          "Revisa el formulario",
	})
}
