package openapi

import (
	"reflect"
	"strings"
	"testing"

	"regulars/views/apidoc"
)

func TestBlocks(t *testing.T) {
	got := blocks("Send `a` and\n**wait**.\n\n### Then\n\n* one\n* two\n  lines\n\n| a | b |\n| --- | --- |\n| c | `d` |\n")
	plain := func(s string) []apidoc.Span { return []apidoc.Span{{Text: s}} }
	want := []apidoc.Block{
		{Text: []apidoc.Span{{Text: "Send "}, {Text: "a", Code: true}, {Text: " and "}, {Text: "wait", Bold: true}, {Text: "."}}},
		{Kind: apidoc.Heading, Text: plain("Then")},
		{Kind: apidoc.List, List: [][]apidoc.Span{plain("one"), plain("two lines")}},
		{Kind: apidoc.Table, Rows: [][][]apidoc.Span{{plain("a"), plain("b")}, {plain("c"), {{Text: "d", Code: true}}}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// Cutting an example up must not change a character of it.
func TestExamplePartsAreTheText(t *testing.T) {
	n := 0
	for _, s := range reference().Surfaces {
		for _, topic := range s.Topics {
			for _, op := range topic.Operations {
				all := op.Requests
				for _, a := range op.Answers {
					all = append(all, a.Examples...)
				}
				for _, e := range all {
					n++
					var b strings.Builder
					for _, p := range e.Parts {
						b.WriteString(p.Text)
					}
					if b.String() != e.Text {
						t.Errorf("%s: parts are\n%s\ntext is\n%s", op.ID, b.String(), e.Text)
					}
				}
			}
		}
	}
	if n == 0 {
		t.Error("no example was looked at")
	}
}

func TestJSONParts(t *testing.T) {
	got := jsonParts("{\n  \"a \\\" b\": [1, -2.5, true, null, \"x: 1\"]\n}")
	want := []apidoc.Part{
		{Text: "{\n  "}, {Text: `"a \" b"`, Kind: apidoc.Key}, {Text: ": ["}, {Text: "1", Kind: apidoc.Literal}, {Text: ", "},
		{Text: "-2.5", Kind: apidoc.Literal}, {Text: ", "}, {Text: "true", Kind: apidoc.Literal}, {Text: ", "},
		{Text: "null", Kind: apidoc.Literal}, {Text: ", "}, {Text: `"x: 1"`, Kind: apidoc.String}, {Text: "]\n}"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
