// Package openapi holds the description of the JSON surfaces: one document
// written by hand for each surface, and one for what they share, merged at
// first use into the OpenAPI 3.1 document that the server gives away. It knows
// nothing of handlers; tests hold the two together.
package openapi

import (
	"embed"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed common.yaml orgapi.yaml storeapi.yaml offerapi.yaml
var sources embed.FS

var merged = sync.OnceValue(func() *yaml.Node {
	doc, err := merge("common.yaml", "orgapi.yaml", "storeapi.yaml", "offerapi.yaml")
	if err != nil {
		panic("openapi: " + err.Error()) // the documents are embedded: only a build that never ran its tests gets here
	}
	return doc
})

var document = sync.OnceValue(func() Body { return compressed(toJSON(merged())) })

// Document is the merged OpenAPI 3.1 document as JSON, keys in the order they
// were written. The caller must not change it.
func Document() []byte { return document().Plain }

// Routes lists every described operation as "METHOD /path", paths with their
// parameters in braces, in the order of the documents.
func Routes() []string {
	var routes []string
	for path, item := range pairs(get(merged(), "paths")) {
		for method := range pairs(item) {
			if isMethod(method) {
				routes = append(routes, strings.ToUpper(method)+" "+path)
			}
		}
	}
	return routes
}

func isMethod(key string) bool {
	switch key {
	case "get", "put", "post", "delete", "patch":
		return true
	}
	return false
}
