package service

import "regulars/internal/loyalty"

// Where somebody works can change between the drawing of a form and its
// sending: the store is closed, or another is chosen in another window. What a
// store sells and gives counts for that store, so it is never booked at another
// before the person has seen so.

// BillMoved is nil for a bill that was drawn up for the store now, or for none
// in particular; else a Conflict that names both stores. now is zero for who
// works at none any more.
func BillMoved(cfg *loyalty.Config, drawn, now loyalty.ID) error {
	from, to, err := moved(cfg, drawn, now)
	switch {
	case err != nil || from.ID.IsZero():
		return err
	case !from.Active:
		return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "%s is closed now. This bill would count for %s: check it and press again.", from.Name, to.Name)
	}
	return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This bill was begun for %s. Now it would count for %s: check it and press again.", from.Name, to.Name)
}

// RewardMoved is BillMoved for a reward that is about to be redeemed.
func RewardMoved(cfg *loyalty.Config, drawn, now loyalty.ID) error {
	from, to, err := moved(cfg, drawn, now)
	switch {
	case err != nil || from.ID.IsZero():
		return err
	case !from.Active:
		return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "%s is closed now. This reward would count for %s: check it and press again.", from.Name, to.Name)
	}
	return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This was begun for %s. Now the reward would count for %s: check it and press again.", from.Name, to.Name)
}

// moved is the two stores where they differ; from is zero where they don't.
func moved(cfg *loyalty.Config, drawn, now loyalty.ID) (from, to loyalty.Store, err error) {
	if drawn.IsZero() || drawn == now {
		return from, to, nil
	}
	if from, err = cfg.Store(drawn); err != nil {
		return from, to, err
	}
	if !now.IsZero() {
		to, err = cfg.Store(now)
		return from, to, err
	}
	if !from.Active {
		return from, to, loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "%s is closed now. Nothing was recorded: choose where you work, and press again.", from.Name)
	}
	return from, to, loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Nothing was recorded: choose where you work, and press again.")
}
