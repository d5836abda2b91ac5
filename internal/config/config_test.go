package config

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestLoadDefaults(t *testing.T) {
	for name, environ := range map[string][]string{
		"nothing set":      nil,
		"set to nothing":   {"REGULARS_ADDR=", "REGULARS_RATE_LIMIT=", "DATABASE_URL="},
		"others' settings": {"PATH=/bin", "HOME=/"},
	} {
		got, err := Load(environ)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got.Addr != "127.0.0.1:8080" || got.DataDir != "./data" || got.RateLimit != 600 || got.MetricsAddr != "" ||
			got.DatabaseURL != "" || got.LogLevel != slog.LevelInfo || got.SecureCookies != Auto || got.TrustProxy != nil || got.Unknown != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestLoadReadsEverything(t *testing.T) {
	file := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(file, []byte("postgres://db/regulars\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Load([]string{
		"DATABASE_URL_FILE=" + file, "REGULARS_ADDR=:80", "METRICS_ADDR=127.0.0.1:9090", "REGULARS_DATA_DIR=" + t.TempDir(),
		"REGULARS_RATE_LIMIT=0", "REGULARS_LOG_LEVEL=WARN", "REGULARS_SECURE_COOKIES=always",
		"REGULARS_TRUST_PROXY=127.0.0.1,10.0.0.0/8,::1", "REGULARS_SESSION_KEY=" + strings.Repeat("k", 32), "REGULARS_RATELIMIT=5",
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.DatabaseURL != "postgres://db/regulars" || got.Addr != ":80" || got.MetricsAddr != "127.0.0.1:9090" || got.RateLimit != 0 ||
		got.LogLevel != slog.LevelWarn || got.SecureCookies != Always || len(got.TrustProxy) != 3 {
		t.Errorf("%+v", got)
	}
	if !slices.Equal(got.Unknown, []string{"REGULARS_RATELIMIT"}) {
		t.Errorf("unknown variables: %v", got.Unknown)
	}
}

func TestLoadReportsEveryMistake(t *testing.T) {
	_, err := Load([]string{
		"DATABASE_URL=hunter2", "DATABASE_URL_FILE=/nowhere", "REGULARS_ADDR=8080", "METRICS_ADDR=:99999", "REGULARS_DATA_DIR=/dev/null",
		"REGULARS_RATE_LIMIT=many", "REGULARS_LOG_LEVEL=loud", "REGULARS_SECURE_COOKIES=sometimes", "REGULARS_TRUST_PROXY=proxy",
		"REGULARS_SESSION_KEY=hunter2", "REGULARS_SESSION_KEY_FILE=/nowhere",
	})
	if err == nil {
		t.Fatal("no mistake found")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 11 {
		t.Errorf("%d lines, want one for each of 11 mistakes:\n%v", len(lines), err)
	}
	for _, line := range lines {
		if !strings.Contains(line, " must ") {
			t.Errorf("no remedy in %q", line)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a secret is shown: %v", err)
	}
	if !strings.Contains(err.Error(), `REGULARS_RATE_LIMIT must be a whole number of requests per second, or 0 for no limit (it is "many")`) {
		t.Errorf("the rate limit's mistake is worded: %v", err)
	}
}

func TestSessionKeyIsKept(t *testing.T) {
	c := Config{DataDir: filepath.Join(t.TempDir(), "data")}
	var wg sync.WaitGroup
	keys := make([][]byte, 8)
	for i := range keys {
		wg.Go(func() {
			var err error
			if keys[i], err = c.SessionKey(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, key := range keys {
		if len(key) != 32 || !bytes.Equal(key, keys[0]) {
			t.Fatalf("servers starting together got keys %x and %x", keys[0], key)
		}
	}
	files, err := os.ReadDir(c.DataDir)
	if err != nil || len(files) != 1 {
		t.Fatalf("in the data folder: %v, %v", files, err)
	}
	if info, err := files[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file has mode %v, %v", info.Mode(), err)
	}
	given, err := Config{Key: strings.Repeat("k", 32), DataDir: "/nowhere"}.SessionKey()
	if err != nil || len(given) != 32 || bytes.Equal(given, keys[0]) {
		t.Errorf("a given key: %x, %v", given, err)
	}
}
