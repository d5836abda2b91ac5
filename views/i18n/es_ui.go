package i18n

func init() {
	Register("es", Catalog{
		"just now":       "hace un momento",
		"%d minute ago":  "hace %d minuto",
		"%d minutes ago": "hace %d minutos",
		"in %d minute":   "en %d minuto",
		"in %d minutes":  "en %d minutos",
		"%d hour ago":    "hace %d hora",
		"%d hours ago":   "hace %d horas",
		"in %d hour":     "en %d hora",
		"in %d hours":    "en %d horas",
		"%d day ago":     "hace %d día",
		"%d days ago":    "hace %d días",
		"in %d day":      "en %d día",
		"in %d days":     "en %d días",

		"Something went wrong on our side. Nothing was changed; please try again.": "Algo falló de nuestro lado. No se cambió nada; inténtalo de nuevo.",
	})
}
