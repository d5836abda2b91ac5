package ui_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"regulars/views/ui"
)

var iconNames = regexp.MustCompile(`(?:\bIcon\(|\bIcon(?:End)?:\s*)"([a-z0-9-]+)"`)

// An icon that isn't vendored would be drawn as nothing.
func TestEveryIconIsThere(t *testing.T) {
	found := 0
	for _, root := range []string{"..", "../../web/pages"} {
		if _, err := os.Stat(root); os.IsNotExist(err) {
			continue
		}
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, "_templ.go") {
				return err
			}
			source, err := os.ReadFile(path)
			for _, m := range iconNames.FindAllSubmatch(source, -1) {
				found++
				if name := string(m[1]); !ui.HasIcon(name) {
					t.Errorf("%s: no icon %q: add it to static/src/icons.txt and run npm run vendor", path, name)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 50 {
		t.Fatalf("found %d icons only: the search is broken", found)
	}
}
