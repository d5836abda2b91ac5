package pages

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/business"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

// scopeWords are the permissions of a key in words.
var scopeWords = map[loyalty.Scope]string{
	loyalty.LoyaltyRead: i18n.Mark("See the program, rewards and points"), loyalty.LoyaltyCreate: i18n.Mark("Give points, change program and rewards"),
	loyalty.LoyaltyRedeem: i18n.Mark("Redeem rewards"), loyalty.LoyaltyAdjust: i18n.Mark("Correct balances"),
	loyalty.CustomersRead: i18n.Mark("Look guests up"), loyalty.CustomersCreate: i18n.Mark("Sign guests up"), loyalty.CustomersUpdate: i18n.Mark("Change guests’ data"),
	loyalty.CustomersDelete: i18n.Mark("Delete guests"), loyalty.OrdersCreate: i18n.Mark("Send orders"),
	loyalty.AnomaliesRead: i18n.Mark("See suspicious cases"), loyalty.AnomaliesReview: i18n.Mark("Decide suspicious cases"),
}

// SettingsPage is GET /settings: all that can be set, and where.
func (h *Handlers) SettingsPage(c *fiber.Ctx) error {
	return h.page(c, shell{Title: i18n.T(c.UserContext(), "Settings"), Active: "settings"}, business.Settings())
}

// KeysPage is GET /settings/keys.
func (h *Handlers) KeysPage(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	keys, err := h.Access.Keys(ctx, actor)
	if err != nil {
		return err
	}
	stores, err := h.Access.Stores(ctx, actor)
	if err != nil {
		return err
	}
	var p business.KeysProps
	now := h.now()
	slices.SortStableFunc(keys, func(a, b loyalty.APIKey) int { return b.EndedAt(now).Compare(a.EndedAt(now)) })
	for _, k := range keys {
		if shown := h.key(ctx, k, stores); k.EndedAt(now).IsZero() {
			p.Keys = append(p.Keys, shown)
		} else {
			p.Ended = append(p.Ended, shown)
		}
	}
	return h.page(c, shell{Title: i18n.T(ctx, "API keys"), Active: "settings"}, business.Keys(p))
}

func (h *Handlers) key(ctx ctx, k loyalty.APIKey, stores []loyalty.Store) business.Key {
	out := business.Key{
		ID: k.ID.String(), Name: k.Name, Prefix: k.Prefix, Stores: storeNames(ctx, k.StoreIDs, stores), Used: i18n.T(ctx, "never"),
		State: ui.BadgeProps{Label: i18n.T(ctx, "Works"), Tone: ui.Good, Dot: true},
	}
	if len(k.Scopes) < len(loyalty.KeyScopes()) {
		for _, s := range k.Scopes {
			out.Scopes = append(out.Scopes, i18n.T(ctx, scopeWords[s]))
		}
	}
	if !k.LastUsedAt.IsZero() {
		out.Used = i18n.Ago(ctx, k.LastUsedAt)
	}
	switch ended := k.EndedAt(h.now()); {
	case !ended.IsZero() && ended.Equal(k.RevokedAt):
		out.State = ui.BadgeProps{Label: i18n.T(ctx, "Revoked"), Tone: ui.Bad}
		out.Expires = i18n.T(ctx, "on %s", i18n.Date(ctx, ended))
	case !ended.IsZero():
		out.State = ui.BadgeProps{Label: i18n.T(ctx, "Has expired"), Tone: ui.Warn}
		out.Expires = i18n.T(ctx, "on %s", i18n.Date(ctx, ended.Add(-1)))
	case !k.ExpiresAt.IsZero():
		out.Expires = i18n.T(ctx, "until %s", i18n.Date(ctx, k.ExpiresAt.Add(-1)))
	}
	return out
}

// storeNames are the stores' names; all of them when ids is empty.
func storeNames(ctx ctx, ids []loyalty.ID, stores []loyalty.Store) string {
	if len(ids) == 0 {
		return i18n.T(ctx, "Every store")
	}
	var names []string
	for _, s := range stores {
		for _, id := range ids {
			if s.ID == id {
				names = append(names, s.Name)
			}
		}
	}
	return strings.Join(names, ", ")
}

func storeOptions(stores []loyalty.Store) []ui.Option {
	var out []ui.Option
	for _, s := range stores {
		out = append(out, ui.Option{Value: s.ID.String(), Label: s.Name})
	}
	return out
}

