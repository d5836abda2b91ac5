package i18n

// One's own sign-in.
func init() {
	Register("es", Catalog{
		"Security": "Seguridad", "Your password, and where you are signed in.": "Tu contraseña y dónde tienes la sesión abierta.",
		"Where you are signed in": "Dónde tienes la sesión abierta", "Device": "Dispositivo", "this one": "este", "Sign out there": "Cerrar sesión ahí", "Sign out everywhere else": "Cerrar las demás sesiones",
		"A shared till": "Una caja compartida", "An unknown browser": "Un navegador desconocido", "You are signed out there.": "Tu sesión ahí está cerrada.", "You are signed out everywhere else.": "Las demás sesiones están cerradas.",
		"Change your password": "Cambia tu contraseña", "Current password": "Contraseña actual", "Change the password": "Cambiar la contraseña",
		"At least %d characters. It signs you out everywhere else.":     "Al menos %d caracteres. Cierra tus demás sesiones.",
		"Your password is changed. Everywhere else you are signed out.": "Tu contraseña se cambió. Las demás sesiones están cerradas.",
		"How signing in is guarded":                                     "Cómo se protege el acceso", "These rules hold for everyone who works here.": "Estas reglas valen para todas las personas que trabajan aquí.",
		"Wrong passwords": "Contraseñas equivocadas", "After %d in a row, %d minutes pass before the next try.": "Tras %d seguidas pasan %d minutos hasta el siguiente intento.",
		"Owners and managers": "Propiedad y gerencia", "Signed out after %s unused, and after %s in any case.": "La sesión se cierra tras %s sin uso y, en todo caso, tras %s.",
		"Cashiers": "Personal de caja", "Signed out after %s.": "La sesión se cierra tras %s.", "Shared tills": "Cajas compartidas", "Lock themselves after %d minutes unused.": "Se bloquean solas tras %d minutos sin uso.",
		"Passwords": "Contraseñas", "Have at least %d characters and are kept only as a hash.": "Tienen al menos %d caracteres y solo se guarda su huella (hash).",
		"Sign in with your password to see this.": "Para ver esto, inicia sesión con tu contraseña.",
		"Signed out on another device":            "Cerró su sesión en otro dispositivo", "Signed out everywhere else": "Cerró sus demás sesiones",
		"Undid an import": "Deshizo una importación", "Imported orders": "Importó pedidos", "Imported guests": "Importó clientes",
	})
}
