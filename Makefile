.PHONY: generate

# What is derived and committed: templ's Go and the stylesheet.
generate:
	go tool templ generate
	npx @tailwindcss/cli -i static/src/app.css -o static/css/app.css --minify
