package bind

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"regulars/internal/loyalty"
)

// nulEscape is how JSON writes the one character PostgreSQL's text can't hold.
var nulEscape = []byte(`\u0000`)

// explain finds everything that is wrong with a body that in couldn't be
// filled from. Decoding stops at the first mistake, so this reads the body
// again field by field; only refused requests pay for it.
func explain(body []byte, in any, cause error) error {
	if !json.Valid(body) {
		return Bad("The body is not valid JSON.")
	}
	x := explainer{}
	x.object("", body, reflect.TypeOf(in).Elem())
	switch {
	case x.unknown != "":
		return unknownField(x.unknown)
	case x.missing != nil:
		return x.missing
	}
	if err := x.problems.Err(); err != nil {
		return err
	}
	if cause != nil {
		return Bad("The body can't be read.")
	}
	return nil
}

type explainer struct {
	problems loyalty.Problems
	unknown  string         // the first unknown field
	missing  *loyalty.Error // an id that can't be anything's
}

func (x *explainer) object(path string, raw json.RawMessage, t reflect.Type) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		x.problems.Add(strings.TrimSuffix(path, "."), "must be an object")
		return
	}
	for name, value := range fields {
		f, ok := field(t, name)
		if !ok {
			if x.unknown == "" || path+name < x.unknown {
				x.unknown = path + name
			}
			continue
		}
		x.value(path+name, value, f.Type)
	}
}

// field finds the field that is filled from name.
func field(t reflect.Type, name string) (reflect.StructField, bool) {
	for f := range t.Fields() {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct:
			if inner, ok := field(f.Type, name); ok {
				return inner, true
			}
		case tag != "-" && (tag == name || tag == "" && f.Name == name):
			return f, f.IsExported()
		}
	}
	return reflect.StructField{}, false
}

func (x *explainer) value(path string, raw json.RawMessage, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	own := reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]())
	switch {
	case string(raw) == "null" && !own:
	case !own && t.Kind() == reflect.Struct:
		x.object(path+".", raw, t)
	case !own && t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) != nil {
			x.problems.Add(path, "must be a list")
			return
		}
		for i, item := range items {
			x.value(fmt.Sprintf("%s[%d]", path, i), item, t.Elem())
		}
	default:
		x.leaf(path, raw, t)
	}
}

func (x *explainer) leaf(path string, raw json.RawMessage, t reflect.Type) {
	err := json.Unmarshal(raw, reflect.New(t).Interface())
	var text string
	switch {
	case err == nil && json.Unmarshal(raw, &text) == nil && strings.ContainsRune(text, 0):
		x.problems.Add(path, "must not contain the character NUL")
	case err == nil:
	default:
		if e, ok := errors.AsType[*loyalty.Error](err); ok {
			x.missing = e
			return
		}
		if e, ok := errors.AsType[formError](err); ok {
			x.problems.Add(path, "%s", string(e))
			return
		}
		x.problems.Add(path, "%s", shape(t, raw))
	}
}

// shape says what a value of type t must be.
func shape(t reflect.Type, raw json.RawMessage) string {
	switch t.Kind() {
	case reflect.String:
		return "must be a text"
	case reflect.Bool:
		return "must be true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if len(raw) > 0 && (raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9') && !strings.ContainsAny(string(raw), ".eE") {
			return "is too large"
		}
		return "must be a whole number"
	case reflect.Map:
		return "must be an object"
	case reflect.Slice:
		return "must be a list"
	default:
		return "has the wrong form"
	}
}
