package secret

import (
	"fmt"
	"sync"

	"github.com/alexedwards/argon2id"
)

// passwordCost makes one guess take about a tenth of a second and 19 MiB.
var passwordCost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// turns bounds how many passwords are worked on at once, and with that the
// memory that a crowd at the sign-in page can claim.
var turns = make(chan struct{}, 4)

// HashPassword is what is kept of a password.
func HashPassword(password string) (string, error) {
	turns <- struct{}{}
	defer func() { <-turns }()
	hash, err := argon2id.CreateHash(password, passwordCost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// decoy is the hash of a password that nobody has.
var decoy = sync.OnceValues(func() (string, error) { return HashPassword(NewToken()) })

// CheckPassword reports whether password is the one that hash was made of. ""
// is the hash of nobody's password; finding that out takes as long.
func CheckPassword(password, hash string) (bool, error) {
	known := hash != ""
	if !known {
		var err error
		if hash, err = decoy(); err != nil {
			return false, err
		}
	}
	turns <- struct{}{}
	defer func() { <-turns }()
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("check password: %w", err)
	}
	return ok && known, nil
}
