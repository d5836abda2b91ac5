package service_test

import (
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

var system = loyalty.Actor{Role: loyalty.System}

func trattoria() service.CreateOrganization {
	return service.CreateOrganization{
		Slug: "trattoria", Name: "Trattoria", StoreName: "Harbour", Currency: "usd", TimeZone: "America/Lima",
		OwnerEmail: "Owner@Trattoria.test", OwnerPassword: "correct horse",
	}
}

func newAccess(t *testing.T) (*service.Access, *pgtest.DB) {
	t.Helper()
	db := pgtest.New(t)
	return service.New(db, time.Now, slog.New(slog.DiscardHandler)).Access, db
}

func TestCreateOrganizationChecksEverything(t *testing.T) {
	t.Parallel()
	access, _ := newAccess(t)
	_, err := access.CreateOrganization(t.Context(), system, service.CreateOrganization{
		Slug: "No Good", Currency: "dollars", TimeZone: "Mars", OwnerEmail: "nobody", OwnerPassword: "short", Language: "xx",
	})
	for _, field := range []string{"slug", "name", "storeName", "currency", "timeZone", "ownerEmail", "ownerPassword", "language"} {
		if !hasField(err, field) {
			t.Errorf("%s isn't reported: %v", field, err)
		}
	}
	if _, err := access.CreateOrganization(t.Context(), loyalty.Actor{}, trattoria()); loyalty.KindOf(err) != loyalty.Forbidden {
		t.Errorf("nobody made an organization: %v", err)
	}
	made, err := access.CreateOrganization(t.Context(), system, trattoria())
	if err != nil || made.Organization.Currency != "USD" || made.Owner.Email != "owner@trattoria.test" || made.Owner.Name != "owner" {
		t.Errorf("%+v, %v", made, err)
	}
	if _, err := access.CreateOrganization(t.Context(), system, trattoria()); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("the slug was taken twice: %v", err)
	}
}

func hasField(err error, field string) bool {
	e, ok := err.(*loyalty.Error) //nolint:errorlint // a service returns its problems as they are
	return ok && slices.ContainsFunc(e.Fields, func(f loyalty.FieldError) bool { return f.Field == field })
}

