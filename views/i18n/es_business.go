package i18n

// Events, staff, stores, API keys and the audit log.
func init() {
	Register("es", Catalog{
		"Points for what isn’t a bill: a review, a birthday visit, an app sign-up. Your app or website reports them through the API.": "Puntos por algo que no es una cuenta: una reseña, una visita de cumpleaños, un registro en la app. Tu app o tu web los comunica por la API.",
		"No events yet": "Todavía no hay eventos", "Add what you want to thank guests for, then let your app report it.": "Añade lo que quieres agradecer y deja que tu app lo comunique.",
		"New event": "Evento nuevo", "Edit event": "Editar evento", "Add event": "Añadir evento", "Delete %s": "Eliminar %s", "Key": "Clave", "Earns": "Gana", "Limits": "Límites", "Details": "Detalles",
		"Review on a map": "Reseña en un mapa", "What your app sends. It can’t be changed later.": "Lo que envía tu app. No se puede cambiar después.", "What it earns": "Lo que gana",
		"Always the same": "Siempre lo mismo", "100 points for a review": "100 puntos por una reseña", "By an amount": "Según un importe", "2 points for each %s1 of a gift card": "2 puntos por cada %s1 de una tarjeta regalo",
		"Points for each unit": "Puntos por unidad", "%s points for each unit": "%s puntos por unidad", "Each guest a day, at most": "Máximo por cliente y día", "Empty: no limit.": "Vacío: sin límite.",
		"Pause in between": "Pausa entre una y otra", "Empty: none.": "Vacío: ninguna.", "Earns points": "Da puntos", "once a day": "una vez al día", "%d times a day": "%d veces al día",
		"%d second apart": "con %d segundo de pausa", "%d seconds apart": "con %d segundos de pausa", "seconds": "segundos",
		"%d minute apart": "con %d minuto de pausa", "%d minutes apart": "con %d minutos de pausa", "no limits": "sin límites", "%s is switched off.": "%s está desactivado.",
		"Where a guest has earned by it, it is switched off instead, and the history stays.": "Si algún cliente ya ganó con él, solo se desactiva y el historial se queda.",

		"Everyone signs in as themselves, so that it stays clear who did what.": "Cada persona inicia sesión con su propia cuenta; así queda claro quién hizo qué.",
		"Add a person": "Añadir persona", "Person": "Persona", "Role": "Rol", "Works at": "Trabaja en", "Own guest account": "Cuenta de cliente propia", "you": "tú",
		"Finds guests, gives and redeems points.": "Busca clientes, otorga y canjea puntos.", "Also corrects, decides cases and keeps the rewards.": "Además corrige puntos, decide casos y lleva las recompensas.",
		"May do everything, these pages too.": "Puede hacerlo todo, también estas páginas.", "First password": "Primera contraseña", "New password": "Contraseña nueva",
		"At least 8 characters. Tell it to them; they can change it.": "Al menos 8 caracteres. Díselo; la puede cambiar.", "Only if they forgot theirs. It signs them out everywhere.": "Solo si olvidó la suya. Cierra su sesión en todas partes.",
		"May sign in": "Puede iniciar sesión", "Switched off, they are signed out at once; what they did stays in the log.": "Si lo desactivas, su sesión se cierra al momento; lo que hizo queda en el registro.",
		"Save person": "Guardar persona", "%s can sign in now.": "%s ya puede iniciar sesión.", "Unlink the guest account of %s": "Desvincular la cuenta de cliente de %s",
		"While it is linked, points they give themselves are noticed.":                                           "Mientras esté vinculada, se detectan los puntos que se otorga a su propia cuenta.",
		"The phone number they collect points with themselves, so that points they give themselves are noticed.": "El teléfono con el que acumula sus propios puntos, para detectar los que se otorga a su propia cuenta.",
		"no guest has this phone number": "ningún cliente tiene este teléfono", "There is no such person.": "No existe esa persona.",

		"Each has its own days and figures; guests and their points belong to all of them.": "Cada uno tiene sus días y sus cifras; los clientes y sus puntos son de todos.",
		"Add a store": "Añadir local", "Known in imports as": "Nombre en importaciones", "In imports: %s": "En importaciones: %s", "Clock": "Hora", "Open today": "Abierto hoy", "Sales, %d day": "Ventas, %d día", "Sales, %d days": "Ventas, %d días",
		"Tills": "Cajas", "none open": "ninguna abierta", "%d till open": "%d caja abierta", "%d tills open": "%d cajas abiertas",
		"Last sale": "Última venta", "None in %d day": "Ninguna en %d día", "None in %d days": "Ninguna en %d días", "today": "hoy", "yesterday": "ayer", "not watched": "sin vigilar", "closed": "cerrado", "Where its day begins.": "Donde empieza su día.", "Its code, such as USD.": "Su código, como USD.",
		"Open for business": "Abierto", "A closed store stays in the records.": "Un local cerrado se queda en los registros.", "Save store": "Guardar local",

		"API keys": "Claves de API", "API key": "Clave de API", "API reference": "Referencia de la API", "New key": "Clave nueva", "New API key": "Clave de API nueva", "No keys yet": "Todavía no hay claves",
		"With a key, a till or an app works with your program. Give each its own, with no more than it needs.": "Con una clave, una caja o una app trabaja con tu programa. Da a cada una la suya, solo con lo que necesita.",
		"Connect your till or your app: make a key and put it into its settings.":                              "Conecta tu caja o tu app: crea una clave y ponla en sus ajustes.",
		"May do": "Puede", "Last used": "Último uso", "never": "nunca", "Works": "Activa", "Everything": "Todo", "Revoke": "Anular", "Revoked": "Anulada", "Has expired": "Vencida", "until %s": "hasta el %s",
		"Till at the bar": "Caja de la barra", "What it may do": "Lo que puede hacer", "Make the key": "Crear la clave", "%s is made": "%s está creada", "Copy it now": "Cópiala ahora",
		"It is shown this once. Whoever has it works with your program.": "Se muestra solo esta vez. Quien la tenga trabaja con tu programa.", "The key": "La clave", "Copy": "Copiar", "Copied": "Copiado", "I have it": "Ya la tengo",
		"Revoke %s?": "¿Anular %s?", "Whatever works with it stops within a second. This can’t be undone.": "Lo que trabaje con ella se detiene en un segundo. No se puede deshacer.", "%s is revoked.": "%s está anulada.",
		"There is no such key.": "No existe esa clave.",

		"Who changed what, and when. Nothing here can be changed or removed.": "Quién cambió qué y cuándo. Aquí nada se puede cambiar ni quitar.",
		"Everyone": "Todos", "About": "Sobre", "Who": "Quién", "Pages of the log": "Páginas del registro", "Nothing was done that matches": "No se hizo nada que coincida", "Try another person or more days.": "Prueba con otra persona o más días.",
		"Guests": "Clientes", "Programs": "Programas", "The program itself": "El propio programa", "in the background": "en segundo plano",
		"Added a person": "Añadió una persona", "Added a reward": "Añadió una recompensa", "Added a store": "Añadió un local", "Added a tier": "Añadió un nivel", "Added an event": "Añadió un evento",
		"Changed a guest": "Cambió un cliente", "Changed a person": "Cambió una persona", "Changed a reward": "Cambió una recompensa", "Changed a store": "Cambió un local", "Changed a tier": "Cambió un nivel",
		"Changed an event": "Cambió un evento", "Changed the detection settings": "Cambió los ajustes de detección", "Changed the program": "Cambió el programa", "Changed their password": "Cambió su contraseña",
		"Corrected points": "Corrigió puntos", "Created a program": "Creó un programa", "Decided a case": "Decidió un caso", "Deleted a guest": "Eliminó un cliente", "Deleted a program": "Eliminó un programa",
		"Deleted a reward": "Eliminó una recompensa", "Deleted a tier": "Eliminó un nivel", "Deleted an event": "Eliminó un evento", "Erased a guest’s personal data": "Borró los datos personales de un cliente",
		"Exported a guest’s data": "Exportó los datos de un cliente", "Froze an account": "Congeló una cuenta", "Unfroze an account": "Descongeló una cuenta", "Gave points by hand": "Otorgó puntos a mano",
		"Made an API key": "Creó una clave de API", "Revoked an API key": "Anuló una clave de API", "Set the organization up": "Creó la organización", "Signed a guest up": "Registró un cliente", "Signed in": "Inició sesión",
		"Switched an event off": "Desactivó un evento", "Took a reward off the menu": "Retiró una recompensa de la oferta", "Took points back": "Retiró puntos",
	})
}
