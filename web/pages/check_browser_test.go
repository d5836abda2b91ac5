package pages_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/web/webtest"
)

// What the browser finds wrong is said beside the field in the page's language,
// whatever the browser's is; the first such field has the focus, and nothing
// typed is lost.
func TestTheBrowsersComplaintsSpeakThePagesLanguage(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Phone)
	v.Go("/login")
	browsertest.Eval[bool](t, v.Browser, `(document.cookie = "lang=es; path=/", true)`)
	// What a browser would have said itself, it hasn't.
	v.BeforePages(`window.bubbles = 0; document.addEventListener("invalid", (event) => setTimeout(() => { if (!event.defaultPrevented) window.bubbles++; }), true);`)
	complains := func(field, text string) {
		t.Helper()
		v.Until(field+" says "+text, fmt.Sprintf(`(() => {
			const field = document.querySelector(%q), line = document.getElementById(field.id + "-error");
			return line && line.innerText.trim() === %q && line.checkVisibility() && field.getAttribute("aria-invalid") === "true" &&
				field.getAttribute("aria-describedby").split(" ").includes(line.id) && line.getBoundingClientRect().top >= field.getBoundingClientRect().bottom;
		})()`, field, text))
	}
	focused := func(id string) {
		t.Helper()
		v.Until("focus on "+id, fmt.Sprintf(`document.activeElement.id === %q && document.getElementById(%q).getAttribute("role") === "alert"`, id, id+"-error"))
	}

	v.Go("/login")
	v.Tap("main form button")
	complains("#f-email", "Completa este campo.")
	complains("#f-password", "Completa este campo.")
	focused("f-email")
	v.Usable("sign-in with two empty fields")
	v.Type("#f-password", "what was typed")
	v.Until("put right", `!document.getElementById("f-password-error") && !document.getElementById("f-password").hasAttribute("aria-invalid")`)
	v.Type("#f-email", "owner"+kb.Enter)
	complains("#f-email", "No es un correo completo, como ana@example.com.")
	focused("f-email")
	v.Until("the password is kept", `document.getElementById("f-password").value === "what was typed"`)

	v.SignIn("owner@trattoria.test")
	// A form in the dialog, which htmx sends.
	v.Go("/customers")
	press(t, v, "a[href='/customers/new']")
	v.Until("the dialog", `document.querySelector("dialog[open] #f-name")`)
	v.Tap("dialog[open] form button.btn-primary")
	complains("dialog[open] #f-name", "Completa este campo.")
	focused("f-name")
	v.Usable("a new customer without a name")
	v.Type("dialog[open] #f-name", "Zoila")
	v.Type("dialog[open] #f-email", "zoila@")
	v.Tap("dialog[open] form button.btn-primary")
	complains("dialog[open] #f-email", "No es un correo completo, como ana@example.com.")
	v.Until("the name is kept", `document.querySelector("dialog[open] #f-name").value === "Zoila"`)
	v.Type("dialog[open] #f-email", "lume.example"+kb.Enter)
	v.Until("the customer", `/^\/customers\/[0-9a-f-]+$/.test(location.pathname)`)

	// A date that isn't whole would be sent as none at all.
	v.Go("/transactions")
	v.Type("#f-from", "0")
	v.Tap("main form button[type=submit], main form button:not([type])")
	complains("#f-from", "Está incompleto, o no existe ese día u hora.")
	if n := browsertest.Eval[int](t, v.Browser, `window.bubbles`); n != 0 {
		t.Errorf("the browser has said %d times itself what is wrong", n)
	}
	quiet(t, v)
}

// A password that is too short is told how long it has to be.
func TestShortPasswordIsToldInThePagesLanguage(t *testing.T) {
	t.Parallel()
	v := webtest.Empty(t).Visit(t, browsertest.Phone)
	v.Go("/setup")
	browsertest.Eval[bool](t, v.Browser, `(document.cookie = "lang=es; path=/", true)`)
	v.Go("/setup")
	v.Type("#f-ownerPassword", "corto")
	v.Tap("main form button[type=submit]")
	v.Until("how short it is", `document.getElementById("f-ownerPassword-error")?.innerText.trim() === "Escribe al menos 8 caracteres."`)
	v.Type("#f-ownerPassword", " pero ya no")
	v.Until("put right", `!document.getElementById("f-ownerPassword-error")`)
}
