package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// What the kernel counts in, which on Linux is a hundredth of a second
// whatever the machine.
const tick = 10 * time.Millisecond

// process is what /proc tells of one process; zero where there is no /proc.
type process struct {
	parent int
	cpu    time.Duration // its own and its children's that have ended
}

func readProcess(pid int) (process, bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return process{}, false
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 15 {
		return process{}, false
	}
	p := process{}
	p.parent, _ = strconv.Atoi(fields[1]) //nolint:errcheck // the kernel writes numbers
	for _, f := range fields[11:15] {
		n, _ := strconv.Atoi(f) //nolint:errcheck // the kernel writes numbers
		p.cpu += time.Duration(n) * tick
	}
	return p, true
}

// tree is the process and its children that live.
func tree(pid int) (pids []int, cpu time.Duration) {
	entries, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, 0
	}
	for _, e := range entries {
		id, err := strconv.Atoi(filepath.Base(e))
		if err != nil {
			continue
		}
		if p, ok := readProcess(id); ok && (id == pid || p.parent == pid) {
			pids, cpu = append(pids, id), cpu+p.cpu
		}
	}
	return pids, cpu
}

// memory is what the processes occupy in MB, what they share counted once.
func memory(pids []int) float64 {
	kb := 0
	for _, pid := range pids {
		text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/smaps_rollup")
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
				n, _ := strconv.Atoi(strings.Fields(rest)[0]) //nolint:errcheck // the kernel writes numbers
				kb += n
			}
		}
	}
	return float64(kb) / 1024
}

// resident is the process's resident memory in MB.
func resident(pid int) float64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.Atoi(fields[1]) //nolint:errcheck // the kernel writes numbers
	return float64(pages*os.Getpagesize()) / (1 << 20)
}

// busy is how long all cores together have worked, and were stolen, since the
// machine started.
func busy() time.Duration {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	sum := time.Duration(0)
	for i, f := range strings.Fields(line)[1:] {
		n, err := strconv.Atoi(f)
		if err == nil && i != 3 && i != 4 && i < 8 { // idle, waiting for the disk, guests
			sum += time.Duration(n) * tick
		}
	}
	return sum
}

// own is the CPU of this process and of those it has run.
func own() time.Duration {
	sum := time.Duration(0)
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return sum
}

// quiet waits until others leave the machine alone, at most for as long as
// patience says.
func quiet(patience time.Duration) {
	for until := time.Now().Add(patience); ; {
		before, mine := busy(), own()
		time.Sleep(200 * time.Millisecond)
		others := (busy() - before) - (own() - mine)
		if others < 200*time.Millisecond*time.Duration(runtime.NumCPU())/10 || time.Now().After(until) {
			return
		}
	}
}

// machine says in one line what was measured on.
func machine() string {
	model := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	gb := ""
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		if fields := strings.Fields(string(text)); len(fields) > 1 {
			kb, _ := strconv.Atoi(fields[1]) //nolint:errcheck // the kernel writes numbers
			gb = ", " + strconv.Itoa(kb>>20) + " GB"
		}
	}
	return strconv.Itoa(runtime.NumCPU()) + " cores of " + model + gb + ", " + runtime.GOOS
}
