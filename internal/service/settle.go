package service

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// moment is the time to the precision that is kept.
func (c *Core) moment() time.Time { return c.now().UTC().Truncate(time.Microsecond) }

// settleTime bounds the second look at the members after a change.
const settleTime = 15 * time.Second

// settle puts right what awards still did by the old ladder while the change
// was being committed. What was decided on it and not yet written is waited
// for; whatever comes later is refused and decided anew. The change itself
// stands whether or not this succeeds.
func (s *Programs) settle(ctx context.Context, orgID loyalty.ID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	err := s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		settled, err := tx.AwaitPostings(ctx)
		if err != nil {
			return err
		}
		if !settled {
			s.log.WarnContext(ctx, "some postings were still under way when members were put into their new tiers", "organization_id", orgID.String())
		}
		cfg, err := tx.Config(ctx, orgID)
		if err != nil || cfg.Program == nil {
			return err
		}
		_, err = tx.Retier(ctx, orgID, cfg.Program.ID, nil)
		return err
	})
	if err != nil {
		s.log.ErrorContext(ctx, "put members into their new tiers a second time", "organization_id", orgID.String(), "err", err)
	}
}
