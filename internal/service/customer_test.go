package service_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

// customers is the use cases over restaurant's database, moved to Lima so that
// numbers are dialled as in Peru.
func customers(t *testing.T) (*pgtest.DB, *service.Services) {
	t.Helper()
	db, l := restaurant(t)
	db.Exec(t, `UPDATE organizations SET time_zone = 'America/Lima', currency = 'PEN'`)
	return db, &service.Services{Core: l.Core, Ledger: l, Customers: service.NewCustomers(l.Core), Cards: service.NewCards(l.Core), Stats: service.NewStats(l.Core)}
}

func create(t *testing.T, s *service.Services, cmd service.CreateCustomer) service.CustomerResult {
	t.Helper()
	r, err := s.Customers.Create(t.Context(), owner, cmd)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var maria = service.CreateCustomer{Name: "María García", Email: "maria@example.com", Phone: "+51987654321", BirthDate: "1990-05-15"}

func TestCreateEnrollsAtTheFirstTier(t *testing.T) {
	t.Parallel()
	_, s := customers(t)
	m := create(t, s, maria)
	if !m.Created || m.TierName != "Bronze" || m.Enrollment.ProgramID != prog || m.Enrollment.Balance != 0 || m.BirthDate != "1990-05-15" {
		t.Errorf("created %+v", m)
	}
	// The same number, written otherwise, is the same guest, and nothing changes.
	again := create(t, s, service.CreateCustomer{Name: "Somebody", Phone: " 987 654 321 "})
	if again.Created || again.ID != m.ID || again.Name != "María García" || again.Phone != "+51987654321" {
		t.Errorf("found %+v", again)
	}
	found, err := s.Customers.ByPhone(t.Context(), till, "(987) 654-321")
	if err != nil || found.ID != m.ID {
		t.Errorf("by phone: %v, %v", found.ID, err)
	}
}

func TestCreateWithoutProgram(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	db.Exec(t, `UPDATE programs SET is_active = false; UPDATE organizations SET config_version = config_version + 1`)
	if m := create(t, s, maria); !m.Enrollment.ProgramID.IsZero() || m.TierName != "" {
		t.Errorf("created %+v", m)
	}
}

func TestCreateNamesEveryMistake(t *testing.T) {
	t.Parallel()
	_, s := customers(t)
	_, err := s.Customers.Create(t.Context(), owner, service.CreateCustomer{
		Name: "Nul\x00", Email: "maria@", Phone: "nobody", BirthDate: "2030-02-30", ExternalID: strings.Repeat("x", 256),
	})
	if got, want := fields(err), "birthDate email externalId name phone"; got != want {
		t.Errorf("bad fields are %q, want %q (%v)", got, want, err)
	}
	_, err = s.Customers.Create(t.Context(), owner, service.CreateCustomer{Phone: strings.Repeat("9", 21), BirthDate: "2026-03-12"})
	if got, want := fields(err), "birthDate name phone"; got != want {
		t.Errorf("bad fields are %q, want %q (%v)", got, want, err)
	}
}

func fields(err error) string {
	var names []string
	if e, ok := err.(*loyalty.Error); ok { //nolint:errorlint // nothing wraps what a service refuses
		for _, f := range e.Fields {
			names = append(names, f.Field)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// Twenty tills that add the same guest at once make one guest: all wait for
// the first to commit, and then find what it added.
func TestOnePhoneNumberOneCustomer(t *testing.T) {
	t.Parallel()
	for name, phone := range map[string]string{"whole number": "+51987654321", "mere digits": "4321"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, s := customers(t)
			// Whoever inserts first waits here, so that all are inside at once.
			holder, err := db.SQL.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := holder.ExecContext(t.Context(), `LOCK TABLE customers IN SHARE MODE`); err != nil {
				t.Fatal(err)
			}
			type result struct {
				id      loyalty.ID
				created bool
				err     error
			}
			results := make(chan result, 20)
			for i := range 20 {
				go func() {
					r, err := s.Customers.Create(context.Background(), owner, service.CreateCustomer{Name: fmt.Sprint("Guest ", i), Phone: phone})
					results <- result{r.ID, r.Created, err}
				}()
			}
			db.Blocked(t, 16) // as many as the pool has connections
			if err := holder.Rollback(); err != nil {
				t.Fatal(err)
			}
			ids, created := map[loyalty.ID]bool{}, 0
			for range 20 {
				r := <-results
				if r.err != nil {
					t.Fatal(r.err)
				}
				ids[r.id] = true
				if r.created {
					created++
				}
			}
			if len(ids) != 1 || created != 1 {
				t.Errorf("%d customers, %d created; want one", len(ids), created)
			}
		})
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	_, s := customers(t)
	for i, c := range []service.CreateCustomer{
		maria,
		{Name: "José Ñáñez", Phone: "912 345 678"},
		{Name: "Ana María Quispe", Email: "ana.quispe@mail.example"},
		{Name: "Rosamaría Vda. de la Cruz", Phone: "987 111 222"},
		{Name: "Mario Garrido", Email: "MARIO@EXAMPLE.COM"},
		{Name: "100% Percy_Under\\score"},
		{Name: "李小龍"},
		{Name: "Garcilaso Mariátegui"},
	} {
		c.ExternalID = fmt.Sprint("x", i)
		create(t, s, c)
	}
	for _, tt := range []struct{ search, want string }{
		{"maria", "María García, Ana María Quispe, Garcilaso Mariátegui, Rosamaría Vda. de la Cruz"},
		{"MARÍA", "María García, Ana María Quispe, Garcilaso Mariátegui, Rosamaría Vda. de la Cruz"},
		{"garcia", "María García"},
		{"garcía maría", "María García"},
		{"maria gar", "María García, Garcilaso Mariátegui"},
		{"ma", "María García, Mario Garrido, Ana María Quispe, Garcilaso Mariátegui"},
		{"nanez", "José Ñáñez"},
		{"ñáñ", "José Ñáñez"},
		{"de la", "Rosamaría Vda. de la Cruz"},
		{"la", "Rosamaría Vda. de la Cruz"},
		{"ana.quispe@", "Ana María Quispe"},
		{"mario@example", "Mario Garrido"},
		{"example.com", "María García, Mario Garrido"},
		{"987 654 321", "María García"},
		{"+51987654321", "María García"},
		{"(987) 654-321", "María García"},
		{"54321", "María García"},
		{"21", "María García"},
		{"987", "Rosamaría Vda. de la Cruz, María García"},
		{"34567", "José Ñáñez"},
		{"100%", "100% Percy_Under\\score"},
		{"y_under\\s", "100% Percy_Under\\score"},
		{"%", ""},
		{"小龍", ""},
		{"李小", "李小龍"},
		{"xq", ""},
		{"nobody", ""},
		{"'; DROP TABLE customers; --", ""},
	} {
		page, err := s.Customers.List(t.Context(), till, tt.search, loyalty.Page{Number: 1, Size: 20})
		if err != nil {
			t.Fatal(err)
		}
		if got := names(page.Members); got != tt.want || page.Total != len(page.Members) {
			t.Errorf("%q finds %q (%d), want %q", tt.search, got, page.Total, tt.want)
		}
	}
	second, err := s.Customers.List(t.Context(), till, "maria", loyalty.Page{Number: 2, Size: 3})
	if err != nil || second.Total != 4 || names(second.Members) != "Rosamaría Vda. de la Cruz" {
		t.Errorf("second page: %q of %d, %v", names(second.Members), second.Total, err)
	}
}

func names(ms []loyalty.Member) string {
	out := make([]string, len(ms))
	for i, m := range ms {
		out[i] = m.Name
	}
	return strings.Join(out, ", ")
}

// A whole number that one guest has comes first, and hides nobody.
func TestSearchByWholeNumber(t *testing.T) {
	t.Parallel()
	_, s := customers(t)
	for _, c := range []service.CreateCustomer{
		{Name: "Local", Phone: "987 654 321"}, {Name: "Abroad", Phone: "+56 9 8765 4321"},
		{Name: "Plain", Phone: "912 345 678"}, {Name: "Longer", Phone: "912 345 678 00"},
		{Name: "Third", Phone: "923 456 789"}, {Name: "Longest", Phone: "51 923 456 789 00"},
		{Name: "Beyond", Phone: "51 912 345 678 00"},
	} {
		create(t, s, c)
	}
	for _, tt := range []struct{ search, want string }{
		{"+51 987 654 321", "Local"},
		{"987 654 321", "Local, Abroad"},
		{"912 345 678", "Plain, Longer, Beyond"},
		{"923 456 789", "Third, Longest"},
		{"+56987654321", "Abroad"},
		{"+51912345678", "Plain, Beyond"},
		{"+51912345", "Plain, Beyond"},
		{"56 987 654 321", "Abroad"},
	} {
		page, err := s.Customers.List(t.Context(), till, tt.search, loyalty.Page{Number: 1, Size: 20})
		if err != nil {
			t.Fatal(err)
		}
		if got := names(page.Members); got != tt.want || page.Total != len(page.Members) {
			t.Errorf("%q finds %q (%d), want %q", tt.search, got, page.Total, tt.want)
		}
	}
}

// However much there is, a search reads no more of it than it needs.
func TestSearchNeverScans(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	crowd(t, db, s, 3000)
	db.Exec(t, `ANALYZE customers`)
	tx, err := db.SQL.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	for _, args := range []string{
		`'', 'guest', 'guestZ', '{}', '{}', '', '', '{%guest%}'`, `'', 'uest', 'uestZ', '{}', '{}', '', '', '{%uest%}'`,
		`'', 'zz', 'zzZ', '{}', '{}', '', '', '{%zzz%}'`, `'+51999', '', '', '{999}', '{999:}', '21', '21:', '{%999%}'`,
		`'', 'a b', 'a bZ', '{}', '{}', '', '', '{%guest%,% b%,% a%}'`,
	} {
		if _, err := tx.ExecContext(t.Context(), fmt.Sprintf(`SELECT search_customers('%s', %s, 1000, 200, 0, 20)`, org, args)); err != nil {
			t.Fatal(err)
		}
	}
	var scans, found int
	const q = `SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables WHERE relname = 'customers'`
	if err := tx.QueryRowContext(t.Context(), q).Scan(&scans, &found); err != nil {
		t.Fatal(err)
	}
	if scans != 0 || found == 0 {
		t.Errorf("%d scans of the table and %d of indexes; want none and some", scans, found)
	}
}

// crowd adds n guests over as many hours, Guest 0 the oldest.
func crowd(t *testing.T, db *pgtest.DB, s *service.Services, n int) {
	t.Helper()
	var guests []service.ImportedCustomer
	for i := range n {
		guests = append(guests, service.ImportedCustomer{
			ExternalID: fmt.Sprint("g", i), Name: fmt.Sprint("Guest ", i), CreatedAt: noon.Add(time.Duration(i-n) * time.Hour),
		})
	}
	err := db.InTx(t.Context(), func(ctx context.Context, tx loyalty.Tx) error {
		_, added, err := s.Customers.External(ctx, tx, owner, guests)
		if err == nil && added != n {
			err = fmt.Errorf("%d added, want %d", added, n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestListIsNewestFirstHoweverDeep(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	crowd(t, db, s, 2500) // and Ada, who is older or newer than some
	var all []string
	for number := 1; ; number++ {
		page, err := s.Customers.List(t.Context(), till, "", loyalty.Page{Number: number, Size: 100})
		if err != nil {
			t.Fatal(err)
		}
		if page.Total != 2501 {
			t.Fatalf("page %d says there are %d", number, page.Total)
		}
		if len(page.Members) == 0 {
			break
		}
		for _, m := range page.Members {
			if m.Name != "Ada" {
				all = append(all, m.Name)
			}
		}
	}
	for i := range 2500 {
		if want := fmt.Sprint("Guest ", 2499-i); i >= len(all) || all[i] != want {
			t.Fatalf("place %d of %d is not %s", i, len(all), want)
		}
	}
}

func TestExternalCustomersAreAddedOnce(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	known := create(t, s, service.CreateCustomer{Name: "Known", ExternalID: "k1", Phone: "987654321"})
	guests := []service.ImportedCustomer{
		{ExternalID: "new", CreatedAt: noon}, {ExternalID: "k1", Name: "Other", CreatedAt: noon},
		{ExternalID: "k2", Phone: "+51 987 654 321", CreatedAt: noon},
	}
	var wait sync.WaitGroup
	total := 0
	var mu sync.Mutex
	for range 8 {
		wait.Go(func() {
			err := db.InTx(context.Background(), func(ctx context.Context, tx loyalty.Tx) error {
				ids, added, err := s.Customers.External(ctx, tx, owner, guests)
				mu.Lock()
				defer mu.Unlock()
				total += added
				if ids["k1"] != known.ID || ids["new"].IsZero() || !ids["k2"].IsZero() {
					t.Errorf("ids are %v", ids)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if total != 1 {
		t.Errorf("%d added, want 1", total)
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	_, s := customers(t)
	m := create(t, s, maria)
	other := create(t, s, service.CreateCustomer{Name: "Other", Phone: "912345678", ExternalID: "o"})
	empty, name, phone, yes := "", "Mary Ann", "987 654 322", true
	got, err := s.Customers.Update(t.Context(), owner, service.UpdateCustomer{ID: m.ID, Name: &name, Email: &empty, BirthDate: &empty, Phone: &phone, MarketingOptIn: &yes})
	if err != nil || got.Name != name || got.Email != "" || got.BirthDate != "" || got.PhoneE164 != "+51987654322" || !got.MarketingOptIn {
		t.Fatalf("updated %+v, %v", got, err)
	}
	if read, err := s.Customers.Get(t.Context(), till, service.CustomerRef{ID: m.ID}); err != nil || read.Customer != got.Customer {
		t.Errorf("read %+v, want %+v (%v)", read.Customer, got.Customer, err)
	}
	page, err := s.Customers.List(t.Context(), till, "mary ann", loyalty.Page{Number: 1, Size: 20})
	if err != nil || page.Total != 1 {
		t.Errorf("%d found by the new name, %v", page.Total, err)
	}
	taken, external := "912 345 678", "o"
	if _, err := s.Customers.Update(t.Context(), owner, service.UpdateCustomer{ID: m.ID, Phone: &taken}); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("another's phone: %v", err)
	}
	if _, err := s.Customers.Update(t.Context(), owner, service.UpdateCustomer{ID: m.ID, ExternalID: &external}); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("another's external id: %v", err)
	}
	if _, err := s.Customers.Update(t.Context(), owner, service.UpdateCustomer{ID: other.ID, Name: &empty}); fields(err) != "name" {
		t.Errorf("no name: %v", err)
	}
	if _, err := s.Customers.Update(t.Context(), till, service.UpdateCustomer{ID: m.ID}); loyalty.CodeOf(err) != loyalty.CodeForbidden {
		t.Errorf("as a cashier: %v", err)
	}
}

func TestDetailAndPages(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	db.Exec(t, `UPDATE programs SET expire_after_days = 30; UPDATE organizations SET config_version = config_version + 1`)
	m := create(t, s, maria)
	ref := service.CustomerRef{ID: m.ID}
	for i := range 25 {
		if _, err := s.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: ref, Points: 30, Reason: fmt.Sprint("Visit ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Ledger.Redeem(t.Context(), owner, service.RedeemReward{Customer: ref, RewardID: coffee}); err != nil {
		t.Fatal(err)
	}
	d, err := s.Customers.Detail(t.Context(), till, ref)
	if err != nil {
		t.Fatal(err)
	}
	if d.Tier.Name != "Silver" || d.Next.Name != "Gold" || d.Missing != 1250 || d.Program.Name != "Club" || len(d.Recent) != 10 || d.Recent[0].Type != loyalty.Redeem {
		t.Errorf("detail %+v", d)
	}
	if len(d.Lots) != 1 || d.Lots[0].Points != 650 || !d.Lots[0].ExpiresOn.Equal(time.Date(2026, 4, 9, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("lots %+v", d.Lots)
	}
	for _, tt := range []struct {
		typ         loyalty.TransactionType
		number      int
		rows, total int
		first       string
	}{
		{"", 1, 10, 26, "Coffee"}, {"", 3, 6, 26, "Visit 5"}, {"", 4, 0, 26, ""},
		{loyalty.Earn, 1, 10, 25, "Visit 24"}, {loyalty.Earn, 3, 5, 25, "Visit 4"}, {loyalty.Redeem, 1, 1, 1, "Coffee"}, {loyalty.Expire, 1, 0, 0, ""},
	} {
		rows, total, err := s.Customers.Transactions(t.Context(), till, ref, tt.typ, loyalty.Page{Number: tt.number, Size: 10})
		if err != nil || len(rows) != tt.rows || total != tt.total || tt.first != "" && rows[0].Reason != tt.first {
			t.Errorf("%q page %d: %d rows of %d, %v", tt.typ, tt.number, len(rows), total, err)
		}
	}
	frozen, err := s.Customers.Freeze(t.Context(), owner, service.FreezeCustomer{ID: m.ID, Frozen: true})
	if err != nil || frozen.Enrollment.FrozenAt.IsZero() {
		t.Fatalf("freeze: %v", err)
	}
	if _, err := s.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: ref, Points: 1, Reason: "x"}); loyalty.CodeOf(err) != loyalty.CodeAccountFrozen {
		t.Errorf("award to a frozen account: %v", err)
	}
	if _, err := s.Customers.Freeze(t.Context(), owner, service.FreezeCustomer{ID: m.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: ref, Points: 1, Reason: "x"}); err != nil {
		t.Errorf("award to a thawed account: %v", err)
	}
}

// Nobody reaches another organization's customers by any way.
func TestCustomersOfAnotherOrganization(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	db.Exec(t, fmt.Sprintf(`INSERT INTO organizations (id, slug, name, currency, time_zone, created_at) VALUES ('%s', 'other', 'Other', 'PEN', 'America/Lima', '2026-01-01')`, id(77)))
	m := create(t, s, service.CreateCustomer{Name: "María García", Phone: "+51987654321", ExternalID: "crm-1"})
	stranger := loyalty.Actor{Role: loyalty.Owner, OrgID: id(77)}
	ctx, c, ref := t.Context(), s.Customers, service.CustomerRef{ID: m.ID}
	name := "Mine"
	for what, err := range map[string]error{
		"get":          second(c.Get(ctx, stranger, ref)),
		"external id":  second(c.Get(ctx, stranger, service.CustomerRef{ExternalID: "crm-1"})),
		"phone":        second(c.ByPhone(ctx, stranger, "987654321")),
		"detail":       second(c.Detail(ctx, stranger, ref)),
		"export":       second(c.Export(ctx, stranger, m.ID)),
		"update":       second(c.Update(ctx, stranger, service.UpdateCustomer{ID: m.ID, Name: &name})),
		"anonymize":    second(c.Anonymize(ctx, stranger, service.AnonymizeCustomer{ID: m.ID})),
		"freeze":       second(c.Freeze(ctx, stranger, service.FreezeCustomer{ID: m.ID, Frozen: true})),
		"delete":       c.Delete(ctx, stranger, m.ID),
		"transactions": third(c.Transactions(ctx, stranger, ref, "", loyalty.Page{Number: 1, Size: 20})),
	} {
		if loyalty.CodeOf(err) != loyalty.CodeNotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, search := range []string{"", "maria", "987654321"} {
		page, err := c.List(ctx, stranger, search, loyalty.Page{Number: 1, Size: 20})
		if err != nil || page.Total != 0 || len(page.Members) != 0 {
			t.Errorf("search %q: %+v, %v", search, page, err)
		}
	}
	// The same number is free there.
	own, err := c.Create(ctx, stranger, service.CreateCustomer{Name: "Own", Phone: "+51987654321", ExternalID: "crm-1"})
	if err != nil || !own.Created {
		t.Errorf("created %v, %v", own.Created, err)
	}
}

func TestFindByIDOrElseExternalID(t *testing.T) {
	t.Parallel()
	_, s := customers(t)
	plain := create(t, s, service.CreateCustomer{Name: "Plain", ExternalID: "crm-1"})
	// Systems that number their customers with UUIDs exist.
	other := create(t, s, service.CreateCustomer{Name: "Other", ExternalID: id(200).String()})
	for ref, want := range map[service.CustomerRef]loyalty.ID{
		{ExternalID: "crm-1"}: plain.ID, {ID: plain.ID}: plain.ID, {ID: plain.ID, ExternalID: "x"}: plain.ID,
		{ID: id(200), ExternalID: id(200).String()}: other.ID,
	} {
		if m, err := s.Customers.Get(t.Context(), till, ref); err != nil || m.ID != want {
			t.Errorf("%+v is %s, %v; want %s", ref, m.ID, err, want)
		}
	}
	if _, err := s.Customers.Get(t.Context(), till, service.CustomerRef{ID: id(201)}); loyalty.CodeOf(err) != loyalty.CodeNotFound {
		t.Errorf("nobody: %v", err)
	}
}

func second[A any](_ A, err error) error        { return err }
func third[A, B any](_ A, _ B, err error) error { return err }
