package service

import (
	"slices"
	"sync/atomic"

	"regulars/internal/loyalty"
)

// posted counts what this process has written to the ledger, in the order of
// loyalty.TransactionTypes.
type posted [7]atomic.Int64

// Posted is how many transactions of the type this process has written.
func (c *Core) Posted(kind loyalty.TransactionType) int64 {
	if i := slices.Index(loyalty.TransactionTypes(), kind); i >= 0 {
		return c.posted[i].Load()
	}
	return 0
}

func (c *Core) count(p *loyalty.Posting) {
	if p == nil {
		return
	}
	for _, t := range p.Transactions {
		if i := slices.Index(loyalty.TransactionTypes(), t.Type); i >= 0 {
			c.posted[i].Add(1)
		}
	}
}

func (c *Core) countMany(kind loyalty.TransactionType, n int) {
	c.posted[slices.Index(loyalty.TransactionTypes(), kind)].Add(int64(n))
}
