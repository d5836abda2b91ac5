package pages

import (
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/till"
	"regulars/views/ui"
	"regulars/web/auth"
)

const (
	tillMatches = 8 // guests shown for a search; a queue doesn't wait for paging
	tillRecent  = 5 // own last actions shown
)

// Till is GET /till: the field, and the person's own last guests.
func (h *Handlers) Till(c *fiber.Ctx) error {
	open, err := h.openStores(c)
	if err != nil {
		return err
	}
	store, ok := storeOf(open, auth.Actor(c).StoreID)
	if !ok || c.Query("stores") != "" {
		return h.tillStep(c, fiber.StatusOK, till.Stores(storesProps(c, open)), "")
	}
	return h.tillFind(c, fiber.StatusOK, store, len(open) > 1, till.ResultsProps{})
}

// TillFind is POST /till: what has been found for what is in the field. It is
// a POST so that no name and no number ever is in an address.
func (h *Handlers) TillFind(c *fiber.Ctx) error {
	ctx, typed := c.UserContext(), c.FormValue("q")
	open, err := h.openStores(c)
	if err != nil {
		return err
	}
	store, ok := storeOf(open, auth.Actor(c).StoreID)
	if !ok {
		return c.Redirect(till.Path, fiber.StatusSeeOther) // where to choose one
	}
	results, err := h.tillSearch(c, typed)
	if err != nil {
		return err
	}
	alone := len(results.Matches) == 1
	if target(c) == till.ResultsID {
		if _, scanned := loyalty.ParseCardCode(typed); scanned && alone {
			// A scanner that sends no Enter opens the guest as well.
			return c.Redirect(results.Matches[0].Href, fiber.StatusSeeOther)
		}
		return part(c, fiber.StatusOK, till.ResultsPart(results))
	}
	if results.Focus = c.FormValue("go") != ""; results.Focus && alone {
		return c.Redirect(results.Matches[0].Href, fiber.StatusSeeOther)
	}
	results.Said = i18n.N(ctx, "%d guest found", "%d guests found", len(results.Matches))
	return h.tillFind(c, fiber.StatusOK, store, len(open) > 1, results)
}

func (h *Handlers) tillFind(c *fiber.Ctx, status int, store loyalty.Store, others bool, results till.ResultsProps) error {
	canLock, err := h.canLock(c)
	if err != nil {
		return err
	}
	props := till.FindProps{
		CSRF: auth.CSRF(c), Store: store.Name, Stores: others && !auth.Actor(c).AtTill, Results: results, CanLock: canLock,
		Moved: movedHere(c, store), CanChoose: !auth.Actor(c).AtTill,
	}
	cfg, err := h.setup(c)
	if err != nil {
		return err
	}
	if props.NoProgram = cfg.Program == nil; h.nav(c.App(), auth.Actor(c).Role).Has("/program") && !auth.Actor(c).AtTill {
		props.Setup = "/program"
	}
	if results.Query == "" {
		if props.Recent, err = h.tillOwn(c, store); err != nil {
			return err
		}
	}
	return h.tillStep(c, status, till.Find(props), results.Said)
}

// tillSearch looks up guests by what was typed, or a redemption by its code.
func (h *Handlers) tillSearch(c *fiber.Ctx, typed string) (till.ResultsProps, error) {
	p := till.ResultsProps{Query: strings.TrimSpace(typed), ByPhone: byPhone(typed)}
	if p.Query == "" {
		return p, nil
	}
	if code, ok := redemptionCode(p.Query); ok {
		match, found, err := h.codeMatch(c, code)
		if err != nil || found {
			p.Matches = append(p.Matches, match)
			return p, err
		}
	}
	found, err := h.lookUp(c, typed, tillPath)
	if err != nil {
		return p, err
	}
	p.Matches, p.More = found.Matches, found.More
	if len(p.Matches) == 0 {
		p.New = newcomer(c, p.Query)
	}
	return p, nil
}

// redemptionCode reads what may be the code of a redemption: ten characters of
// Crockford's alphabet, letters that look like digits taken as such.
func redemptionCode(s string) (string, bool) {
	s = strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(s))
	return s, len(s) == 10 && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("0123456789ABCDEFGHJKMNPQRSTVWXYZ", r)
	})
}

func (h *Handlers) codeMatch(c *fiber.Ctx, code string) (ui.Match, bool, error) {
	ctx, actor := c.UserContext(), auth.Actor(c)
	d, err := h.Ledger.RedemptionByCode(ctx, actor, code)
	if loyalty.KindOf(err) == loyalty.NotFound && err != nil {
		return ui.Match{}, false, nil
	}
	if err != nil {
		return ui.Match{}, false, err
	}
	guest, err := h.Customers.Get(ctx, actor, service.CustomerRef{ID: d.CustomerID})
	return ui.Match{
		Href: codePath(d), Name: d.RewardName, Sub: masked(shownName(ctx, guest.Customer)) + " · " + i18n.T(ctx, statusNames[d.Status]), Code: true,
		Balance: i18n.Number(ctx, d.Cost),
	}, err == nil, err
}

