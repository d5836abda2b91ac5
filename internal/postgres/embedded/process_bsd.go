//go:build unix && !linux

package embedded

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// attributes keeps the server out of reach of the terminal's Ctrl-C, which is
// meant for us. If we are killed it stays, and the next start stops it.
func attributes(id *identity) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: credential(id), Setpgid: true}
}

// isPostmaster says whether the process is a server on the data folder, and
// not one that got the number later.
func isPostmaster(pid int, data string) bool {
	line, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(line), data+" ")
}
