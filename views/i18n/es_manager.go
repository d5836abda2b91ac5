package i18n

// What managers and owners read beside the catalogs of each area.
func init() {
	Register("es", Catalog{
		"Give points by hand": "Dar puntos a mano", "Give points": "Dar puntos", "Points given.": "Puntos otorgados.", "Points by hand need a manager.": "Los puntos a mano necesitan a gerencia.",
		"Points without a bill. They count towards the tier, as those of an order do.": "Puntos sin cuenta. Valen para el nivel, como los de un pedido.",
		"You can give %d point at once; more need a manager.":                          "Puedes dar %d punto de una vez; más necesitan a gerencia.", "You can give up to %d points at once; more need a manager.": "Puedes dar hasta %d puntos de una vez; más necesitan a gerencia.",

		"New cases have come in.": "Han llegado casos nuevos.", "Show them": "Ver", "See it": "Ver", "Reopened": "Reabierto", "Selected": "Elegidos",
		"Select every case on this page":                                                "Seleccionar todos los casos de esta página",
		"Back to the case just decided, or undo what was done with it":                  "Volver al caso recién decidido, o deshacer lo hecho con él",
		"Choose who sees to it":                                                         "Elegir quién se ocupa",
		"For %d day the same kind of finding about the same people opens no new case.":  "Durante %d día, un hallazgo del mismo tipo sobre las mismas personas no abre otro caso.",
		"For %d days the same kind of finding about the same people opens no new case.": "Durante %d días, un hallazgo del mismo tipo sobre las mismas personas no abre otro caso.",
		"Single-key shortcuts":                                                          "Atajos de una tecla", "Keys on": "Con teclas", "Keys off": "Sin teclas", "They can be switched off in the menu under your name.": "Se pueden desactivar en el menú que lleva tu nombre.",
		"Other awards": "Otros abonos", "The usual day without it": "Un día normal sin él", "Order #%s": "Pedido n.º %s",

		"No order matches": "Ningún pedido coincide", "No transaction matches": "Ningún movimiento coincide", "Try fewer filters or more days.": "Prueba con menos filtros o más días.",
		"No transactions yet": "Todavía no hay movimientos", "Every point that is given, spent or corrected will stand here.": "Aquí constará cada punto que se otorgue, se gaste o se corrija.",
		"by %s": "por %s", "earns once it is completed": "gana cuando se complete", "earned nothing": "no ganó nada", "no program was active": "no había programa activo",
		"too late to claim": "ya no se puede reclamar", "a guest can claim it until %s": "un cliente puede reclamarlo hasta el %s", "Breadcrumb": "Ruta de la página",

		"%d permission": "%d permiso", "%d permissions": "%d permisos",
		"See the program, rewards and points": "Ver el programa, las recompensas y los puntos", "Give points, change program and rewards": "Otorgar puntos, cambiar el programa y las recompensas",
		"Redeem rewards": "Canjear recompensas", "Correct balances": "Corregir saldos", "Look guests up": "Buscar clientes", "Sign guests up": "Registrar clientes",
		"Change guests’ data": "Cambiar datos de clientes", "Delete guests": "Eliminar clientes", "Send orders": "Enviar pedidos", "See suspicious cases": "Ver casos sospechosos",
		"Decide suspicious cases": "Decidir casos sospechosos",

		"Assigned a case": "Asignó un caso", "Commented on a case": "Comentó un caso", "Gave a case’s points again": "Devolvió los puntos de un caso", "Lifted a case’s freeze": "Descongeló la cuenta de un caso",
		"Gave points again": "Devolvió puntos", "Gave out a membership card": "Emitió una tarjeta de fidelidad", "Revoked a membership card": "Anuló una tarjeta de fidelidad",
		"Gave somebody a PIN": "Puso un PIN", "Removed a PIN": "Quitó un PIN", "Locked a PIN after wrong tries": "Bloqueó un PIN tras intentos fallidos", "Unlocked a shared till": "Desbloqueó una caja compartida",
		"Loaded the demo restaurant": "Cargó el restaurante de muestra", "Imports": "Importaciones", "Organization": "Organización", "Look at it": "Verlo",
		"Given": "Otorgados", "Done": "Hecho", "Tries": "Intentos", "Rows": "Filas", "Stock": "Existencias", "points taken back": "puntos retirados", "account frozen": "cuenta congelada",
	})
}
