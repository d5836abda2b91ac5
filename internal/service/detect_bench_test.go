package service_test

import (
	"slices"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// BenchmarkAward measures awards with the detectors behind them and without,
// turn by turn so that both see the same machine: what detection adds to the
// 99th percentile of an award, in milliseconds.
func BenchmarkAward(b *testing.B) {
	with, without := benchScene(b), benchScene(b)
	without.Ledger.DetectWith(blind)
	var took [2][]time.Duration
	for i := 0; b.Loop(); i++ {
		for k, s := range []*scene{with, without} {
			s.at(noon.Add(time.Duration(i) * 3 * time.Hour))
			began := time.Now()
			_, err := s.Ledger.Award(b.Context(), lucia, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: loyalty.Points(50 + i%40), Reason: "x", StoreID: store})
			if err != nil {
				b.Fatal(err)
			}
			took[k] = append(took[k], time.Since(began))
		}
	}
	at := func(d []time.Duration, share float64) float64 {
		slices.Sort(d)
		return float64(d[int(share*float64(len(d)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(at(took[0], .5), "p50-ms")
	b.ReportMetric(at(took[0], .99), "p99-ms")
	b.ReportMetric(at(took[1], .5), "p50-blind-ms")
	b.ReportMetric(at(took[1], .99), "p99-blind-ms")
}

func benchScene(b *testing.B) *scene {
	b.Helper()
	return newScene(b)
}
