package i18n_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// strayWords are words that the glossary in es_layout.go has another for.
var strayWords = []struct {
	found *regexp.Regexp
	say   string
}{
	{word(`usted(es)?`), "tú"},
	{regexp.MustCompile(`(^|[.:;] )(Busque|Pruebe|Canjee|Elija|Abra|Escriba|Vuelva|Inténtelo|Seleccione|Añada|Guarde|Ingrese|Introduzca|Conecte|Haga|Pulse|Confirme|Revise|Corrija|Use|Espere|Envíe|Mire|Pida|Pregunte)[ .]`), "the imperative of tú"},
	{word(`tiendas?|sucursal(es)?`), "local"},
	{word(`cajer[oa]s?`), "personal de caja, persona de caja"},
	{word(`dueñ[oa]s?|propietari[oa]s?`), "propiedad"},
	{word(`encargad[oa]s?|gerentes?`), "gerencia"},
	{word(`compañer[oa]s?`), "colega"},
	{word(`huésped(es)?|comensal(es)?|soci[oa]s?`), "cliente, miembro"},
	{word(`premios?`), "recompensa"},
	{word(`boletas?`), "recibo"},
	{word(`reclamos?`), "reclamación"},
	{word(`transacci(ón|ones)|apuntes?`), "movimiento"},
	{word(`agreg\p{L}+`), "añadir"},
	{word(`caduc\p{L}+`), "vencer"},
	{word(`apagad[oa]s?|apagar|apagó`), "desactivar"},
	{word(`móvil(es)?|celular(es)?`), "teléfono"},
	{word(`aplicaci(ón|ones)`), "app"},
	{word(`fusion\p{L}+`), "unir"},
	{regexp.MustCompile(`\d[.,]\d{3}`), "a number without grouped digits, or in words"},
	{regexp.MustCompile(`["']|\.\.\.|  `), "« », ’, … and one space"},
}

// word is a pattern for whole words, which \b knows in ASCII only.
func word(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|\P{L})(` + pattern + `)(\P{L}|$)`)
}

// Every Spanish text uses the words of the glossary, and is a sentence, a
// question or a label where its English is one.
func TestSpanishKeepsToTheGlossary(t *testing.T) {
	texts := 0
	for where, pair := range spanish(t) {
		texts++
		english, text := pair[0], pair[1]
		for _, stray := range strayWords {
			if found := stray.found.FindString(text); found != "" && !strings.Contains(english, strings.TrimSpace(found)) {
				t.Errorf("%s: %q has %q; say %s", where, text, strings.TrimSpace(found), stray.say)
			}
		}
		if ending(english) != ending(text) {
			t.Errorf("%s: %q and %q end differently", where, english, text)
		}
		if strings.Count(text, "?") != strings.Count(text, "¿") || strings.Count(text, "!") != strings.Count(text, "¡") {
			t.Errorf("%s: %q opens no question or exclamation it closes", where, text)
		}
		if starts(english) != 0 && starts(text) != 0 && starts(english) != starts(text) {
			t.Errorf("%s: %q and %q begin differently, with a capital or without", where, english, text)
		}
	}
	if texts < 1000 {
		t.Fatalf("read %d texts only: the search is broken", texts)
	}
}

// ending is the mark at a text's end: ".", "?", "…", ":" or none.
func ending(text string) string {
	last, _ := utf8.DecodeLastRuneInString(text)
	if strings.ContainsRune(".?!…:", last) {
		return string(last)
	}
	return ""
}

// starts tells whether a text begins with a capital ('A'), a small letter ('a') or neither (0).
func starts(text string) rune {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, "¿¡"))
	switch {
	case unicode.IsUpper(first):
		return 'A'
	case unicode.IsLower(first):
		return 'a'
	}
	return 0
}

// spanish reads the catalogs' source: English and Spanish by where they stand.
func spanish(t *testing.T) map[string][2]string {
	t.Helper()
	files, err := filepath.Glob("es_*.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][2]string{}
	for _, name := range files {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if pair, ok := n.(*ast.KeyValueExpr); ok {
				english, okE := literal(pair.Key)
				text, okS := literal(pair.Value)
				if okE && okS {
					out[set.Position(pair.Pos()).String()] = [2]string{english, text}
				}
			}
			return true
		})
	}
	return out
}
