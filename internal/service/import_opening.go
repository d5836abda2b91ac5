package service

import (
	"context"

	"regulars/internal/loyalty"
)

// add brings guests in, in one transaction.
func (r *customerImport) add(ctx context.Context, guests []openingGuest) error {
	var added int
	var points loyalty.Points
	err := r.core.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		added, points = 0, 0
		cfg, err := r.core.heldConfig(ctx, tx, r.actor.OrgID)
		if err != nil {
			return err
		}
		var postings []loyalty.Posting
		var items []loyalty.ImportItem
		for _, g := range guests {
			fresh, err := r.isNew(ctx, tx, cfg, g.Customer)
			if err != nil {
				return err
			}
			if !fresh.ok {
				continue
			}
			added++
			points += g.balance
			items = append(items, loyalty.ImportItem{Kind: loyalty.ItemCustomer, ID: g.ID})
			if p, ok := opening(cfg, fresh.NewAccount, g); ok {
				postings = append(postings, p)
				items = append(items, pointsItems(p)...)
			}
		}
		if !r.cmd.For.IsZero() {
			if err := tx.AddImportItems(ctx, r.actor.OrgID, r.cmd.For, items); err != nil {
				return err
			}
		}
		return tx.PostAll(ctx, postings)
	})
	if err != nil {
		return err
	}
	r.result.Added += added
	r.result.Known += len(guests) - added
	r.result.Balance += points
	return nil
}

// pointsItems are the rows of the ledger that the posting adds.
func pointsItems(p loyalty.Posting) []loyalty.ImportItem {
	var items []loyalty.ImportItem
	for _, t := range p.Transactions {
		items = append(items, loyalty.ImportItem{Kind: loyalty.ItemPoints, ID: t.ID, CustomerID: p.CustomerID})
	}
	return items
}

type freshAccount struct {
	loyalty.NewAccount
	ok bool
}

// isNew adds the guest unless phone number or external id is known.
func (r *customerImport) isNew(ctx context.Context, tx loyalty.Tx, cfg *loyalty.Config, c loyalty.Customer) (freshAccount, error) {
	if c.PhoneDigits != "" {
		if _, _, err := tx.Member(ctx, r.actor.OrgID, numberOf(c)); loyalty.KindOf(err) != loyalty.NotFound {
			return freshAccount{}, err
		}
	}
	a := newAccount(cfg, c)
	ok, err := tx.AddCustomer(ctx, a)
	return freshAccount{a, ok}, err
}

// opening is what a new account starts with, if anything.
func opening(cfg *loyalty.Config, a loyalty.NewAccount, g openingGuest) (loyalty.Posting, bool) {
	if g.balance == 0 && g.lifetime == 0 || cfg.Program == nil {
		return loyalty.Posting{}, false
	}
	account := loyalty.Account{Enrollment: loyalty.Enrollment{OrgID: g.OrgID, CustomerID: g.ID, Revision: 1}}
	p := loyalty.Posting{
		OrgID: g.OrgID, Config: cfg.Version, CustomerID: g.ID, Revision: 1, ProgramID: a.ProgramID, TierID: cfg.Program.TierFor(g.lifetime).ID,
		Day: a.Day, At: g.CreatedAt,
	}
	row := loyalty.Transaction{Reason: openingReason, At: g.CreatedAt}
	move := func(typ loyalty.TransactionType, points, lifetime loyalty.Points) {
		if points == 0 {
			return
		}
		row.ID, row.Type, row.Points, row.LifetimeDelta = loyalty.NewID(g.CreatedAt), typ, points, lifetime
		before := account.Balance
		_ = account.Add(&p, row) // both amounts were checked to be in range
		if points > 0 {
			account.Gain(&p, before, points, cfg.Program.ExpiryDay(a.Day))
		} else {
			account.Spend(&p, before, -points, nil)
		}
	}
	move(loyalty.Earn, g.lifetime, g.lifetime)
	move(loyalty.Adjust, g.balance-g.lifetime, 0)
	return p, true
}