// However many set up a new server at once, one does.
func TestSetUpOnce(t *testing.T) {
	t.Parallel()
	access, db := newAccess(t)
	if needs, err := access.NeedsSetup(t.Context()); err != nil || !needs {
		t.Fatalf("%v, %v", needs, err)
	}
	var (
		wg   sync.WaitGroup
		done atomic.Int64
	)
	for range 6 {
		wg.Go(func() {
			_, err := access.SetUp(t.Context(), service.SetUp{CreateOrganization: trattoria()})
			switch loyalty.KindOf(err) {
			case loyalty.NotFound:
			default:
				if err != nil {
					t.Error(err)
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	var organizations, tiers int
	const q = `SELECT (SELECT count(*) FROM organizations), (SELECT count(*) FROM tiers)`
	if err := db.SQL.QueryRowContext(t.Context(), q).Scan(&organizations, &tiers); err != nil {
		t.Fatal(err)
	}
	needs, err := access.NeedsSetup(t.Context())
	if done.Load() != 1 || organizations != 1 || tiers != 4 || needs || err != nil {
		t.Errorf("%d did, %d organizations, %d tiers, needs %v, %v", done.Load(), organizations, tiers, needs, err)
	}
}

// A point is worth a yen at least, so a program in yen gives fewer of them.
func TestAProgramDoesNotGiveTheBillBack(t *testing.T) {
	t.Parallel()
	access, db := newAccess(t)
	yen := trattoria()
	yen.Currency, yen.OwnerEmail, yen.Program = "jpy", "no address", true
	_, err := access.SetUp(t.Context(), service.SetUp{CreateOrganization: yen, Rate: service.SuggestedRate})
	if !hasField(err, "pointsPerCurrencyUnit") || !hasField(err, "ownerEmail") {
		t.Errorf("want both mistakes at once: %v", err)
	}
	yen.OwnerEmail = "owner@izakaya.test"
	if _, err := access.CreateOrganization(t.Context(), system, yen); err != nil {
		t.Fatal(err)
	}
	var rate loyalty.Rate
	if err := db.SQL.QueryRowContext(t.Context(), `SELECT rate FROM programs`).Scan(&rate); err != nil {
		t.Fatal(err)
	}
	if rate != loyalty.RateScale/10 {
		t.Errorf("%s points for a yen", rate)
	}
}

func TestAnOwnerStays(t *testing.T) {
	t.Parallel()
	access, _ := newAccess(t)
	made, err := access.CreateOrganization(t.Context(), system, trattoria())
	if err != nil {
		t.Fatal(err)
	}
	owner := made.Owner.Actor()
	manager := loyalty.Manager
	demote := func(id loyalty.ID) error {
		_, err := access.UpdateStaff(t.Context(), owner, service.UpdateStaff{ID: id, Role: &manager})
		return err
	}
	if err := demote(made.Owner.ID); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("the last owner was demoted: %v", err)
	}
	second, err := access.CreateStaff(t.Context(), owner, service.CreateStaff{Email: "b@trattoria.test", Name: "B", Role: loyalty.Owner, Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	errs := make(chan error)
	for _, id := range []loyalty.ID{made.Owner.ID, second.ID} {
		go func() { errs <- demote(id) }()
	}
	if a, b := <-errs, <-errs; (a == nil) == (b == nil) {
		t.Errorf("of two owners demoted at once: %v, %v", a, b)
	}
}

func TestWhoMayAdminister(t *testing.T) {
	t.Parallel()
	access, _ := newAccess(t)
	made, err := access.CreateOrganization(t.Context(), system, trattoria())
	if err != nil {
		t.Fatal(err)
	}
	machine := loyalty.Actor{Role: loyalty.Machine, OrgID: made.Organization.ID, Scopes: loyalty.KeyScopes()}
	for _, actor := range []loyalty.Actor{
		{}, machine, {Role: loyalty.Manager, OrgID: made.Organization.ID}, {Role: loyalty.Cashier, OrgID: made.Organization.ID},
	} {
		_, key := access.CreateKey(t.Context(), actor, service.CreateKey{Name: "k", Scopes: loyalty.KeyScopes()})
		_, keys := access.Keys(t.Context(), actor)
		_, staff := access.CreateStaff(t.Context(), actor, service.CreateStaff{})
		_, change := access.UpdateStaff(t.Context(), actor, service.UpdateStaff{ID: made.Owner.ID})
		_, all := access.AllStaff(t.Context(), actor)
		_, one := access.StaffMember(t.Context(), actor, made.Owner.ID)
		_, store := access.SaveStore(t.Context(), actor, service.SaveStore{Name: "Hill"})
		for i, err := range []error{key, keys, staff, change, all, one, store, access.RevokeKey(t.Context(), actor, made.Owner.ID)} {
			if loyalty.KindOf(err) != loyalty.Forbidden {
				t.Errorf("%s, action %d: %v", actor.Role, i, err)
			}
		}
	}
}

func TestStores(t *testing.T) {
	t.Parallel()
	access, _ := newAccess(t)
	made, err := access.CreateOrganization(t.Context(), system, trattoria())
	if err != nil {
		t.Fatal(err)
	}
	owner := made.Owner.Actor()
	last := service.SaveStore{ID: made.Store.ID, Name: "Harbour"}
	if _, err := access.SaveStore(t.Context(), owner, last); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("the last store was closed: %v", err)
	}
	hill, err := access.SaveStore(t.Context(), owner, service.SaveStore{Name: " Hill ", ExternalID: "h"})
	if err != nil || hill.Name != "Hill" || hill.Currency != "USD" || hill.TimeZone != "America/Lima" || !hill.Active {
		t.Fatalf("%+v, %v", hill, err)
	}
	if _, err := access.SaveStore(t.Context(), owner, service.SaveStore{Name: "Dale", ExternalID: "h"}); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("an external id was taken twice: %v", err)
	}
	if _, err := access.SaveStore(t.Context(), owner, last); err != nil {
		t.Errorf("a store can't be closed: %v", err)
	}
	cashier := loyalty.Actor{Role: loyalty.Cashier, OrgID: owner.OrgID, StoreIDs: []loyalty.ID{hill.ID}}
	if own, err := access.Stores(t.Context(), cashier); err != nil || len(own) != 1 || own[0].ID != hill.ID {
		t.Errorf("%v, %v", own, err)
	}
	if _, err := access.SaveStore(t.Context(), owner, service.SaveStore{ID: loyalty.NewID(time.Now()), Name: "x"}); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("a store that isn't there was changed: %v", err)
	}
}
