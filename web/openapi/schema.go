package openapi

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"regulars/views/apidoc"
)

// named are the components that a reader knows from the introduction; a field
// made of one is given this name instead of its description and rules.
var named = map[string]string{
	"Uuid": "UUID", "MaybeUuid": "UUID or null", "IdIn": "id", "Time": "time", "MaybeTime": "time or null", "TimeIn": "time",
	"MomentIn": "day or time", "MoneyIn": "amount", "MoneyOut": "amount, as a decimal string", "Points": "points",
	"PointsIn": "points", "Currency": "ISO 4217 code", "RateIn": "number or decimal string", "Percent": "percent",
	"OrderItems": "list, or how many items, or null", "CustId": "id, cust_…", "TxnId": "id, txn_…", "RwdId": "id, rwd_…",
}

var namedRules = map[string]string{"PointsIn": "1–1,000,000,000", "RateIn": "above 0, at most 1,000,000", "Percent": "100–1000"}

// resolve follows a reference; what stands beside it takes precedence. name
// is that of the component, "" when there was no reference.
func resolve(doc, n *yaml.Node) (resolved *yaml.Node, name string) {
	ref := text(n, "$ref")
	if ref == "" {
		return n, ""
	}
	path := strings.Split(strings.TrimPrefix(ref, "#/"), "/")
	target, _ := resolve(doc, get(doc, path...))
	out := plain(target)
	for key, v := range pairs(n) {
		if key != "$ref" {
			set(out, key, v)
		}
	}
	return out, path[len(path)-1]
}

// fields are the members of an object, or of the objects that an array holds.
func fields(doc, schema *yaml.Node) []apidoc.Field {
	s, _ := resolve(doc, schema)
	if items := get(s, "items"); items != nil {
		return fields(doc, items)
	}
	var required []string
	if r := get(s, "required"); r != nil {
		for _, v := range r.Content {
			required = append(required, v.Value)
		}
	}
	var out []apidoc.Field
	for name, property := range pairs(get(s, "properties")) {
		f := field(doc, name, property)
		f.Required = slices.Contains(required, name)
		out = append(out, f)
	}
	return out
}

func field(doc *yaml.Node, name string, schema *yaml.Node) apidoc.Field {
	s, component := resolve(doc, schema)
	f := apidoc.Field{Name: name, Type: typeWords(doc, s), Rules: rules(s), Text: blocks(text(s, "description")), Children: fields(doc, s)}
	if word := named[component]; word != "" {
		f.Type, f.Rules, f.Text = word, namedRules[component], blocks(text(schema, "description"))
		if d := get(schema, "default"); d != nil {
			f.Rules = strings.TrimPrefix(f.Rules+", default "+d.Value, ", ")
		}
	}
	if values := get(s, "enum"); values != nil {
		for _, v := range values.Content {
			if v.Tag != "!!null" { // the type says so already
				f.Values = append(f.Values, v.Value)
			}
		}
	}
	return f
}

// typeWords says what a value is: "text", "whole number or null", "list of …".
func typeWords(doc, s *yaml.Node) string {
	if c := get(s, "const"); c != nil {
		return "always " + c.Value
	}
	var words []string
	for _, t := range types(s) {
		words = append(words, typeWord(doc, s, t))
	}
	return strings.Join(words, " or ")
}

func types(s *yaml.Node) []string {
	t := get(s, "type")
	if t == nil {
		return []string{"any"}
	}
	if t.Kind == yaml.ScalarNode {
		return []string{t.Value}
	}
	var out []string
	for _, v := range t.Content {
		out = append(out, v.Value)
	}
	return out
}

func typeWord(doc, s *yaml.Node, t string) string {
	switch t {
	case "integer":
		return "whole number"
	case "boolean":
		return "true or false"
	case "string":
		switch text(s, "format") {
		case "email":
			return "email address"
		case "date":
			return "day, YYYY-MM-DD"
		case "date-time":
			return "time"
		}
		return "text"
	case "array":
		items, component := resolve(doc, get(s, "items"))
		if word := named[component]; word != "" {
			return "list of " + word
		}
		return "list of " + strings.ReplaceAll(typeWords(doc, items), "object", "objects")
	}
	return t
}

// rules are a value's range, length and default in words.
func rules(s *yaml.Node) string {
	var out []string
	add := func(low, high, unit string) {
		low, high = grouped(low), grouped(high)
		switch {
		case low == "1" && high == "" && unit != "":
			out = append(out, "not empty")
		case low != "" && high != "":
			out = append(out, low+"–"+high+unit)
		case low != "":
			out = append(out, "at least "+low+unit)
		case high != "":
			out = append(out, "at most "+high+unit)
		}
	}
	add(text(s, "minimum"), text(s, "maximum"), "")
	if above := text(s, "exclusiveMinimum"); above != "" {
		out = append(out, "above "+grouped(above))
	}
	if get(s, "not", "const") != nil {
		out = append(out, "not "+text(s, "not", "const"))
	}
	add(text(s, "minLength"), text(s, "maxLength"), " characters")
	add(text(s, "minItems"), text(s, "maxItems"), " entries")
	if d := get(s, "default"); d != nil {
		out = append(out, "default "+d.Value)
	}
	return strings.Join(out, ", ")
}

// grouped puts commas between the thousands of a whole number.
func grouped(number string) string {
	sign, digits := "", number
	if strings.HasPrefix(number, "-") {
		sign, digits = "−", number[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
