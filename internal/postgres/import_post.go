package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"regulars/internal/loyalty"
)

// importDoc is what ledger_import takes.
type importDoc struct {
	Accounts     []importAccountDoc     `json:"accounts"`
	Transactions []importTransactionDoc `json:"transactions"`
	Lots         []importLotDoc         `json:"lots"`
	Orders       []*orderDoc            `json:"orders"`
	Signals      []signalDoc            `json:"anomalies"`
}

type importAccountDoc struct {
	CustomerID loyalty.ID `json:"customer_id"`
	Revision   int64      `json:"revision"` // before the first posting
	Postings   int        `json:"postings"`
	ProgramID  loyalty.ID `json:"program_id,omitzero"`
	TierID     loyalty.ID `json:"tier_id,omitzero"`
}

type importTransactionDoc struct {
	transactionDoc
	Day day `json:"day"`
}

type importLotDoc struct {
	CustomerID loyalty.ID `json:"customer_id"`
	lotDoc
}

// PostOrders implements loyalty.ImportWriter.
func (t *tx) PostOrders(ctx context.Context, ps []loyalty.Posting) error {
	const q = `SELECT ledger_import($1, $2, $3)`
	if len(ps) == 0 {
		return nil
	}
	doc := importDoc{
		Accounts: []importAccountDoc{}, Transactions: []importTransactionDoc{}, Lots: []importLotDoc{}, Signals: []signalDoc{},
	}
	places := map[loyalty.ID]int{}
	for _, p := range ps {
		doc.add(p, places)
	}
	all, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("encode orders: %w", err)
	}
	_, err = t.exec(ctx, q, ps[0].OrgID.String(), ps[0].Config, string(all))
	return postError(err)
}

// add takes p in; places is where the accounts are.
func (d *importDoc) add(p loyalty.Posting, places map[loyalty.ID]int) {
	d.Orders = append(d.Orders, orderDocOf(*p.Order, p.Day))
	d.Signals = append(d.Signals, each(p.Signals, signalDocOf)...)
	if p.CustomerID.IsZero() {
		return
	}
	for _, t := range p.Transactions {
		row := importTransactionDoc{transactionDocOf(t), day(p.Day)}
		row.CustomerID = p.CustomerID
		d.Transactions = append(d.Transactions, row)
	}
	for _, l := range p.Lots {
		d.Lots = append(d.Lots, importLotDoc{p.CustomerID, lotDocOf(l)})
	}
	place, ok := places[p.CustomerID]
	if !ok {
		place = len(d.Accounts)
		places[p.CustomerID] = place
		d.Accounts = append(d.Accounts, importAccountDoc{CustomerID: p.CustomerID, Revision: p.Revision})
	}
	a := &d.Accounts[place]
	a.Postings++
	if !p.TierID.IsZero() {
		a.ProgramID, a.TierID = p.ProgramID, p.TierID
	}
}
