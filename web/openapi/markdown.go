package openapi

import (
	"strings"

	"regulars/views/apidoc"
)

// blocks reads the Markdown that the documents are written in: paragraphs,
// "###" headings, lists with "*", tables, `code` and **bold**. Nothing else.
func blocks(text string) []apidoc.Block {
	var out []apidoc.Block
	for part := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		part = strings.TrimSpace(part)
		switch {
		case part == "":
		case strings.HasPrefix(part, "### "):
			out = append(out, apidoc.Block{Kind: apidoc.Heading, Text: spans(part[4:])})
		case strings.HasPrefix(part, "* "):
			var items [][]apidoc.Span
			for item := range strings.SplitSeq(part[2:], "\n* ") {
				items = append(items, spans(item))
			}
			out = append(out, apidoc.Block{Kind: apidoc.List, List: items})
		case strings.HasPrefix(part, "|"):
			out = append(out, apidoc.Block{Kind: apidoc.Table, Rows: rows(part)})
		default:
			out = append(out, apidoc.Block{Text: spans(part)})
		}
	}
	return out
}

func rows(table string) [][][]apidoc.Span {
	var out [][][]apidoc.Span
	for line := range strings.Lines(table) {
		line = strings.Trim(line, "| \n")
		if strings.HasPrefix(line, "---") {
			continue
		}
		var row [][]apidoc.Span
		for cell := range strings.SplitSeq(line, "|") {
			row = append(row, spans(strings.TrimSpace(cell)))
		}
		out = append(out, row)
	}
	return out
}

// spans cuts one paragraph at its marks; a line break in it is a blank.
func spans(text string) []apidoc.Span {
	text = strings.Join(strings.Fields(text), " ")
	var out []apidoc.Span
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			out = append(out, apidoc.Span{Text: part, Code: true})
			continue
		}
		for j, run := range strings.Split(part, "**") {
			if run != "" {
				out = append(out, apidoc.Span{Text: run, Bold: j%2 == 1})
			}
		}
	}
	return out
}
