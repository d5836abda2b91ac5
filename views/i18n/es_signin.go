package i18n

func init() {
	Register("es", Catalog{
		"A PIN opens only the till. This page needs your password.": "Un PIN solo abre la caja. Esta página necesita tu contraseña.",
		"Then you’re back where you were.":                          "Después vuelves a donde estabas.",
	})
}
