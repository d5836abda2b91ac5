package service_test

import (
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// Whoever came in with a PIN awards by hand no more than a cashier may.
func TestPINKeepsTheApprovalLimit(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.db.Exec(t, `UPDATE programs SET anomaly_settings = '{"approval_limit": 500}'; UPDATE organizations SET config_version = config_version + 1`)
	give := service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 500, Reason: "Sorry", StoreID: store}
	withPIN := boss
	withPIN.AtTill = true
	for who, actor := range map[string]loyalty.Actor{"a cashier": lucia, "a manager with a PIN": withPIN} {
		if _, err := s.Ledger.Award(t.Context(), actor, give); loyalty.CodeOf(err) != loyalty.CodeForbidden {
			t.Errorf("%s: %v", who, err)
		}
	}
	if _, err := s.Ledger.Award(t.Context(), boss, give); err != nil {
		t.Errorf("a manager with the password: %v", err)
	}
}

// A session that somebody left open is no way to guess the password.
func TestPasswordsAreNotGuessedInside(t *testing.T) {
	t.Parallel()
	for what, guess := range map[string]func(d *tablet, password string) error{
		"changing it": func(d *tablet, password string) error {
			return d.s.Access.ChangePassword(d.t.Context(), d.owner, service.ChangePassword{Current: password, New: "another horse", Token: d.token})
		},
		"for a PIN": func(d *tablet, password string) error {
			return d.s.Access.SetPIN(d.t.Context(), d.owner, service.SetPIN{StaffID: d.owner.StaffID, PIN: "2580", Password: password})
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			d := newTablet(t)
			d.t = t
			for range 10 {
				if err := guess(d, "wrong"); loyalty.KindOf(err) != loyalty.Invalid {
					t.Fatal(err)
				}
			}
			if err := guess(d, tabletPassword); loyalty.KindOf(err) != loyalty.TooMany {
				t.Errorf("after ten wrong ones: %v", err)
			}
			d.clock.Add(16 * time.Minute)
			if err := guess(d, tabletPassword); err != nil {
				t.Errorf("a while later: %v", err)
			}
		})
	}
	d := newTablet(t)
	withPIN := d.owner
	withPIN.AtTill = true
	change := service.ChangePassword{Current: tabletPassword, New: "another horse", Token: d.token}
	if err := d.s.Access.ChangePassword(t.Context(), withPIN, change); loyalty.KindOf(err) != loyalty.Forbidden {
		t.Errorf("with a PIN: %v", err)
	}
}

// Managers give points by hand as they see fit, cashiers below the limit, and
// none where there is no limit or no program.
func TestHowManyPointsByHand(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	withPIN := boss
	withPIN.AtTill = true
	ask := func(cashier, manager loyalty.Points) {
		t.Helper()
		for _, c := range []struct {
			who  loyalty.Actor
			want loyalty.Points
		}{{lucia, cashier}, {withPIN, cashier}, {boss, manager}, {owner, manager}, {loyalty.Actor{}, 0}} {
			if got, err := s.Ledger.ByHand(t.Context(), c.who); err != nil || got != c.want {
				t.Errorf("%s: %d, %v; want %d", c.who.Role, got, err, c.want)
			}
		}
	}
	ask(0, loyalty.MaxPoints)
	s.db.Exec(t, `UPDATE programs SET anomaly_settings = '{"approval_limit": 500}'; UPDATE organizations SET config_version = config_version + 1`)
	ask(499, loyalty.MaxPoints)
}
