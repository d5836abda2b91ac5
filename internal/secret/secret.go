// Package secret makes and checks what proves who someone is: API keys,
// session tokens and passwords. Nothing that it hands out to be stored can be
// turned back into what was shown.
package secret

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"hash/crc32"
	"math/big"
	"strings"
)

const (
	keyPrefix = "rk_live_"
	alphabet  = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	// 62^43 is the first power of 62 above 2^256, and 62^6 above 2^32.
	secretLength   = 43
	checksumLength = 6
	// shownLength is how much of a key is kept to recognize it by.
	shownLength = len(keyPrefix) + 6
)

// NewAPIKey makes an API key of 256 random bits. A checksum at its end lets
// scanners, and us, tell a key from what only looks like one.
func NewAPIKey() string {
	var b [32]byte
	rand.Read(b[:]) //nolint:errcheck // it never fails: without randomness it ends the program
	body := keyPrefix + base62(new(big.Int).SetBytes(b[:]), secretLength)
	return body + checksum(body)
}

// IsAPIKey reports whether key has the form of an API key, checksum included.
func IsAPIKey(key string) bool {
	if len(key) != len(keyPrefix)+secretLength+checksumLength || !strings.HasPrefix(key, keyPrefix) {
		return false
	}
	body := key[:len(key)-checksumLength]
	return checksum(body) == key[len(body):]
}

// Prefix is the part of an API key that may be shown.
func Prefix(key string) string { return key[:shownLength] }

// Hash is what is kept of an API key or a token: SHA-256. They are too random
// to be guessed, so a slow hash would protect nothing.
func Hash(key string) [32]byte { return sha256.Sum256([]byte(key)) }

// NewToken makes 256 random bits for a cookie or a form.
func NewToken() string {
	var b [32]byte
	rand.Read(b[:]) //nolint:errcheck // it never fails: without randomness it ends the program
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func checksum(body string) string {
	return base62(big.NewInt(int64(crc32.ChecksumIEEE([]byte(body)))), checksumLength)
}

func base62(n *big.Int, length int) string {
	out := make([]byte, length)
	base, digit := big.NewInt(int64(len(alphabet))), new(big.Int)
	for i := length - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		out[i] = alphabet[digit.Int64()]
	}
	return string(out)
}

// cardTokenBytes is how long the token of a card's link is: 192 bits.
const cardTokenBytes = 24

// NewSeed makes 128 random bits for CardToken.
func NewSeed() []byte {
	b := make([]byte, 16)
	rand.Read(b) //nolint:errcheck // it never fails: without randomness it ends the program
	return b
}

// CardToken is the token of the link to a membership card. It takes both the
// key, which only the servers have, and the card's own seed to make it.
func CardToken(key, seed []byte) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("card "))
	m.Write(seed)
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:cardTokenBytes])
}

// IsCardToken reports whether s has the form of a card's token.
func IsCardToken(s string) bool {
	b, err := base64.RawURLEncoding.DecodeString(s)
	return err == nil && len(b) == cardTokenBytes
}
