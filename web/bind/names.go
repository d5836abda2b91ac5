package bind

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// encoding/json takes a field's name in any case and the last of several
// values. Two readers of one body could then see different requests, so names
// must be exact and stand once.

// names are the fields of an object of ours: what its JSON may hold.
type names struct {
	fields map[string]entry // nil: anything, which isn't looked into
	item   *names           // of a list
}

type entry struct {
	place int // among the object's fields
	of    *names
}

var known sync.Map // reflect.Type → *names

// namesOf is the shape of t, which does not contain itself.
func namesOf(t reflect.Type) *names {
	if n, ok := known.Load(t); ok {
		return n.(*names) //nolint:errcheck // nothing else is ever stored
	}
	n := &names{}
	switch inner := plain(t); {
	case inner.Kind() == reflect.Struct:
		n.fields = map[string]entry{}
		n.add(inner)
	case inner.Kind() == reflect.Slice:
		n.item = namesOf(inner.Elem())
	}
	known.Store(t, n)
	return n
}

func (n *names) add(t reflect.Type) {
	for f := range t.Fields() {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct:
			n.add(f.Type)
		case tag == "-" || !f.IsExported():
		default:
			if tag == "" {
				tag = f.Name
			}
			n.fields[tag] = entry{len(n.fields), namesOf(f.Type)}
		}
	}
}

// plain is t without pointers; a type that reads itself is anything.
func plain(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return reflect.TypeFor[any]()
	}
	return t
}

// exactNames refuses a body, which in was filled from, for its fields' names.
func exactNames(body []byte, in any) error {
	r := reading{body: body}
	return r.check("", namesOf(reflect.TypeOf(in)))
}

// reading walks through a body that is known to be valid JSON.
type reading struct {
	body []byte
	at   int
}

// check is the first name in the value that n doesn't know or that stands
// twice, as an error.
func (r *reading) check(path string, n *names) error {
	switch r.space(); r.body[r.at] {
	case '{':
		return r.object(path, n)
	case '[':
		return r.list(path, n)
	case '"':
		r.text()
	default:
		for r.at < len(r.body) && !strings.ContainsRune(",]} \t\r\n", rune(r.body[r.at])) {
			r.at++
		}
	}
	return nil
}

var anything = &names{}

// maxShownName is how much of a stranger's field name is said back.
const maxShownName = 100

func unknownField(name string) error {
	if r := []rune(name); len(r) > maxShownName {
		name = string(r[:maxShownName]) + "…"
	}
	return Bad("Unknown field: %s.", name)
}

func (r *reading) object(path string, n *names) error {
	var seen [2]uint64
	for r.next() {
		name := r.text()
		r.space()
		r.at++ // the colon
		inner := anything
		if n.fields != nil {
			e, ok := n.fields[string(name)]
			if !ok {
				return unknownField(path + string(name))
			}
			bit := uint64(1) << (e.place % 64)
			if seen[e.place/64]&bit != 0 {
				return Bad("The field %s stands twice in the body.", path+string(name))
			}
			seen[e.place/64] |= bit
			inner = e.of
		}
		if err := r.check(inner.below(path, name), inner); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) list(path string, n *names) error {
	for i := 0; r.next(); i++ {
		inner, at := anything, ""
		if n.item != nil {
			inner, at = n.item, fmt.Sprintf("%s[%d].", strings.TrimSuffix(path, "."), i)
		}
		if err := r.check(at, inner); err != nil {
			return err
		}
	}
	return nil
}

// below is the path of what lies in the field; "" where nobody asks.
func (n *names) below(path string, field []byte) string {
	if n.fields == nil && n.item == nil {
		return ""
	}
	return path + string(field) + "."
}

// next goes to the next member, past a comma or the opening bracket, and says
// false once it has gone past the closing one.
func (r *reading) next() bool {
	r.space()
	for opening := true; ; opening = false {
		c := r.body[r.at]
		switch {
		case c == '}' || c == ']':
			r.at++
			return false
		case !opening:
			return true
		}
		r.at++ // the comma, or the bracket
		r.space()
	}
}

func (r *reading) space() {
	for strings.IndexByte(" \t\r\n", r.body[r.at]) >= 0 {
		r.at++
	}
}

// text reads a string and its quotes.
func (r *reading) text() []byte {
	begin, escaped := r.at, false
	for r.at++; r.body[r.at] != '"'; r.at++ {
		if r.body[r.at] == '\\' {
			escaped = true
			r.at++
		}
	}
	r.at++
	if !escaped {
		return r.body[begin+1 : r.at-1]
	}
	var s string
	_ = json.Unmarshal(r.body[begin:r.at], &s) // it is valid
	return []byte(s)
}
