package openapi

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"go.yaml.in/yaml/v3"

	"regulars/views/apidoc"
)

// examples are those of a body, by name where there are several.
func examples(media *yaml.Node) []apidoc.Example {
	if only := get(media, "example"); only != nil {
		return []apidoc.Example{jsonExample("", only)}
	}
	var out []apidoc.Example
	for _, e := range pairs(get(media, "examples")) {
		out = append(out, jsonExample(text(e, "summary"), get(e, "value")))
	}
	return out
}

func jsonExample(title string, value *yaml.Node) apidoc.Example {
	s := indented(value)
	return apidoc.Example{Title: title, Text: s, Parts: jsonParts(s)}
}

func indented(value *yaml.Node) string {
	var b bytes.Buffer
	if err := json.Indent(&b, toJSON(value), "", "  "); err != nil {
		panic("openapi: " + err.Error()) // writeJSON writes JSON
	}
	return b.String()
}

// jsonParts cuts indented JSON into keys, strings, literals and the rest.
func jsonParts(s string) []apidoc.Part {
	var out []apidoc.Part
	for s != "" {
		n, kind := 0, apidoc.Rest
		switch c := s[0]; {
		case c == '"':
			n = stringEnd(s)
			kind = apidoc.String
			if strings.HasPrefix(s[n:], ":") {
				kind = apidoc.Key
			}
		case strings.IndexByte("-0123456789tfn", c) >= 0:
			n = max(1, strings.IndexAny(s+"\n", ",\n]}"))
			kind = apidoc.Literal
		default:
			n = strings.IndexAny(s, `"-0123456789tfn`)
			if n < 0 {
				n = len(s)
			}
		}
		out = append(out, apidoc.Part{Text: s[:n], Kind: kind})
		s = s[n:]
	}
	return out
}

// stringEnd is the length of the JSON string that s starts with.
func stringEnd(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// requests shows the operation as a command line, once for each example body.
func requests(doc, op, item *yaml.Node, method, path string) []apidoc.Example {
	head := "curl "
	if method != "get" {
		head += "-X " + strings.ToUpper(method) + " "
	}
	head += quote("https://YOUR_SERVER" + exampleURL(doc, op, item, path))
	if text(op, "x-scope") != "" {
		head += " \\\n  -H 'Authorization: Bearer YOUR_TOKEN'"
	}
	bodies := examples(get(op, "requestBody", "content", "application/json"))
	if len(bodies) == 0 {
		return []apidoc.Example{{Text: head, Parts: []apidoc.Part{{Text: head}}}}
	}
	for i, b := range bodies {
		lead := head + " \\\n  -H 'Content-Type: application/json' \\\n  -d '"
		bodies[i].Text = lead + strings.ReplaceAll(b.Text, "'", `'\''`) + "'"
		bodies[i].Parts = append(append([]apidoc.Part{{Text: lead}}, jsonParts(strings.ReplaceAll(b.Text, "'", `'\''`))...), apidoc.Part{Text: "'"})
	}
	return bodies
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// exampleURL fills the path's parameters in and adds those of the query that
// have an example.
func exampleURL(doc, op, item *yaml.Node, path string) string {
	query := ""
	for _, p := range parameters(doc, op, item) {
		value := text(p, "example")
		switch {
		case value == "":
		case text(p, "in") == "path":
			path = strings.Replace(path, "{"+text(p, "name")+"}", url.PathEscape(value), 1)
		case text(p, "in") == "query":
			query += "&" + text(p, "name") + "=" + url.QueryEscape(value)
		}
	}
	return path + strings.Replace(query, "&", "?", 1)
}
