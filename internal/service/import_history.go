package service

import (
	"context"
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
)

// history is what was normal at each store up to the step that is being
// imported: never what came later.
type history struct {
	orgID loyalty.ID
	norms map[loyalty.ID]*pastNorm // by store; the zero store is the organization
}

type pastNorm struct {
	samples  []loyalty.AwardSample // oldest first; the last baselineAwards count
	learned  int                   // samples that baseline does not know yet
	baseline anomaly.Baseline
}

func newHistory(orgID loyalty.ID) *history {
	return &history{orgID: orgID, norms: map[loyalty.ID]*pastNorm{}}
}

// prepare makes the norms that rows will be compared with.
func (h *history) prepare(ctx context.Context, from loyalty.Reader, rows []loyalty.StagedOrder) error {
	if err := h.load(ctx, from, loyalty.ID{}, rows[0].At); err != nil {
		return err
	}
	for _, row := range rows {
		if err := h.load(ctx, from, row.StoreID, rows[0].At); err != nil {
			return err
		}
	}
	return nil
}

func (h *history) load(ctx context.Context, from loyalty.Reader, storeID loyalty.ID, before time.Time) error {
	n, ok := h.norms[storeID]
	if !ok {
		latest, err := from.AmountsBefore(ctx, h.orgID, storeID, before, baselineAwards)
		if err != nil {
			return err
		}
		n = &pastNorm{learned: len(latest)}
		for i := len(latest) - 1; i >= 0; i-- {
			n.samples = append(n.samples, latest[i])
		}
		h.norms[storeID] = n
	}
	if n.learned > 0 {
		n.baseline, n.learned = baselineOf(n.samples[max(0, len(n.samples)-baselineAwards):]), 0
	}
	return nil
}

// learn adds what has been written.
func (h *history) learn(postings []loyalty.Posting) {
	for _, p := range postings {
		for _, t := range p.Transactions {
			sample := loyalty.AwardSample{At: t.At, Amount: t.Amount, Points: t.Points}
			h.norms[t.StoreID].add(sample)
			h.norms[loyalty.ID{}].add(sample)
		}
	}
}

func (n *pastNorm) add(s loyalty.AwardSample) {
	if len(n.samples) >= 2*baselineAwards {
		n.samples = append(n.samples[:0], n.samples[baselineAwards:]...)
	}
	n.samples = append(n.samples, s)
	n.learned++
}

// baseline is the norm as of the step at hand.
func (h *history) baseline(_ context.Context, _, storeID loyalty.ID) anomaly.Baseline {
	if n, ok := h.norms[storeID]; ok {
		return n.baseline
	}
	return anomaly.Baseline{}
}
