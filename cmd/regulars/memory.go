package main

import (
	"context"
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
)

// giveBack returns what was needed for a moment, for checking a password or by
// a crowd, to the machine as soon as the program is at rest. By itself the
// runtime takes minutes over it.
func giveBack(ctx context.Context) {
	ticker := time.NewTicker(lookPause)
	defer ticker.Stop()
	var given, before uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
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
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