// tillOwn is the person's own last actions at the store today.
func (h *Handlers) tillOwn(c *fiber.Ctx, store loyalty.Store) ([]till.Recent, error) {
	ctx, actor := c.UserContext(), auth.Actor(c)
	rows, _, err := h.Ledger.Transactions(ctx, actor, loyalty.TransactionFilter{
		StoreIDs: []loyalty.ID{store.ID}, StaffID: actor.StaffID, From: h.now().Add(-12 * time.Hour),
	}, loyalty.Page{Number: 1, Size: tillRecent})
	if err != nil {
		return nil, err
	}
	var out []till.Recent
	for _, t := range rows {
		r := till.Recent{
			Href: tillPath(t.CustomerID), Name: masked(nameOr(ctx, t.CustomerName, t.CustomerErased)), What: rowName(ctx, t.Transaction), Points: i18n.Signed(ctx, t.Points),
			When: i18n.Clock(ctx, t.At), Machine: i18n.Machine(t.At), Reversed: t.Reversed,
		}
		if t.Type == loyalty.Earn && !t.OrderID.IsZero() {
			r.Href = orderPath(t.CustomerID, t.OrderID)
		}
		if t.Type == loyalty.Redeem {
			r.What, r.Href = t.Reason, redemptionPath(t.CustomerID, t.RedemptionID)
		}
		out = append(out, r)
	}
	return out, nil
}

// tillStep answers with a step of the till: the step alone where htmx puts it
// into the page, else the whole page. said is read out.
func (h *Handlers) tillStep(c *fiber.Ctx, status int, step component, said string) error {
	if asked := target(c); asked == till.ID || asked == till.ResultsID || asked == ui.ModalID {
		c.Set("HX-Retarget", "#"+till.ID)
		c.Set("HX-Trigger", "dialog:close")
		c.Set("HX-Push-Url", tillAddress(c))
		flashes, err := h.sessions.TakeFlash(c)
		if err != nil {
			return err
		}
		return part(c, status, both(step, till.Beside(said, toasts(flashes))))
	}
	canLock, err := h.canLock(c)
	if err != nil {
		return err
	}
	around := till.PageProps{CSRF: auth.CSRF(c), CanLock: canLock}
	if auth.Visit(c).Shared {
		around.Idle = int(loyalty.DeviceIdle.Seconds())
	}
	return h.page(c, shell{Title: i18n.T(c.UserContext(), "Till"), Active: "till", Status: status}, within(till.Page(around), step))
}

// toasts are what is to be said about the step before.
func toasts(flashes []auth.Flash) (out []ui.ToastProps) {
	for _, f := range flashes {
		out = append(out, ui.ToastProps{Text: f.Text, Tone: ui.Tone(f.Tone)})
	}
	return out
}

// tillAddress is what the browser shows for a step: its address. What a form
// is answered with has no address of its own.
func tillAddress(c *fiber.Ctx) string {
	if c.Method() != fiber.MethodGet {
		return "false"
	}
	return c.OriginalURL()
}

// openStores are the active stores where the person may work.
func (h *Handlers) openStores(c *fiber.Ctx) ([]loyalty.Store, error) {
	all, err := h.Access.Stores(c.UserContext(), auth.Actor(c))
	if err != nil {
		return nil, err
	}
	open := all[:0]
	for _, s := range all {
		if s.Active {
			open = append(open, s)
		}
	}
	return open, nil
}

func storeOf(stores []loyalty.Store, id loyalty.ID) (loyalty.Store, bool) {
	for _, s := range stores {
		if s.ID == id {
			return s, true
		}
	}
	return loyalty.Store{}, false
}

func storesProps(c *fiber.Ctx, open []loyalty.Store) till.StoresProps {
	p := till.StoresProps{CSRF: auth.CSRF(c), Chosen: auth.Actor(c).StoreID.String(), Back: till.Path}
	if back := c.Query("back"); back != "" {
		p.Back = auth.LocalPath(back)
	}
	for _, s := range open {
		p.Stores = append(p.Stores, ui.Option{Value: s.ID.String(), Label: s.Name})
	}
	return p
}

// TillGuest is POST /till/guests: signs a guest up. A number that somebody has
// already leads to that guest.
func (h *Handlers) TillGuest(c *fiber.Ctx) error {
	f := posted(c)
	in := read(f)
	cmd := service.CreateCustomer{Name: in.Text("name"), Phone: in.Text("phone")}
	return submit(h, c, f, func(once loyalty.Once) (service.CustomerResult, error) {
		cmd.Once = once
		return h.Customers.Create(c.UserContext(), auth.Actor(c), cmd)
	}, func(r service.CustomerResult) done {
		to := tillPath(r.ID)
		if !r.Created {
			to += "?known=1"
		}
		return done{To: to, Inside: true}
	}, func(f ui.Form) error {
		open, err := h.openStores(c)
		if err != nil {
			return err
		}
		store, ok := storeOf(open, auth.Actor(c).StoreID)
		if !ok {
			return c.Redirect(till.Path, fiber.StatusSeeOther) // where to choose one
		}
		return h.tillFind(c, fiber.StatusUnprocessableEntity, store, len(open) > 1, till.ResultsProps{Query: in.Text("q"), New: f})
	})
}

// chooseStore has the person say where they work, and come back.
func chooseStore(c *fiber.Ctx) error {
	to := till.Path
	if c.Method() == fiber.MethodGet && target(c) == "" {
		to += "?back=" + url.QueryEscape(c.OriginalURL())
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

// workplace is the store where the person works; a NotFound at none.
func (h *Handlers) workplace(c *fiber.Ctx) (loyalty.Store, error) {
	cfg, err := h.setup(c)
	if err != nil {
		return loyalty.Store{}, err
	}
	return cfg.Store(auth.Actor(c).StoreID)
}
