package embedded

import (
	"fmt"
	"os"
)

// bufferMB is how much PostgreSQL keeps of the tables itself, in megabytes: an
// eighth of the machine, so that the guests who come often stay at hand and the
// machine's other work has room; 256 where the size can't be told.
func bufferMB() int {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 256
	}
	return bufferOf(string(text))
}

func bufferOf(meminfo string) int {
	var kB int
	if _, err := fmt.Sscanf(meminfo, "MemTotal: %d kB", &kB); err != nil {
		return 256
	}
	return min(max(kB/1024/8, 64), 2048)
}
