package openapi

import (
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"regulars/views/apidoc"
)

// reference is the document made ready to be shown as a page.
var reference = sync.OnceValue(func() apidoc.Reference {
	doc := merged()
	r := apidoc.Reference{
		Title: text(doc, "info", "title"), Version: text(doc, "info", "version"),
		Intro: blocks(text(doc, "info", "description")),
	}
	for _, group := range get(doc, "x-tagGroups").Content {
		s := apidoc.Surface{Name: text(group, "name")}
		for _, tag := range get(group, "tags").Content {
			s.Topics = append(s.Topics, topic(doc, tag.Value))
		}
		r.Surfaces = append(r.Surfaces, s)
	}
	return r
})

func topic(doc *yaml.Node, tag string) apidoc.Topic {
	t := apidoc.Topic{ID: strings.ReplaceAll(strings.ToLower(tag), " ", "-"), Name: tag}
	for _, entry := range get(doc, "tags").Content {
		if text(entry, "name") == tag {
			t.Intro = blocks(text(entry, "description"))
		}
	}
	for path, item := range pairs(get(doc, "paths")) {
		for method, op := range pairs(item) {
			if isMethod(method) && get(op, "tags").Content[0].Value == tag {
				t.Operations = append(t.Operations, operation(doc, op, item, method, path))
			}
		}
	}
	return t
}

func operation(doc, op, item *yaml.Node, method, path string) apidoc.Operation {
	body := get(op, "requestBody", "content", "application/json", "schema")
	o := apidoc.Operation{
		ID: text(op, "operationId"), Method: strings.ToUpper(method), Path: path, Summary: text(op, "summary"),
		Description: blocks(text(op, "description")), Scope: text(op, "x-scope"), Requests: requests(doc, op, item, method, path),
	}
	for _, p := range parameters(doc, op, item) {
		f := field(doc, text(p, "name"), get(p, "schema"))
		f.In, f.Required = text(p, "in"), text(p, "required") == "true"
		if d := text(p, "description"); d != "" {
			f.Text = blocks(d)
		}
		o.Parameters = append(o.Parameters, f)
	}
	if body != nil {
		s, _ := resolve(doc, body)
		o.Body, o.BodyNote = fields(doc, body), blocks(text(s, "description"))
	}
	for status, res := range pairs(get(op, "responses")) {
		switch {
		case status[0] == '2':
			o.Answers = append(o.Answers, answer(doc, status, res))
		case status == "409":
			// The first paragraph says what 409 means everywhere.
			o.Conflicts = blocks(text(res, "description"))[1:]
		default:
			o.Refusals = append(o.Refusals, status)
		}
	}
	once(o.Answers)
	return o
}

func answer(doc *yaml.Node, status string, res *yaml.Node) apidoc.Answer {
	media := get(res, "content", "application/json")
	a := apidoc.Answer{Status: status, Text: text(res, "description"), Examples: examples(media)}
	if media == nil {
		return a
	}
	a.Fields = given(fields(doc, get(media, "schema")))
	// In the organization surface everything of interest is within data.
	if len(a.Fields) == 2 && a.Fields[0].Name == "success" {
		a.Fields, a.Within = a.Fields[1].Children, "data"
	}
	return a
}

// given turns what a request must have into what an answer may lack.
func given(all []apidoc.Field) []apidoc.Field {
	for i, f := range all {
		all[i].Optional, all[i].Required = !f.Required, false
		given(f.Children)
	}
	return all
}

// once drops the examples that a later answer of the operation shows too.
func once(answers []apidoc.Answer) {
	for i := range answers {
		for _, later := range answers[i+1:] {
			answers[i].Examples = slices.DeleteFunc(answers[i].Examples, func(e apidoc.Example) bool {
				return slices.ContainsFunc(later.Examples, func(o apidoc.Example) bool { return o.Text == e.Text })
			})
		}
	}
}

// parameters are those of the path and then the operation's own.
func parameters(doc, op, item *yaml.Node) []*yaml.Node {
	var out []*yaml.Node
	for _, list := range []*yaml.Node{get(item, "parameters"), get(op, "parameters")} {
		if list == nil {
			continue
		}
		for _, p := range list.Content {
			resolved, _ := resolve(doc, p)
			out = append(out, resolved)
		}
	}
	slices.SortStableFunc(out, func(a, b *yaml.Node) int { return order(a) - order(b) })
	return out
}

func order(parameter *yaml.Node) int {
	return slices.Index([]string{"path", "query", "header"}, text(parameter, "in"))
}
