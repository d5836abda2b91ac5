package service

import (
	"context"

	"regulars/internal/loyalty"
)

// Verify holds everything that is promised of the ledger against every row of
// it. It reads as of one instant and changes nothing; it is for the program
// itself and for owners.
func (s *Stats) Verify(ctx context.Context, actor loyalty.Actor) (loyalty.Verification, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return loyalty.Verification{}, err
	}
	return s.repo.Verify(ctx, actor.OrgID)
}
