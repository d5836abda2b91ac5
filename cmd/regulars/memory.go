package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// A server that has allocated less than calmBytes since the last look, a
	// lookPause ago, has nothing much to do.
	lookPause = 3 * time.Second
	calmBytes = 4 << 20
	// Giving memory back costs a collection, so it takes this much to have been
	// allocated since the last time.
	worthBytes = 16 << 20
	// The heap may be this large before garbage is collected more often than by
	// itself, and worthBytes above what is in use, if that is more.
	easyBytes = 96 << 20
	// Below that the heap may grow to four times what is in use: collecting is a
	// sixth of the program's work under load otherwise.
	easyPercent = 300
)

// giveBack returns what was needed for a moment, for checking a password or by
// a crowd, to the machine as soon as the program is at rest. By itself the
// runtime takes minutes over it. What the detectors remember of hundreds of
// thousands of guests doesn't cost its size twice, either, unless GOMEMLIMIT
// says what may be used.
func giveBack(ctx context.Context) {
	ticker := time.NewTicker(lookPause)
	defer ticker.Stop()
	_, told := os.LookupEnv("GOMEMLIMIT")
	if _, set := os.LookupEnv("GOGC"); !set {
		debug.SetGCPercent(easyPercent)
	}
	var given, before uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if !told {
			live := read("/gc/heap/live:bytes")
			debug.SetMemoryLimit(int64(max(easyBytes, live+live/4+worthBytes))) //nolint:gosec // no heap is that large
		}
		now := allocated()
		if now-before < calmBytes && now-given > worthBytes {
			debug.FreeOSMemory()
			given = allocated()
		}
		before = now
	}
}

// allocated is how many bytes the program has allocated since it started.
func allocated() uint64 { return read("/gc/heap/allocs:bytes") }

// read is one of the runtime's metrics that count.
func read(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
