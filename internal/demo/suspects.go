package demo

import (
	"context"
	"fmt"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// suspects has some of the staff and a few strangers do what the detectors are
// for, in the last days.
func (w *world) suspects(ctx context.Context) error {
	for _, step := range []func(context.Context) error{w.hours, w.atNight, w.generous, w.ownAccount, w.ring4, w.stolen} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	w.at(w.now)
	return nil
}

// hours are ten in the morning until midnight, on every day.
func (w *world) hours(ctx context.Context) error {
	stores, err := w.Access.Stores(ctx, w.owner)
	if err != nil {
		return err
	}
	var hours loyalty.OpeningHours
	for i := range hours {
		hours[i].From, hours[i].To = 10*60, 24*60
	}
	for _, s := range stores {
		if _, err := w.Access.SaveStore(ctx, w.owner, service.SaveStore{
			ID: s.ID, Name: s.Name, ExternalID: s.ExternalID, Currency: s.Currency, TimeZone: s.TimeZone, Active: s.Active, Hours: &hours,
		}); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) gift(ctx context.Context, by loyalty.Actor, place, who int, points loyalty.Points, reason string) error {
	_, err := w.Ledger.Award(ctx, by, service.AwardPoints{
		Customer: service.CustomerRef{ExternalID: w.early(who).ExternalID}, Points: points, Reason: reason, StoreID: w.stores[place].id,
	})
	return err
}

// atNight gives points away at ten past three.
func (w *world) atNight(ctx context.Context) error {
	w.at(w.lastEvening(2).Add(6*time.Hour + 10*time.Minute))
	return w.gift(ctx, w.stores[0].cashiers[1], 0, 71, 180, "Apology")
}

// generous has one cashier give by hand far more often than the others.
func (w *world) generous(ctx context.Context) error {
	for i := range 9 {
		w.at(w.lastEvening(7 - i/2).Add(time.Duration(i%2) * 25 * time.Minute).Add(-time.Hour))
		if err := w.gift(ctx, w.stores[1].cashiers[0], 1, 80+i%3, 60, "Sorry for the wait"); err != nil {
			return err
		}
	}
	return nil
}

// ownAccount has a cashier put points on an account that is known to be theirs.
func (w *world) ownAccount(ctx context.Context) error {
	at := w.stores[1].cashiers[1]
	w.at(w.lastEvening(9))
	id, err := w.join(ctx, "José Huamán", "+51 987 422 018")
	if err != nil {
		return err
	}
	if _, err := w.Access.UpdateStaff(ctx, w.owner, service.UpdateStaff{ID: at.StaffID, CustomerID: &id}); err != nil {
		return err
	}
	at.AccountID = id
	w.at(w.lastEvening(1).Add(-90 * time.Minute))
	_, err = w.Ledger.Award(ctx, at, service.AwardPoints{Customer: service.CustomerRef{ID: id}, Points: 250, Reason: "Birthday", StoreID: w.stores[1].id})
	return err
}

// ring4 opens accounts whose phone numbers follow each other.
func (w *world) ring4(ctx context.Context) error {
	for i := range 5 {
		w.at(w.lastEvening(5).Add(time.Duration(i) * 4 * time.Minute))
		if _, err := w.join(ctx, fmt.Sprint("Promo ", i+1), fmt.Sprint("+51 987 300 41", i)); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) join(ctx context.Context, name, phone string) (loyalty.ID, error) {
	m, err := w.Customers.ByPhone(ctx, w.owner, phone)
	if err == nil || loyalty.KindOf(err) != loyalty.NotFound {
		return m.ID, err
	}
	made, err := w.Customers.Create(ctx, w.stores[0].cashiers[0], service.CreateCustomer{Name: name, Phone: phone})
	return made.ID, err
}

// stolen changes a guest's number and spends the points elsewhere the day
// after.
func (w *world) stolen(ctx context.Context) error {
	const worthIt = 150 // points; for less, nobody steals an account
	var cheap loyalty.Reward
	for _, r := range w.rewards {
		if (cheap.Cost == 0 || r.Cost < cheap.Cost) && r.Cost >= worthIt && r.Active && r.Stock == nil && len(r.StoreIDs) == 0 && r.MinTierID.IsZero() {
			cheap = r
		}
	}
	if cheap.Cost == 0 {
		return nil
	}
	w.at(w.lastEvening(6))
	id, err := w.join(ctx, "Teresa Campos", "+51 987 611 204")
	if err != nil {
		return err
	}
	guest := service.CustomerRef{ID: id}
	if _, err := w.Ledger.Award(ctx, w.manager, service.AwardPoints{Customer: guest, Points: cheap.Cost * 5 / 4, Reason: "Points of the old card", StoreID: w.stores[0].id}); err != nil {
		return err
	}
	w.at(w.lastEvening(2))
	phone := "+51 987 700 950"
	if _, err := w.Customers.Update(ctx, w.manager, service.UpdateCustomer{ID: id, Phone: &phone}); err != nil {
		return err
	}
	w.at(w.lastEvening(1).Add(-2 * time.Hour))
	_, err = w.Ledger.Redeem(ctx, w.stores[1].cashiers[0], service.RedeemReward{Customer: guest, RewardID: cheap.ID, StoreID: w.stores[1].id})
	return err
}
