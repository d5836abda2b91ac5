package embedded

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
)

// attributes keeps the server out of reach of the terminal's Ctrl-C, which is
// meant for us, and has the kernel stop it when we are killed.
func attributes(id *identity) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: credential(id), Setpgid: true, Pdeathsig: syscall.SIGINT}
}

// isPostmaster says whether the process is a server on the data folder, and
// not one that got the number later.
func isPostmaster(pid int, data string) bool {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && bytes.Contains(line, []byte(data+"\x00"))
}
