package service

import (
	"context"
	"encoding/hex"

	"regulars/internal/loyalty"
)

// AuditLog is a page of what people and API keys did, newest first, and how
// many entries there are, up to loyalty.CountCap. It needs loyalty.Administer.
func (a *Access) AuditLog(ctx context.Context, actor loyalty.Actor, f loyalty.AuditFilter, page loyalty.Page) ([]loyalty.AuditRow, int, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return nil, 0, err
	}
	return a.repo.AuditLog(ctx, actor.OrgID, f, page)
}

// SealAudit chains the audit rows that are not chained yet, and says how many.
// The log gets the end of the chain: kept elsewhere, it convicts whoever makes
// the whole chain anew. It is for the program itself.
func (a *Access) SealAudit(ctx context.Context, actor loyalty.Actor) (int, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return 0, err
	}
	done := 0
	for {
		var round loyalty.AuditSeal
		err := a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) (err error) {
			round, err = tx.SealAudit(ctx, actor.OrgID, batch)
			return err
		})
		if err != nil {
			return done, err
		}
		done += round.Sealed
		if round.Sealed < batch {
			if done > 0 {
				a.log.InfoContext(ctx, "audit log sealed", "organization", actor.OrgID, "rows", done, "position", round.Position,
					"seal", hex.EncodeToString(round.Hash))
			}
			return done, nil
		}
	}
}
