package i18n_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
	"regulars/views/i18n"
)

// Every literal text given to T, N or Mark, and every message the domain can
// refuse with, has a Spanish translation with the same placeholders.
func TestEveryTextIsTranslated(t *testing.T) {
	es := i18n.With(context.Background(), "es", nil)
	texts := map[string]string{}
	for _, root := range []string{"../../views", "../../web/pages", "../../web/respond"} {
		collect(t, root, texts, pageText)
	}
	for _, root := range []string{"../../internal/loyalty", "../../internal/service", "../../internal/contact", "../../internal/secret", "../../internal/postgres", "../../web/pages", "../../web/auth", "../../web/respond"} {
		collect(t, root, texts, refusalText)
	}
	collect(t, "../../internal/anomaly", texts, findingText)
	for _, f := range anomaly.Fields() {
		texts[f.Label], texts[f.Unit] = "anomaly.Fields", "anomaly.Fields"
	}
	if len(texts) < 50 {
		t.Fatalf("found %d texts only: the search is broken", len(texts))
	}
	missing := 0
	for text, where := range texts {
		got, ok := i18n.Lookup(es, text)
		switch {
		case !ok:
			missing++
			t.Errorf("%s: no Spanish for %q", where, text)
		case !slices.Equal(verbs(text), verbs(got)):
			t.Errorf("%s: %q and its Spanish %q take different values", where, text, got)
		}
	}
	if missing > 0 {
		t.Logf("%d texts without a translation: add them to the area's catalog, views/i18n/es_*.go", missing)
	}
}

// pageText is the literal texts of a call to T, N or Mark.
func pageText(call *ast.CallExpr) []ast.Expr {
	fn, in := callee(call)
	if in != "i18n" && in != "" {
		return nil
	}
	switch {
	case fn == "T" && len(call.Args) >= 2:
		return call.Args[1:2]
	case fn == "N" && len(call.Args) >= 4:
		return call.Args[1:3]
	case fn == "Mark" && len(call.Args) == 1:
		return call.Args
	}
	return nil
}

// refusalText is the literal message of a call to loyalty.Errorf, to
// loyalty.Missing or to Add on a collection of Problems.
func refusalText(call *ast.CallExpr) []ast.Expr {
	fn, _ := callee(call)
	switch {
	case fn == "Errorf" && len(call.Args) >= 3:
		return call.Args[2:3]
	case fn == "Add" && len(call.Args) >= 2:
		return call.Args[1:2]
	case fn == "Missing" && len(call.Args) == 1:
		if what, ok := literal(call.Args[0]); ok {
			text := loyalty.Missing(what).Format
			return []ast.Expr{&ast.BasicLit{ValuePos: call.Pos(), Kind: token.STRING, Value: strconv.Quote(text)}}
		}
	}
	return nil
}

// findingText is the format of a detector's sentence.
func findingText(call *ast.CallExpr) []ast.Expr {
	switch fn, _ := callee(call); {
	case fn == "finish" && len(call.Args) >= 1:
		return call.Args[:1]
	case fn == "burst" && len(call.Args) >= 4:
		return call.Args[3:4]
	}
	return nil
}

func callee(call *ast.CallExpr) (name, in string) {
	fn := call.Fun
	switch index := fn.(type) { // N[int](…)
	case *ast.IndexExpr:
		fn = index.X
	case *ast.ParenExpr:
		fn = index.X
	}
	switch fn := fn.(type) {
	case *ast.Ident:
		return fn.Name, ""
	case *ast.SelectorExpr:
		if x, ok := fn.X.(*ast.Ident); ok {
			return fn.Sel.Name, x.Name
		}
		return fn.Sel.Name, "?"
	}
	return "", "?"
}

func collect(t *testing.T, root string, into map[string]string, texts func(*ast.CallExpr) []ast.Expr) {
	t.Helper()
	if _, err := os.Stat(root); os.IsNotExist(err) {
		return
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				for _, arg := range texts(call) {
					if text, ok := literal(arg); ok {
						into[text] = set.Position(arg.Pos()).String()
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// literal is the value of a string, written in one piece or joined by +.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		x, okX := literal(e.X)
		y, okY := literal(e.Y)
		return x + y, okX && okY && e.Op == token.ADD
	}
	return "", false
}

// verbs are a format's placeholders, in order unless they are numbered.
func verbs(format string) []string {
	var out []string
	for i := 0; i < len(format)-1; i++ {
		if format[i] != '%' {
			continue
		}
		j := i + 1
		for j < len(format) && strings.ContainsRune("+-# 0123456789.[]", rune(format[j])) {
			j++
		}
		if j < len(format) && strings.ContainsRune("sdvqfgxXt", rune(format[j])) && format[i+1] != ' ' {
			out = append(out, string(format[j]))
		}
		i = j
	}
	if strings.Contains(format, "%[") {
		slices.Sort(out)
	}
	return out
}
