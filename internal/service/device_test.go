package service_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
	"regulars/internal/testclock"
)

// tablet is a device at the trattoria's till, opened by its owner, and two
// cashiers with the PINs 2580 and 1379.
type tablet struct {
	t          *testing.T
	db         *pgtest.DB
	s          *service.Services
	clock      *testclock.Clock
	owner      loyalty.Actor
	store      loyalty.ID
	ana, bruno loyalty.Staff
	token      string
}

const tabletPassword = "correct horse"

func newTablet(t *testing.T) *tablet {
	t.Helper()
	d := &tablet{t: t, db: pgtest.New(t), clock: testclock.At(noon)}
	d.s = service.New(d.db, d.clock.Now, slog.New(slog.DiscardHandler))
	made, err := d.s.Access.CreateOrganization(t.Context(), system, trattoria())
	if err != nil {
		t.Fatal(err)
	}
	d.owner, d.store = made.Owner.Actor(), made.Store.ID
	d.owner.StoreID = d.store
	d.ana, d.bruno = d.hire("Ana", "2580"), d.hire("Bruno", "1379")
	d.signIn("owner@trattoria.test")
	return d
}

func (d *tablet) hire(name, pin string, stores ...loyalty.ID) loyalty.Staff {
	d.t.Helper()
	who, err := d.s.Access.CreateStaff(d.t.Context(), d.owner, service.CreateStaff{
		Email: strings.ToLower(name) + "@trattoria.test", Name: name, Role: loyalty.Cashier, Password: tabletPassword, StoreIDs: stores,
	})
	if err == nil {
		err = d.s.Access.SetPIN(d.t.Context(), d.owner, service.SetPIN{StaffID: who.ID, PIN: pin})
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return who
}

func (d *tablet) signIn(email string) {
	d.t.Helper()
	in, err := d.s.Access.SignIn(d.t.Context(), service.SignIn{Email: email, Password: tabletPassword, Token: d.token})
	if err != nil {
		d.t.Fatal(err)
	}
	d.token = in.Token
}

func (d *tablet) visit() service.Visit {
	d.t.Helper()
	v, err := d.s.Access.Resume(d.t.Context(), d.token)
	if err != nil {
		d.t.Fatal(err)
	}
	return v
}

func (d *tablet) lock() {
	d.t.Helper()
	if err := d.s.Access.Lock(d.t.Context(), d.visit().Actor, d.token); err != nil {
		d.t.Fatal(err)
	}
}

// unlock tries a PIN; when it is right the tablet goes on under the new token.
func (d *tablet) unlock(who loyalty.Staff, pin string) error {
	in, err := d.s.Access.Unlock(d.t.Context(), service.Unlock{Token: d.token, StaffID: who.ID, PIN: pin})
	if err == nil {
		d.token = in.Token
	}
	return err
}

// People take turns at a tablet: each works under the own name, at the
// tablet's store, and the session before is worth nothing.
func TestTurnsAtATablet(t *testing.T) {
	t.Parallel()
	d := newTablet(t)
	d.lock()
	if v := d.visit(); !v.Locked || v.Actor.Role != loyalty.Nobody {
		t.Fatalf("locked, and still %+v", v.Actor)
	}
	before := d.token
	if err := d.unlock(d.ana, "2580"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.s.Access.Resume(t.Context(), before); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("the token from before still works: %v", err)
	}
	if a := d.visit().Actor; a.StaffID != d.ana.ID || a.Role != loyalty.Cashier || a.StoreID != d.store || !a.AtTill {
		t.Errorf("Ana works as %+v", a)
	}
	d.lock()
	if err := d.unlock(d.bruno, "1379"); err != nil {
		t.Fatal(err)
	}
	bruno := d.visit()
	if bruno.Actor.StaffID != d.bruno.ID || !bruno.Shared {
		t.Errorf("Bruno works as %+v", bruno)
	}
	m, err := d.s.Customers.Create(t.Context(), bruno.Actor, service.CreateCustomer{Name: "Zoë"})
	if err != nil {
		t.Fatal(err)
	}
	order, err := d.s.Ledger.Submit(t.Context(), bruno.Actor, service.SubmitOrder{
		StoreID: d.store, ExternalID: "1", Customer: service.CustomerRef{ID: m.ID}, Total: 5000, Status: loyalty.OrderCompleted,
	})
	if err != nil || order.Order.StaffID != d.bruno.ID {
		t.Errorf("the order is %+v's, %v", order.Order, err)
	}
}

// A PIN opens the till and nothing else, whoever it belongs to.
func TestPINIsForTheTillAlone(t *testing.T) {
	t.Parallel()
	d := newTablet(t)
	boss := loyalty.Staff{ID: d.owner.StaffID}
	if err := d.s.Access.SetPIN(t.Context(), d.owner, service.SetPIN{StaffID: boss.ID, PIN: "4711", Password: "wrong"}); !hasField(err, "password") {
		t.Errorf("one's own PIN without one's password: %v", err)
	}
	if err := d.s.Access.SetPIN(t.Context(), d.owner, service.SetPIN{StaffID: boss.ID, PIN: "4711", Password: tabletPassword}); err != nil {
		t.Fatal(err)
	}
	d.lock()
	if err := d.unlock(boss, "4711"); err != nil {
		t.Fatal(err)
	}
	a := d.visit().Actor
	if a.Role != loyalty.Owner || !a.Can(loyalty.Award) || a.Can(loyalty.Administer) || a.Can(loyalty.LoyaltyAdjust) || a.Can(loyalty.AnomaliesReview) {
		t.Errorf("an owner with a PIN may do more or less than a cashier: %+v", a)
	}
	if err := d.s.Access.SetPIN(t.Context(), a, service.SetPIN{StaffID: d.ana.ID, PIN: "8642"}); loyalty.KindOf(err) != loyalty.Forbidden {
		t.Errorf("a PIN makes PINs: %v", err)
	}
	if err := d.s.Access.ChooseStore(t.Context(), a, d.token, d.store); loyalty.KindOf(err) != loyalty.Forbidden {
		t.Errorf("a PIN moves the tablet: %v", err)
	}
	d.signIn("owner@trattoria.test")
	if a := d.visit().Actor; a.AtTill || !a.Can(loyalty.Administer) {
		t.Errorf("with the password: %+v", a)
	}
}

// Five wrong PINs, and it takes the password; the others still get in, and the
// log says so once.
func TestWrongPINsLockOut(t *testing.T) {
	t.Parallel()
	d := newTablet(t)
	// The log is read by time: what led up to the tries came before them.
	d.clock.Add(time.Minute)
	d.lock()
	for range 5 {
		if err := d.unlock(d.ana, "0000"); loyalty.KindOf(err) != loyalty.Unauthorized {
			t.Fatal(err)
		}
	}
	for _, pin := range []string{"0000", "2580"} {
		if err := d.unlock(d.ana, pin); loyalty.KindOf(err) != loyalty.TooMany {
			t.Errorf("%s after five wrong ones: %v", pin, err)
		}
	}
	if err := d.unlock(d.bruno, "1379"); err != nil {
		t.Errorf("Bruno is locked out by Ana's tries: %v", err)
	}
	log, _, err := d.s.Access.AuditLog(t.Context(), d.owner, loyalty.AuditFilter{Object: d.ana.ID}, loyalty.Page{Number: 1, Size: 20})
	if err != nil || len(log) == 0 || log[0].Action != "pin.lockout" || len(log) > 1 && log[1].Action == "pin.lockout" {
		t.Errorf("the audit log says %+v, %v", log, err)
	}
	// Somebody's password makes it another device.
	d.signIn("ana@trattoria.test")
	d.lock()
	if err := d.unlock(d.ana, "2580"); err != nil {
		t.Errorf("after the password: %v", err)
	}
}

// Who was locked out everywhere works again with a new PIN.
func TestNewPINEndsTheLockOut(t *testing.T) {
	t.Parallel()
	d := newTablet(t)
	for range 4 {
		d.signIn("ana@trattoria.test") // another device
		d.lock()
		for range 5 {
			if err := d.unlock(d.ana, "0000"); loyalty.KindOf(err) != loyalty.Unauthorized {
				t.Fatal(err)
			}
		}
	}
	d.signIn("ana@trattoria.test")
	d.lock()
	if err := d.unlock(d.ana, "2580"); loyalty.KindOf(err) != loyalty.TooMany {
		t.Errorf("after twenty wrong ones: %v", err)
	}
	if err := d.s.Access.SetPIN(t.Context(), d.owner, service.SetPIN{StaffID: d.ana.ID, PIN: "8642"}); err != nil {
		t.Fatal(err)
	}
	if err := d.unlock(d.ana, "8642"); err != nil {
		t.Errorf("with a new PIN: %v", err)
	}
}

// Only the store's own people are asked, only a locked tablet takes a PIN, and
// none outlives who opened it.
func TestWhoUnlocks(t *testing.T) {
	t.Parallel()
	d := newTablet(t)
	if err := d.unlock(d.ana, "2580"); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("an unlocked tablet takes a PIN: %v", err)
	}
	other, err := d.s.Access.SaveStore(t.Context(), d.owner, service.SaveStore{Name: "Hill"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.s.Access.ChooseStore(t.Context(), d.owner, d.token, d.store); err != nil {
		t.Fatal(err)
	}
	away := d.hire("Zeno", "9753", other.ID)
	d.lock()
	l, err := d.s.Access.Locked(t.Context(), d.token)
	if err != nil || len(l.People) != 2 || l.People[0].Name != "Ana" || l.Store.ID != d.store {
		t.Errorf("%+v, %v", l, err)
	}
	if err := d.unlock(away, "9753"); loyalty.KindOf(err) != loyalty.Unauthorized {
		t.Errorf("somebody of another store unlocks: %v", err)
	}
	if err := d.unlock(d.ana, "2580"); err != nil {
		t.Fatal(err)
	}
	d.clock.Add(loyalty.DeviceIdle)
	if !d.visit().Locked {
		t.Error("it lies about and doesn't lock")
	}
	if err := d.unlock(d.ana, "2580"); err != nil {
		t.Fatal(err)
	}
	if err := d.s.Access.SetPIN(t.Context(), d.owner, service.SetPIN{StaffID: d.ana.ID}); err != nil {
		t.Fatal(err)
	}
	if !d.visit().Locked {
		t.Error("Ana's PIN is gone and the tablet still open")
	}
	if err := d.unlock(d.bruno, "1379"); err != nil {
		t.Fatal(err)
	}
	password := "another horse"
	if _, err := d.s.Access.UpdateStaff(t.Context(), d.owner, service.UpdateStaff{ID: d.owner.StaffID, Password: &password}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.s.Access.Resume(t.Context(), d.token); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("the opener's sessions are ended and the tablet goes on: %v", err)
	}
}

func TestPINsAreHardToGuess(t *testing.T) {
	t.Parallel()
	d := newTablet(t)
	for pin, ok := range map[string]bool{"2580": true, "194620": true, "123": false, "1234567": false, "12a4": false, "1111": false, "1234": false, "654321": false, "１２５８": false} {
		err := d.s.Access.SetPIN(t.Context(), d.owner, service.SetPIN{StaffID: d.ana.ID, PIN: pin})
		if ok != (err == nil) || !ok && !hasField(err, "pin") {
			t.Errorf("%s: %v", pin, err)
		}
	}
	manager, cashier := d.owner, d.ana.Actor()
	manager.Role, manager.StaffID = loyalty.Manager, loyalty.NewID(noon)
	if err := d.s.Access.SetPIN(t.Context(), manager, service.SetPIN{StaffID: d.ana.ID, PIN: "8642"}); err != nil {
		t.Errorf("a manager for a cashier: %v", err)
	}
	for who, err := range map[string]error{
		"a manager for an owner":    d.s.Access.SetPIN(t.Context(), manager, service.SetPIN{StaffID: d.owner.StaffID, PIN: "8642"}),
		"a cashier for another":     d.s.Access.SetPIN(t.Context(), cashier, service.SetPIN{StaffID: d.bruno.ID, PIN: "8642"}),
		"an owner of another house": d.s.Access.SetPIN(t.Context(), loyalty.Actor{Role: loyalty.Owner, OrgID: id(77)}, service.SetPIN{StaffID: d.ana.ID, PIN: "8642"}),
	} {
		if loyalty.KindOf(err) != loyalty.NotFound {
			t.Errorf("%s: %v", who, err)
		}
	}
}
