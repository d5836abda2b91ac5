package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
)

// identity is the user the server runs as; nil is the one we are.
type identity struct{ uid, gid int }

// serverIdentity picks the user to run as. PostgreSQL refuses to be root, so
// root takes the owner of an existing cluster, or an unprivileged account.
func serverIdentity(dir string) (*identity, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	clusters, err := filepath.Glob(filepath.Join(dir, clusterPrefix+"*", "data"))
	if err != nil {
		return nil, fmt.Errorf("look for clusters: %w", err)
	}
	for _, data := range clusters {
		if id, err := ownerOf(data); err == nil && id.uid != 0 {
			return id, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("read account %s: %w", name, err)
		}
		return &identity{uid: uid, gid: gid}, nil
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is neither an account postgres nor nobody: start regulars as another user or set DATABASE_URL")
}

// canReach says whether the identity may go to path and use what is there.
func (id *identity) canReach(path string) bool {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	for {
		info, err := os.Stat(path)
		if err != nil || !id.mayEnter(path, info.Mode()) {
			return false
		}
		parent := filepath.Dir(path)
		if parent == path {
			return true
		}
		path = parent
	}
}

func (id *identity) mayEnter(path string, mode os.FileMode) bool {
	if id == nil {
		return mode&0o111 != 0
	}
	owner, err := ownerOf(path)
	switch {
	case err != nil:
		return false
	case owner.uid == id.uid:
		return mode&0o100 != 0
	case owner.gid == id.gid:
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}

// own hands path to the identity.
func (id *identity) own(path string) error {
	if id == nil {
		return nil
	}
	return os.Chown(path, id.uid, id.gid)
}

// homeFor is the folder for the cluster of data folder dir: dir itself, unless
// it lies where the server's account can't go, as below root's home.
func homeFor(dir string, id *identity, log func(string)) (string, error) {
	if id.canReach(dir) {
		return dir, nil
	}
	sum := sha256.Sum256([]byte(dir))
	root := "/var/lib/regulars"
	home := filepath.Join(root, hex.EncodeToString(sum[:6]))
	for _, d := range []string{root, home} {
		if err := makeOpen(d); err != nil {
			return "", err
		}
	}
	if !id.canReach(home) {
		return "", fmt.Errorf("neither %s nor %s can be reached by the account PostgreSQL runs as: set REGULARS_DATA_DIR to a folder that can", dir, home)
	}
	log(fmt.Sprintf("PostgreSQL can't run as root nor reach %s as another user; its files are in %s", dir, home))
	return home, nil
}

// makeOpen creates a folder that others may pass through, whatever the umask.
func makeOpen(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("create folder: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	return nil
}

// makePrivate creates a folder that only the identity may enter.
func (id *identity) makePrivate(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("create folder: %w", err)
	}
	if err := id.own(dir); err != nil {
		return fmt.Errorf("hand folder over: %w", err)
	}
	return nil
}
