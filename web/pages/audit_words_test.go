package pages

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Whatever is written into the audit log, the page has words for it.
func TestEveryDeedHasWords(t *testing.T) {
	t.Parallel()
	action := regexp.MustCompile(`"((?:anomaly|api_key|card|customers?|demo|event_type|import|orders|organization|pin|points|program|reward|session|staff|store|tier)\.[a-z_]+)"`)
	seen := 0
	for _, dir := range []string{"../../internal/service", "../../internal/demo"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range action.FindAllStringSubmatch(string(source), -1) {
				seen++
				if deeds[m[1]] == "" && !strings.HasSuffix(m[1], ".csv") { // a file's name
					t.Errorf("%s writes %q, which has no words in deeds", file, m[1])
				}
			}
		}
	}
	if seen < 40 {
		t.Errorf("found %d actions only: the search is broken", seen)
	}
}

// Days in a row with the same hours are said once.
func TestHoursOfAnEntryAreShort(t *testing.T) {
	t.Parallel()
	every := map[string]any{}
	for day := range 7 {
		every[strconv.Itoa(day)] = "10:00–00:00"
	}
	for want, hours := range map[string]any{
		"Monday–Sunday 10:00–00:00": every, "not watched": nil,
		"Tuesday closed, Friday–Saturday 10:00–02:00": map[string]any{"2": "", "5": "10:00–02:00", "6": "10:00–02:00"},
		"Monday 09:00–17:00, Sunday closed":           map[string]any{"1": "09:00–17:00", "0": ""},
	} {
		if got := hoursValue(t.Context(), hours); got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
}
