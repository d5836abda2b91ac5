package webtest

import (
	"bytes"
	"net/url"
	"strings"
	"sync"

	"github.com/valyala/fasthttp"
)

// traces is what a server leaves behind beside its database: what it has
// logged, and the addresses that browsers asked it for, which stay in
// histories and in proxies' logs.
type traces struct {
	mu        sync.Mutex
	log       bytes.Buffer
	addresses []string
	secrets   []string // of the test's own making
}

// Write implements io.Writer for the log.
func (t *traces) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.log.Write(p)
}

// Logged is everything that the server has logged.
func (s *Server) Logged() string {
	s.left.mu.Lock()
	defer s.left.mu.Unlock()
	return s.left.log.String()
}

func (t *traces) keep(secret string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.secrets = append(t.secrets, secret)
}

// follow notes the addresses that the server is asked for.
func (t *traces) follow(server *fasthttp.Server) {
	inner := server.Handler
	server.Handler = func(c *fasthttp.RequestCtx) {
		address := string(c.Request.RequestURI())
		t.mu.Lock()
		t.addresses = append(t.addresses, address)
		t.mu.Unlock()
		inner(c)
	}
}

// shortest is how long a name must be to be looked for: shorter ones are in
// other words as well.
const shortest = 7

// keepsQuiet fails the test where something personal or secret is in the log
// or in an address of a page: whatever the test has made of both.
func (s *Server) keepsQuiet() {
	s.T.Helper()
	const people = `
		SELECT unnest(ARRAY[name, email, phone, phone_e164, phone_digits]) FROM customers WHERE anonymized_at IS NULL
		UNION SELECT unnest(ARRAY[name, email]) FROM staff`
	rows, err := s.DB.SQL.Query(people) //nolint:noctx // the test's own context has ended
	if err != nil {
		s.T.Errorf("look for traces: %v", err)
		return
	}
	defer rows.Close() //nolint:errcheck // it was only read
	secrets := append([]string{Password}, s.left.secrets...)
	for rows.Next() {
		var text *string
		if err := rows.Scan(&text); err != nil {
			s.T.Errorf("look for traces: %v", err)
			return
		}
		if text != nil {
			secrets = append(secrets, strings.TrimPrefix(*text, "+"))
		}
	}
	log := s.Logged()
	for _, secret := range secrets {
		if len(secret) < shortest {
			continue
		}
		if i := strings.Index(log, secret); i >= 0 {
			begin := strings.LastIndexByte(log[:i], '\n') + 1
			s.T.Errorf("the log has %q: %.500s", secret, log[begin:])
		}
		for _, address := range s.left.addresses {
			plain, err := url.QueryUnescape(address)
			if err != nil {
				plain = address
			}
			if strings.Contains(plain, secret) {
				s.T.Errorf("%q is in the address %s", secret, address)
			}
		}
	}
}
