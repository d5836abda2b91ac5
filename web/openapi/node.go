package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"

	"go.yaml.in/yaml/v3"
)

// pairs walks a mapping in the order it was written.
func pairs(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, n.Content[i+1]) {
				return
			}
		}
	}
}

// get is the value at the end of a path of keys, nil when there is none.
func get(n *yaml.Node, path ...string) *yaml.Node {
	for _, key := range path {
		var next *yaml.Node
		for k, v := range pairs(n) {
			if k == key {
				next = v
			}
		}
		n = next
	}
	return n
}

// text is the scalar at the end of a path of keys, "" when there is none.
func text(n *yaml.Node, path ...string) string {
	if v := get(n, path...); v != nil {
		return v.Value
	}
	return ""
}

// set gives key a value, at the end when the mapping has none yet.
func set(n *yaml.Node, key string, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content[i+1] = value
			return
		}
	}
	n.Content = append(n.Content, str(key), value)
}

// drop removes key.
func drop(n *yaml.Node, key string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
			return
		}
	}
}

// child is the mapping or sequence at key, made when missing.
func child(n *yaml.Node, key string, kind yaml.Kind) *yaml.Node {
	if v := get(n, key); v != nil {
		return v
	}
	v := &yaml.Node{Kind: kind}
	set(n, key, v)
	return v
}

func str(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

// parse reads a snippet of YAML; format and args are ours, so that a mistake
// in them is a bug that the first test finds.
func parse(format string, args ...any) *yaml.Node {
	var n yaml.Node
	if err := yaml.Unmarshal(fmt.Appendf(nil, format, args...), &n); err != nil {
		panic("openapi: " + err.Error())
	}
	return plain(n.Content[0])
}

// plain copies a node with its aliases and merge keys ("<<") written out, so
// that what follows can change any part without changing another.
func plain(n *yaml.Node) *yaml.Node {
	switch n.Kind {
	case yaml.DocumentNode:
		return plain(n.Content[0])
	case yaml.AliasNode:
		return plain(n.Alias)
	case yaml.ScalarNode:
		return &yaml.Node{Kind: n.Kind, Tag: n.ShortTag(), Value: n.Value}
	case yaml.SequenceNode:
		out := &yaml.Node{Kind: n.Kind}
		for _, v := range n.Content {
			out.Content = append(out.Content, plain(v))
		}
		return out
	}
	out := &yaml.Node{Kind: yaml.MappingNode}
	for key, v := range pairs(n) {
		if key != "<<" {
			set(out, key, plain(v))
			continue
		}
		for inherited, value := range pairs(plain(v)) {
			set(out, inherited, value)
		}
	}
	return out
}

// toJSON writes a plain node, keys in order. Regular expressions and markup
// stay readable: nothing is escaped for HTML.
func toJSON(n *yaml.Node) []byte {
	var b bytes.Buffer
	writeJSON(&b, n)
	return b.Bytes()
}

func writeJSON(b *bytes.Buffer, n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		b.WriteByte('{')
		sep := ""
		for key, v := range pairs(n) {
			b.WriteString(sep)
			writeString(b, key)
			b.WriteByte(':')
			writeJSON(b, v)
			sep = ","
		}
		b.WriteByte('}')
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, v := range n.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, v)
		}
		b.WriteByte(']')
	default:
		switch n.Tag {
		case "!!int", "!!float", "!!bool", "!!null":
			b.WriteString(n.Value)
		default:
			writeString(b, n.Value)
		}
	}
}

func writeString(b *bytes.Buffer, s string) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	enc.Encode(s)           //nolint:errcheck // a string into memory
	b.Truncate(b.Len() - 1) // the encoder ends with a newline
}
