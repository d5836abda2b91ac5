package secret

import (
	"strings"
	"testing"
)

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		key := NewAPIKey()
		if !IsAPIKey(key) || seen[key] || !strings.HasPrefix(key, Prefix(key)) || len(Prefix(key)) > 14 {
			t.Fatalf("%q", key)
		}
		seen[key] = true
		for _, at := range []int{0, 10, len(key) - 1} {
			other := []byte(key)
			other[at] ^= 1
			if IsAPIKey(string(other)) {
				t.Fatalf("%q passes for a key", other)
			}
		}
	}
	for _, s := range []string{"", "rk_live_", strings.Repeat("x", 57)} {
		if IsAPIKey(s) {
			t.Errorf("%q passes for a key", s)
		}
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	hash, err := HashPassword("correct horse")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q, %v", hash, err)
	}
	for password, want := range map[string]bool{"correct horse": true, "Correct horse": false, "": false} {
		if ok, err := CheckPassword(password, hash); ok != want || err != nil {
			t.Errorf("%q: %v, %v", password, ok, err)
		}
	}
	if ok, err := CheckPassword("", ""); ok || err != nil {
		t.Errorf("nobody's password: %v, %v", ok, err)
	}
}
