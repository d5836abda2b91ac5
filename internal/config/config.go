// Package config turns the environment into a Config. Everything has a
// default that works, and every mistake is reported at once, by the name of
// its variable and with what to put there instead.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Config is all that can be set from outside. The tag "must" says what a
// value has to be; it is the text of the complaint when it isn't.
type Config struct {
	// DatabaseURL is the database to use; "" is a private cluster in DataDir.
	DatabaseURL     string `env:"DATABASE_URL" secret:"true" must:"be a PostgreSQL address such as postgres://user:password@host:5432/database"`
	DatabaseURLFile string `env:"DATABASE_URL_FILE" must:"name a readable file that holds the address, and DATABASE_URL must not be set as well"`

	// Addr is where the server listens, as host:port.
	Addr string `env:"REGULARS_ADDR" envDefault:"127.0.0.1:8080" must:"be host:port, such as 127.0.0.1:8080, or :8080 for every interface"`
	// MetricsAddr is where the metrics are served; "" is at Addr.
	MetricsAddr string `env:"METRICS_ADDR" must:"be host:port, such as 127.0.0.1:9090, and another address than REGULARS_ADDR"`
	// DataDir is where the server keeps what it makes itself.
	DataDir string `env:"REGULARS_DATA_DIR" envDefault:"./data" must:"name a folder"`

	// RateLimit is how many requests a second one caller may make; 0 is any.
	RateLimit int `env:"REGULARS_RATE_LIMIT" envDefault:"600" must:"be a whole number of requests per second, or 0 for no limit"`
	// LogLevel is the least serious thing that is logged.
	LogLevel slog.Level `env:"REGULARS_LOG_LEVEL" envDefault:"info" must:"be debug, info, warn or error"`
	// SecureCookies says when cookies are for HTTPS only.
	SecureCookies SecureCookies `env:"REGULARS_SECURE_COOKIES" envDefault:"auto" must:"be auto, always or never"`
	// TrustProxy lists the addresses, or networks such as 10.0.0.0/8, of the
	// proxies whose word for the caller's address is taken.
	TrustProxy []string `env:"REGULARS_TRUST_PROXY" must:"be a list of addresses or networks with commas between, such as 127.0.0.1,10.0.0.0/8"`

	// Key is the secret that sessions are sealed with; "" is one made and
	// kept in DataDir. Use SessionKey.
	Key     string `env:"REGULARS_SESSION_KEY" secret:"true" must:"be at least 32 characters, such as openssl rand -hex 32 prints"`
	KeyFile string `env:"REGULARS_SESSION_KEY_FILE" must:"name a readable file that holds the key, and REGULARS_SESSION_KEY must not be set as well"`

	// Unknown lists variables that look like ours but aren't, such as a
	// misspelt one.
	Unknown []string
}

// SecureCookies says when cookies are for HTTPS only.
type SecureCookies string

// The choices. Auto is HTTPS only where the request came over HTTPS.
const (
	Auto   SecureCookies = "auto"
	Always SecureCookies = "always"
	Never  SecureCookies = "never"
)

// minKey is the length of the shortest session key, in characters.
const minKey = 32

// Load reads the configuration from environ, which is in the form of
// os.Environ. The error has one line for each mistake.
func Load(environ []string) (Config, error) {
	values := map[string]string{}
	for name, value := range env.ToMap(environ) {
		if value != "" { // set to nothing is how a template leaves a variable out
			values[name] = value
		}
	}
	var c Config
	mistakes := parse(&c, values)
	for _, name := range append(c.readFiles(), c.check()...) {
		mistakes[name] = true
	}
	c.Unknown = unknown(values)
	if len(mistakes) == 0 {
		return c, nil
	}
	return Config{}, complain(mistakes, values)
}

// parse fills c and returns the names of the variables it couldn't read.
func parse(c *Config, values map[string]string) map[string]bool {
	mistakes := map[string]bool{}
	err := env.ParseWithOptions(c, env.Options{Environment: values})
	if all, ok := errors.AsType[env.AggregateError](err); ok {
		for _, err := range all.Errors {
			if e, ok := errors.AsType[env.ParseError](err); ok {
				field, _ := reflect.TypeFor[Config]().FieldByName(e.Name)
				mistakes[field.Tag.Get("env")] = true
			}
		}
	}
	return mistakes
}

// readFiles takes the secrets that come in files, and returns the names of
// the variables that are wrong.
func (c *Config) readFiles() (mistakes []string) {
	for _, s := range []struct {
		variable, path string
		value          *string
	}{
		{"DATABASE_URL_FILE", c.DatabaseURLFile, &c.DatabaseURL},
		{"REGULARS_SESSION_KEY_FILE", c.KeyFile, &c.Key},
	} {
		if s.path == "" {
			continue
		}
		content, err := os.ReadFile(s.path)
		if err != nil || *s.value != "" {
			mistakes = append(mistakes, s.variable)
			continue
		}
		*s.value = strings.TrimSpace(string(content))
	}
	return mistakes
}

// check returns the names of the variables whose values can't be right.
func (c *Config) check() (mistakes []string) {
	for variable, ok := range map[string]bool{
		"DATABASE_URL":            c.DatabaseURL == "" || isDatabase(c.DatabaseURL),
		"REGULARS_ADDR":           isAddress(c.Addr),
		"METRICS_ADDR":            c.MetricsAddr == "" || isAddress(c.MetricsAddr) && c.MetricsAddr != c.Addr,
		"REGULARS_RATE_LIMIT":     c.RateLimit >= 0,
		"REGULARS_SECURE_COOKIES": slices.Contains([]SecureCookies{Auto, Always, Never}, c.SecureCookies),
		"REGULARS_TRUST_PROXY":    !slices.ContainsFunc(c.TrustProxy, notNetwork),
		"REGULARS_SESSION_KEY":    c.Key == "" || len(c.Key) >= minKey,
		"REGULARS_DATA_DIR":       isFolder(c.DataDir),
	} {
		if !ok {
			mistakes = append(mistakes, variable)
		}
	}
	return mistakes
}

func isDatabase(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") || strings.Contains(url, "=")
}

func isAddress(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// isFolder accepts what isn't there yet.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err != nil && errors.Is(err, os.ErrNotExist) || err == nil && info.IsDir()
}

func notNetwork(text string) bool {
	_, err1 := netip.ParseAddr(text)
	_, err2 := netip.ParsePrefix(text)
	return err1 != nil && err2 != nil
}

// unknown lists the variables that start like ours and that nobody reads.
func unknown(values map[string]string) (names []string) {
	known := map[string]bool{}
	for field := range reflect.TypeFor[Config]().Fields() {
		known[field.Tag.Get("env")] = true
	}
	for name := range values {
		if strings.HasPrefix(name, "REGULARS_") && !known[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// complain words the mistakes, in the order of Config.
func complain(mistakes map[string]bool, values map[string]string) error {
	var lines []error
	for field := range reflect.TypeFor[Config]().Fields() {
		name := field.Tag.Get("env")
		if !mistakes[name] {
			continue
		}
		found := ""
		if value, ok := values[name]; ok && field.Tag.Get("secret") == "" {
			found = fmt.Sprintf(" (it is %q)", value)
		}
		lines = append(lines, fmt.Errorf("%s must %s%s", name, field.Tag.Get("must"), found))
	}
	return errors.Join(lines...)
}
