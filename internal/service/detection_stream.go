package service

import (
	"context"
	"crypto/sha256"
	"strconv"
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
)

// streamPage is how many events are read at once.
const streamPage = 1000

// stream gives the detectors what happened at an organization, in order of
// time.
type stream struct {
	repo   loyalty.Reader
	orgID  loyalty.ID
	linked map[loyalty.ID]loyalty.ID // customer → member of staff whose account it is
	refs   map[anomaly.ID]string     // what tills call cashiers who are no members of staff
	stores []anomaly.Store
	roles  map[anomaly.ID]string
	cfg    *loyalty.Config
	choice DetectorChoice
}

func newStream(ctx context.Context, c *Core, orgID loyalty.ID) (*stream, error) {
	cfg, err := c.config(ctx, orgID, 0)
	if err != nil {
		return nil, err
	}
	choice, err := DetectorSettings(cfg)
	if err != nil {
		return nil, err
	}
	staff, err := c.repo.AllStaff(ctx, orgID)
	if err != nil {
		return nil, err
	}
	s := &stream{
		repo: c.repo, orgID: orgID, cfg: cfg, choice: choice, linked: map[loyalty.ID]loyalty.ID{}, refs: map[anomaly.ID]string{},
		roles: map[anomaly.ID]string{},
	}
	for _, m := range staff {
		s.roles[anomaly.ID(m.ID)] = string(m.Role)
		if !m.CustomerID.IsZero() {
			s.linked[m.CustomerID] = m.ID
		}
	}
	for _, store := range cfg.Stores {
		s.stores = append(s.stores, placeOf(cfg, store.ID))
	}
	return s, nil
}

// engine is a fresh engine under the choice.
func (s *stream) engine(choice DetectorChoice, found func(anomaly.Signal), failed func(error)) *anomaly.Engine {
	stores := make([]anomaly.Store, len(s.stores))
	for i, store := range s.stores {
		stores[i] = store
		stores[i].ApprovalLimit = int64(choice.ApprovalLimit)
	}
	return anomaly.NewEngine(anomaly.Config{Settings: choice.Settings, Stores: stores, Roles: s.roles, Signal: found, Failed: failed})
}

// run hands every event in [from, to) to push, and says how many there were.
func (s *stream) run(ctx context.Context, from, to time.Time, push func(anomaly.Event) error) (int64, error) {
	q := loyalty.LedgerEventQuery{From: from, To: to, Limit: streamPage}
	for n := int64(0); ; {
		page, err := s.repo.LedgerEvents(ctx, s.orgID, q)
		if err != nil {
			return n, err
		}
		for _, e := range page {
			if err := push(s.event(e)); err != nil {
				return n, err
			}
			n++
		}
		if len(page) < streamPage {
			return n, nil
		}
		last := page[len(page)-1]
		q.From, q.AfterID = last.At, last.ID
	}
}

// ticks end the hours and days before to, whatever the stores did in them.
func (s *stream) ticks(to time.Time, push func(anomaly.Event) error) error {
	for _, store := range s.stores {
		if err := push(anomaly.Event{At: to, Store: store.ID}); err != nil {
			return err
		}
	}
	return nil
}

func (s *stream) event(e loyalty.LedgerEvent) anomaly.Event {
	out := anomaly.Event{
		ID: anomaly.ID(e.ID), At: e.At, Store: anomaly.ID(e.StoreID), Till: desk(e.StoreID), Staff: anomaly.ID(e.StaffID),
		Customer: anomaly.ID(e.CustomerID), Order: anomaly.ID(e.OrderID), Amount: max(0, int64(e.Amount)), Points: int64(e.Points),
		RulePoints: -1, Balance: int64(e.Balance), Percent: e.Percent, ClosedAt: e.ClosedAt, Device: anomaly.ID(e.DeviceID),
	}
	if !e.KeyID.IsZero() {
		out.Till = anomaly.ID(e.KeyID)
	}
	if e.StaffID.IsZero() && e.StaffRef != "" {
		out.Staff = refStaff(e.StoreID, e.StaffRef)
		s.refs[out.Staff] = e.StaffRef
	}
	if staff, ok := s.linked[e.CustomerID]; ok {
		out.LinkedStaff = anomaly.ID(staff)
	}
	switch e.Type {
	case string(loyalty.Earn):
		out.Type = anomaly.Award
		if !e.OrderID.IsZero() {
			out.Type, out.RulePoints = anomaly.Order, out.Points
		}
		if !e.ClosedAt.IsZero() && e.ClosedAt.Before(e.At) {
			out.Type = anomaly.Claim
		}
	case string(loyalty.Redeem):
		out.Type, out.Points = anomaly.Redeem, -out.Points
	case string(loyalty.Reverse):
		out.Type, out.Points = anomaly.Reverse, -out.Points
	case string(loyalty.ContactChanged):
		out.Type = anomaly.Contact
	case string(loyalty.AccountOpened):
		out.Type, out.Phone, out.Birthday = anomaly.Enroll, digits(e.Phone), uint16(e.Birthday) //nolint:gosec // at most 1231
	case string(loyalty.ClaimRefused):
		out.Type, out.RulePoints, out.Points = anomaly.Claim, out.Points, 0
	default:
		out.Type = anomaly.Order
	}
	return out
}

// digits is a phone number as a number; 0 for none, or one too long to be.
func digits(phone string) uint64 {
	n, err := strconv.ParseUint(phone, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// refStaff stands for a cashier whom a till names and who is no member of
// staff here; a till may also send the member's own id.
func refStaff(storeID loyalty.ID, ref string) anomaly.ID {
	if id, ok := loyalty.ParseID(ref); ok {
		return anomaly.ID(id)
	}
	sum := sha256.Sum256([]byte(storeID.String() + " " + ref))
	id := anomaly.ID(sum[:16])
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // RFC 9562, section 5.8
	return id
}
