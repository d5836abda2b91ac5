package openapi

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// merge reads the files and puts the later ones' tags, paths and components
// into the first one's. A name that two files give is an error, and so is a
// reference to nothing.
func merge(files ...string) (*yaml.Node, error) {
	var doc *yaml.Node
	for _, name := range files {
		raw, err := sources.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		var n yaml.Node
		if err := yaml.Unmarshal(raw, &n); err != nil {
			return nil, fmt.Errorf("parse %s: %w", name, err)
		}
		part := plain(&n)
		localRefs(part)
		if doc == nil {
			doc = part
			continue
		}
		if err := add(doc, part); err != nil {
			return nil, fmt.Errorf("merge %s: %w", name, err)
		}
	}
	if err := applyConventions(doc); err != nil {
		return nil, err
	}
	return doc, checkRefs(doc, doc)
}

func add(doc, part *yaml.Node) error {
	tags := get(doc, "tags")
	tags.Content = append(tags.Content, get(part, "tags").Content...)
	if err := addAll(get(doc, "paths"), get(part, "paths")); err != nil {
		return err
	}
	for kind, named := range pairs(get(part, "components")) {
		if err := addAll(child(get(doc, "components"), kind, yaml.MappingNode), named); err != nil {
			return err
		}
	}
	return nil
}

func addAll(into, from *yaml.Node) error {
	for name, v := range pairs(from) {
		if get(into, name) != nil {
			return fmt.Errorf("%s is there already", name)
		}
		set(into, name, v)
	}
	return nil
}

// localRefs makes references between the files references within the document.
func localRefs(n *yaml.Node) {
	if ref := get(n, "$ref"); ref != nil {
		if _, local, ok := strings.Cut(ref.Value, ".yaml#/"); ok {
			ref.Value = "#/" + local
		}
	}
	for _, v := range n.Content {
		localRefs(v)
	}
}

func checkRefs(doc, n *yaml.Node) error {
	if ref := text(n, "$ref"); ref != "" {
		if path, ok := strings.CutPrefix(ref, "#/"); !ok || get(doc, strings.Split(path, "/")...) == nil {
			return fmt.Errorf("%s refers to nothing", ref)
		}
	}
	for _, v := range n.Content {
		if err := checkRefs(doc, v); err != nil {
			return err
		}
	}
	return nil
}
