// Package openapitest holds real answers against the OpenAPI document. It is
// for tests only: the server never imports it.
package openapitest

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"regulars/web/openapi"
)

type contract struct {
	doc    *openapi3.T
	router routers.Router
}

var load = sync.OnceValues(func() (contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	if err != nil {
		return contract{}, fmt.Errorf("load the document: %w", err)
	}
	openapi3filter.RegisterBodyDecoder("text/html", pageText)
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return contract{}, fmt.Errorf("route the document: %w", err)
	}
	return contract{doc, router}, nil
})

// pageText takes a page as the text it is.
func pageText(body io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
	b, err := io.ReadAll(body)
	return string(b), err
}

// Covers reports whether the document speaks for what r asks for: everything
// under /v1, and the routes beside it that it names. HEAD is GET without a
// body, and no surface describes OPTIONS.
func Covers(r *http.Request) bool {
	if r.Method == http.MethodHead || r.Method == http.MethodOptions {
		return false
	}
	if strings.HasPrefix(r.URL.Path, "/v1/") {
		return true
	}
	return slices.ContainsFunc(openapi.Routes(), func(route string) bool {
		_, path, _ := strings.Cut(route, " ")
		return path == r.URL.Path
	})
}

// Check fails t unless the document describes the exchange: the route, the
// status, the headers that every answer needs, every field of the answer and,
// when the answer is a success, the request. What the document does not
// describe must be refused with 404, or 405 and Allow, and an error object.
func Check(t testing.TB, req *http.Request, reqBody []byte, res *http.Response, resBody []byte) {
	t.Helper()
	if err := check(req, reqBody, res, resBody); err != nil {
		t.Errorf("%s %s answered %d, against the document: %v\n%s", req.Method, req.URL, res.StatusCode, err, resBody[:min(len(resBody), 4000)])
	}
}

func check(req *http.Request, reqBody []byte, res *http.Response, resBody []byte) error {
	c, err := load()
	if err != nil {
		return err
	}
	if resBody, err = unpacked(res, resBody); err != nil {
		return err
	}
	route, params, err := c.router.FindRoute(req)
	switch {
	case errors.Is(err, routers.ErrPathNotFound):
		return c.checkUnknown(req, res, resBody, http.StatusNotFound, "NOT_FOUND")
	case errors.Is(err, routers.ErrMethodNotAllowed):
		if res.Header.Get("Allow") == "" {
			return errors.New("method not described, and no Allow header")
		}
		return c.checkUnknown(req, res, resBody, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED")
	case err != nil:
		return fmt.Errorf("find the route: %w", err)
	}
	in := &openapi3filter.RequestValidationInput{
		Request: withBody(req, reqBody), PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true,
			SkipSettingDefaults: true, MultiError: true,
		},
	}
	if res.StatusCode < 300 {
		if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
			return fmt.Errorf("request accepted that is not described: %w", err)
		}
	}
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: res.StatusCode, Header: res.Header,
		Body: io.NopCloser(bytes.NewReader(resBody)), Options: in.Options,
	})
	if err != nil || !strings.HasPrefix(route.Path, "/v1/") {
		return err
	}
	return checkIDs(resBody)
}

// unpacked is the body without the compression it was sent with.
func unpacked(res *http.Response, body []byte) ([]byte, error) {
	if res.Header.Get("Content-Encoding") != "gzip" {
		return body, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("unpack the answer: %w", err)
	}
	return io.ReadAll(z)
}

// withBody copies the request, since validating one consumes its body.
func withBody(req *http.Request, body []byte) *http.Request {
	r := req.Clone(context.Background())
	r.Body, r.ContentLength = http.NoBody, int64(len(body))
	if len(body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return r
}

// checkUnknown holds the answer to what is not described against the error
// object of the surface that the path belongs to.
func (c contract) checkUnknown(req *http.Request, res *http.Response, body []byte, status int, code string) error {
	if res.StatusCode != status {
		return fmt.Errorf("not described, so status must be %d", status)
	}
	if res.Header.Get("X-Request-Id") == "" {
		return errors.New("no X-Request-Id header")
	}
	schema := "Error"
	if strings.HasPrefix(req.URL.Path, "/v1/loyalty") {
		schema = "OrgError"
	}
	var answer any
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("answer is not JSON: %w", err)
	}
	if err := c.doc.Components.Schemas[schema].Value.VisitJSON(answer, openapi3.EnableJSONSchema2020()); err != nil {
		return err
	}
	if !bytes.Contains(body, []byte(`"`+code+`"`)) {
		return fmt.Errorf("code must be %s", code)
	}
	return nil
}

// The document's patterns for prefixed ids are wide enough for the short ids
// of the reference's examples. Real ones are a prefix and a UUID.
var (
	prefixed = regexp.MustCompile(`^(org|store|loy|tier|rwd|cust|txn|rdm|ord|anom)_(.+)$`)
	uuid     = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	idField  = regexp.MustCompile(`^id$|_ids?$|Ids?$`)
	ownNames = map[string]bool{"external_id": true, "staff_id": true, "eventId": true, "userId": true, "requestId": true}
)

func checkIDs(body []byte) error {
	var answer any
	if json.Unmarshal(body, &answer) != nil {
		return nil // no body
	}
	return walkIDs("", answer)
}

func walkIDs(field string, v any) error {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			if name == "evidence" || name == "metadata" || name == "items" {
				continue // as the caller or a detector made them
			}
			if err := walkIDs(name, inner); err != nil {
				return err
			}
		}
	case []any:
		for _, inner := range v {
			if err := walkIDs(field, inner); err != nil {
				return err
			}
		}
	case string:
		if m := prefixed.FindStringSubmatch(v); idField.MatchString(field) && !ownNames[field] && m != nil && !uuid.MatchString(m[2]) {
			return fmt.Errorf("%s is %q: no UUID after the prefix", field, v)
		}
	}
	return nil
}
