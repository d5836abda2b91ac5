package service

import (
	"context"

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
