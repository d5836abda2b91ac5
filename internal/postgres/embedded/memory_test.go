package embedded

import "testing"

func TestBuffer(t *testing.T) {
	for meminfo, want := range map[string]int{
		"MemTotal:       24604340 kB\nMemFree: 1 kB\n": 2048,
		"MemTotal:        4096000 kB\n":                500,
		"MemTotal:         262144 kB\n":                64,
		"something else":                               256,
	} {
		if got := bufferOf(meminfo); got != want {
			t.Errorf("of %q: %d MB, want %d", meminfo, got, want)
		}
	}
}
