package i18n

func init() {
	Register("es", Catalog{
		"Password": "Contraseña",
		"Forgot your password? An owner can set a new one for you; a sole owner asks whoever runs this server.": "¿Olvidaste tu contraseña? La propiedad puede ponerte una nueva; si solo tú tienes ese rol, pídela a quien administra este servidor.",

		"Set up your loyalty program": "Configura tu programa de fidelidad",
		"A few lines now; everything can be changed later. Then give your first points.": "Unas pocas líneas ahora; todo se puede cambiar después. Luego otorga tus primeros puntos.",
		"Restaurant":                                 "Restaurante",
		"Your guests see this name.":                 "Tus clientes verán este nombre.",
		"Name of the restaurant or group":            "Nombre del restaurante o grupo",
		"First store":                                "Primer local",
		"What your staff call it, such as Downtown.": "Como lo llama tu personal, por ejemplo Centro.",
		"Currency":                                   "Moneda",
		"Time zone":                                  "Zona horaria",
		"Choose…":                                    "Elige…",
		"Four tiers come with it: Bronze, Silver, Gold and Platinum.": "Trae cuatro niveles: Bronce, Plata, Oro y Platino.",
		"Name of the program":                    "Nombre del programa",
		"Points for each unit of currency spent": "Puntos por cada unidad de moneda gastada",
		"With 10, a bill of 50 earns 500 points, each worth one cent (the smallest unit of your currency).": "Con 10, una cuenta de 50 da 500 puntos; cada uno vale un céntimo (la unidad más pequeña de tu moneda).",
		"gives more than half of every bill back; with %s a tenth comes back":                               "devuelve más de la mitad de cada cuenta; con %s vuelve una décima parte",
		"Bronze": "Bronce", "Silver": "Plata", "Gold": "Oro", "Platinum": "Platino",
		"points": "puntos",
		"You":    "Tú",
		"The owner’s account. You can add staff afterwards.": "La cuenta de la propiedad. Después podrás añadir personal.",
		"Your name":              "Tu nombre",
		"At least 8 characters.": "Al menos 8 caracteres.",
		"Create the program":     "Crear el programa",

		"This form was already sent with other values, and those were saved. Check what is there now before you send it again.": "Este formulario ya se envió con otros valores y esos se guardaron. Revisa lo que hay ahora antes de enviarlo otra vez.",
		"must be a whole number":                   "debe ser un número entero",
		"must be an amount of money such as 12.50": "debe ser un importe como 12.50",
		"must be a number with at most 4 decimals": "debe ser un número con 4 decimales como máximo",
		"must be a number with at most 2 decimals": "debe ser un número con 2 decimales como máximo",
	})
}
