package config

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// SessionKey is the 32 bytes that sessions are sealed with. Where none was
// given it is made once and kept in the data folder, so that a restart signs
// nobody out.
func (c Config) SessionKey() ([]byte, error) {
	text := c.Key
	if text == "" {
		var err error
		if text, err = keptKey(c.DataDir); err != nil {
			return nil, fmt.Errorf("session key (set REGULARS_SESSION_KEY to keep it elsewhere): %w", err)
		}
	}
	sum := sha256.Sum256([]byte(text))
	return sum[:], nil
}

func keptKey(dir string) (string, error) {
	path := filepath.Join(dir, "session.key")
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		if err := makeKey(dir, path); err != nil {
			return "", err
		}
		content, err = os.ReadFile(path)
	}
	if err != nil {
		return "", err
	}
	text := strings.TrimSpace(string(content))
	if len(text) < minKey {
		return "", fmt.Errorf("%s is damaged; delete it to have a new one made", path)
	}
	return text, nil
}

// makeKey puts a new key at path, whole or not at all. Of two servers that
// both find none, the later one leaves the other's in place.
func makeKey(dir, path string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".session-key-") // only its owner may read it
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // the name that counts is path
	key := make([]byte, 32)
	rand.Read(key) // never fails: without randomness it ends the program
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); !errors.Is(err, os.ErrExist) {
		return err
	}
	return nil
}
