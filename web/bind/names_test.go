package bind

import (
	"encoding/json"
	"strings"
	"testing"
)

type dish struct {
	Name  string          `json:"name"`
	Price Opt[int64]      `json:"price"`
	Extra json.RawMessage `json:"extra"`
	Side  *struct {
		Name string `json:"name"`
	} `json:"side"`
	Parts []struct {
		Grams int `json:"grams"`
	} `json:"parts"`
	Hidden string `json:"-"`
}

func TestNamesAreExact(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{}`: "", ` { } `: "", `{"name":"a"}`: "", `{ "name" : "a\"}" , "price" : null }`: "",
		`{"name":"a","side":{"name":"b"},"parts":[{"grams":1},{"grams":2}],"extra":{"A":1,"a":1,"a":[{}, {"x":"]"}]}}`: "",
		`{"side":null,"parts":[],"extra":[],"price":-1.5e3}`:                                                           "", `{"n\u0061me":"a"}`: "",
		`{"Name":"a"}`:                        "Unknown field: Name.",
		`{"hidden":"a"}`:                      "Unknown field: hidden.",
		`{"Hidden":"a"}`:                      "Unknown field: Hidden.",
		`{"side":{"NAME":"b"}}`:               "Unknown field: side.NAME.",
		`{"parts":[{"grams":1},{"Grams":1}]}`: "Unknown field: parts[1].Grams.",
		`{"name":"a","price":1,"name":"b"}`:   "The field name stands twice in the body.",
		`{"name":"a","n\u0061me":"b"}`:        "The field name stands twice in the body.",
		`{"parts":[{"grams":1,"grams":2}]}`:   "The field parts[0].grams stands twice in the body.",
		`{"price":[],"price":1}`:              "The field price stands twice in the body.",
	} {
		got := ""
		if err := exactNames([]byte(strings.TrimSpace(body)), &dish{}); err != nil {
			got = strings.TrimPrefix(err.Error(), "BAD_REQUEST: ")
		}
		if got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

// Whatever valid JSON comes, the walk ends, and at its end.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{`{}`, `[]`, `{"name":"\\\"","side":{"name":"x"},"parts":[{"grams":1},null,[],5]}`, `{"a":[{"b":{}}],"a":1e9}`, `[[[[""]]]]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) {
			return
		}
		r := reading{body: append(body, ' ')}
		if err := r.check("", &names{}); err != nil || strings.TrimSpace(string(r.body[r.at:])) != "" {
			t.Errorf("%q: %v, left %q", body, err, r.body[r.at:])
		}
		_ = exactNames(append(body, ' '), &dish{}) // that it comes back is all
	})
}
