package orgapi_test

import (
	"fmt"
	"strings"
	"testing"

	"regulars/web/webtest"
)

// Programs and rewards come whole, or by the page when a page is asked for.
func TestWholeListsTakePages(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	var first string
	for i := range 3 {
		first = program(t, s, key, fmt.Sprintf(`{"name":"P%d"}`, i))
	}
	for i := range 3 {
		s.Do("POST", api+"/rewards", key, fmt.Sprintf(`{"programId":"%s","name":"R%d","pointsCost":%d,"type":"perk"}`, first, i, i+1)).Want(t, 201, "")
	}
	for _, list := range []string{"/programs", "/rewards"} {
		whole := s.Do("GET", api+list, key, "").Want(t, 200, "")
		for query, want := range map[string][]int{"limit=2": {0, 1}, "limit=2&page=2": {2}, "page=1": {0, 1, 2}, "limit=1&page=9": {}, "page=10000000&limit=100": {}} {
			got := s.Do("GET", api+list+"?"+query, key, "").Want(t, 200, "")
			if n := strings.Count(got.Body, `"updated_at"`); n != len(want) {
				t.Errorf("%s?%s: %d entries", list, query, n)
			}
			for at, from := range want {
				if got.Text(t, "data", at, "id") != whole.Text(t, "data", from, "id") {
					t.Errorf("%s?%s: %s", list, query, got.Body)
				}
			}
		}
		s.Undescribed = true // these are wrong on purpose
		for _, query := range []string{"page=0", "limit=101", "limit=abc", "limit="} {
			s.Do("GET", api+list+"?"+query, key, "").Want(t, 400, "VALIDATION_ERROR")
		}
		s.Undescribed = false
	}
}