// NewKeyPage is GET /settings/keys/new.
func (h *Handlers) NewKeyPage(c *fiber.Ctx) error {
	return h.showKeyForm(c, fresh(c).With("scopes", string(loyalty.LoyaltyRead), string(loyalty.CustomersRead), string(loyalty.OrdersCreate)), fiber.StatusOK)
}

func (h *Handlers) showKeyForm(c *fiber.Ctx, f ui.Form, status int) error {
	ctx := c.UserContext()
	stores, err := h.Access.Stores(ctx, auth.Actor(c))
	if err != nil {
		return err
	}
	p := business.KeyFormProps{Stores: storeOptions(stores), Form: f}
	for _, s := range loyalty.KeyScopes() {
		p.Scopes = append(p.Scopes, ui.Option{Value: string(s), Label: i18n.T(ctx, scopeWords[s]), Hint: string(s)})
	}
	if target(c) == ui.ModalID {
		return part(c, status, business.KeyForm(p))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "New API key"), Active: "settings", Status: status}, business.KeyFormPage(p))
}

// CreateKey is POST /settings/keys/new. It is the one form that isn't answered
// with a redirect: its secret is shown here and kept nowhere.
func (h *Handlers) CreateKey(c *fiber.Ctx) error {
	ctx, form := c.UserContext(), posted(c)
	r := read(form)
	cmd := service.CreateKey{Name: r.Text("name"), StoreIDs: storeIDs(form.All("storeIds")), ExpiresAt: r.day(ctx, "expiresAt", 1).Value}
	for _, s := range form.All("scopes") {
		cmd.Scopes = append(cmd.Scopes, loyalty.Scope(s))
	}
	cmd.Unread = r.problems
	made, err := h.Access.CreateKey(ctx, auth.Actor(c), cmd)
	if err != nil {
		if back, ok := refused(c, form, err); ok {
			return h.showKeyForm(c, back, fiber.StatusUnprocessableEntity)
		}
		return err
	}
	if target(c) == ui.ModalID {
		return part(c, fiber.StatusCreated, business.KeyMade(made.Name, made.Secret))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "API keys"), Active: "settings", Status: fiber.StatusCreated}, business.KeyMadePage(made.Name, made.Secret))
}

func (h *Handlers) keyNamed(c *fiber.Ctx) (loyalty.APIKey, error) {
	id, _ := loyalty.ParseID(c.Params("id"))
	keys, err := h.Access.Keys(c.UserContext(), auth.Actor(c))
	if err != nil {
		return loyalty.APIKey{}, err
	}
	for _, k := range keys {
		if k.ID == id {
			return k, nil
		}
	}
	return loyalty.APIKey{}, loyalty.Missing("key")
}

// AskRevokeKey is GET /settings/keys/:id/revoke.
func (h *Handlers) AskRevokeKey(c *fiber.Ctx) error {
	return h.askRevokeKey(c, fresh(c), fiber.StatusOK)
}

func (h *Handlers) askRevokeKey(c *fiber.Ctx, f ui.Form, status int) error {
	k, err := h.keyNamed(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	p := business.AskProps{
		Title: i18n.T(ctx, "Revoke %s?", k.Name), Text: i18n.T(ctx, "Whatever works with it stops within a second. This can’t be undone."),
		Action: "/settings/keys/" + k.ID.String() + "/revoke", Button: i18n.T(ctx, "Revoke"), BackHref: "/settings/keys", BackLabel: i18n.T(ctx, "API keys"), Form: f,
	}
	if target(c) == ui.ModalID {
		return part(c, status, business.Ask(p))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "API keys"), Active: "settings", Status: status}, business.AskPage(p))
}

// RevokeKey is POST /settings/keys/:id/revoke.
func (h *Handlers) RevokeKey(c *fiber.Ctx) error {
	k, err := h.keyNamed(c)
	if err != nil {
		return err
	}
	return submit(h, c, posted(c), func(loyalty.Once) (struct{}, error) {
		return struct{}{}, h.Access.RevokeKey(c.UserContext(), auth.Actor(c), k.ID)
	}, func(struct{}) done {
		return done{To: "/settings/keys", Flash: i18n.T(c.UserContext(), "%s is revoked.", k.Name)}
	}, func(back ui.Form) error { return h.askRevokeKey(c, back, fiber.StatusUnprocessableEntity) })
}
