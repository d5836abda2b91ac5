package i18n

func init() {
	Register("es", Catalog{
		"A PIN opens only the till. This page needs your password.":        "Un PIN solo abre la caja. Esta página necesita tu contraseña.",
		"Your session has ended. Sign in, and you’re back where you were.": "Tu sesión terminó. Inicia sesión y vuelves a donde estabas.",
		"Then you’re back where you were.":                                 "Después vuelves a donde estabas.",
	})
}
