package embedded

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

var errLocked = errors.New("locked by another process")

// tryLock refuses: without unix accounts and signals there is no private
// cluster, and this is the first thing Start asks for.
func tryLock(string) (*os.File, error) {
	return nil, fmt.Errorf("no private PostgreSQL on Windows, set DATABASE_URL: %w", errors.ErrUnsupported)
}

func ownerOf(string) (*identity, error)         { return nil, errors.ErrUnsupported }
func attributes(*identity) *syscall.SysProcAttr { return nil }
func isPostmaster(int, string) bool             { return false }
func send(int, syscall.Signal) error            { return errors.ErrUnsupported }
