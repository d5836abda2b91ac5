// Package layout is the document around every page: head, navigation, toasts
// and the dialog. It is given what to show and decides nothing; which pages a
// person may open is already decided in Page.Nav.
package layout

import (
	"github.com/a-h/templ"

	"regulars/internal/loyalty"
	"regulars/views/i18n"
	"regulars/views/ui"
)

// The cookies that a reader's choices live in, and where they are posted to.
// The form sends theme, lang or keys, and back: the page to return to.
const (
	KeysCookie      = "keys"
	ThemeCookie     = "theme"
	LangCookie      = "lang"
	PreferencesPath = "/preferences"
)

// Page is what the document of a signed-in person shows.
type Page struct {
	Title    string // without the product's name
	Active   string // the key of the NavItem this page belongs to
	User     string // the person's name
	Role     loyalty.Role
	Org      string
	Store    string // the store worked in; "" for all
	AtTill   bool   // came in with a PIN: locks the till instead of signing out
	Nav      *Menu
	Waiting  int // cases, shown in the menu
	CSRF     string
	Theme    string // "light", "dark" or "" for the system's
	KeysOff  bool   // single keys do nothing, as the reader wishes
	Path     string // of this page, to come back to after a switch
	Flash    []Flash
	Live     string // URL of the server-sent events for the badge; "" for none
	Wide     bool   // the content may use the whole width
	NoScript bool   // leaves the script out: pages for print
}

// Flash is a message carried over from the request before this one.
type Flash struct {
	Text string
	Tone string // as ui.Tone; "" is good news
	Link string // what Href is called
	Href string // "" leads nowhere
}

// link is nil where there is nowhere to go: a toast then has no action.
func (f Flash) link() templ.Component {
	if f.Href == "" {
		return nil
	}
	return ui.ToastLink(f.Link, f.Href)
}

type entry struct {
	NavItem
	cashier, owner bool // seen by cashiers too; seen by owners only
}

var (
	groupProgram  = i18n.Mark("Program")
	groupRecords  = i18n.Mark("Records")
	groupBusiness = i18n.Mark("Business")
)

var entries = []entry{
	{NavItem: NavItem{Key: "home", Label: i18n.Mark("Home"), Href: "/", Icon: "house", Tab: true}},
	{NavItem: NavItem{Key: "till", Label: i18n.Mark("Till"), Href: "/till", Icon: "scan-line", Tab: true}, cashier: true},
	{NavItem: NavItem{Key: "customers", Label: i18n.Mark("Customers"), Href: "/customers", Icon: "users", Tab: true}, cashier: true},
	{NavItem: NavItem{Key: "redemptions", Label: i18n.Mark("Redemptions"), Href: "/redemptions", Icon: "clipboard-check"}, cashier: true},
	{NavItem: NavItem{Key: "anomalies", Label: i18n.Mark("Anomalies"), Href: "/anomalies", Icon: "shield-alert", Tab: true, Live: "anomalies"}},

	{NavItem: NavItem{Key: "program", Label: i18n.Mark("Rules"), Href: "/program", Icon: "sliders-horizontal", Group: groupProgram}, owner: true},
	{NavItem: NavItem{Key: "tiers", Label: i18n.Mark("Tiers"), Href: "/program/tiers", Icon: "layers", Group: groupProgram}, owner: true},
	{NavItem: NavItem{Key: "rewards", Label: i18n.Mark("Rewards"), Href: "/rewards", Icon: "gift", Group: groupProgram}},
	{NavItem: NavItem{Key: "campaigns", Label: i18n.Mark("Campaigns"), Href: "/program/campaigns", Icon: "megaphone", Group: groupProgram}, owner: true},
	{NavItem: NavItem{Key: "events", Label: i18n.Mark("Events"), Href: "/program/events", Icon: "zap", Group: groupProgram}, owner: true},
	{NavItem: NavItem{Key: "referrals", Label: i18n.Mark("Referrals"), Href: "/program/referrals", Icon: "share-2", Group: groupProgram}, owner: true},
	{NavItem: NavItem{Key: "coupons", Label: i18n.Mark("Coupons"), Href: "/coupons", Icon: "ticket-percent", Group: groupProgram}},

	{NavItem: NavItem{Key: "transactions", Label: i18n.Mark("Transactions"), Href: "/transactions", Icon: "arrow-left-right", Group: groupRecords}},
	{NavItem: NavItem{Key: "orders", Label: i18n.Mark("Orders"), Href: "/orders", Icon: "receipt-text", Group: groupRecords}},
	{NavItem: NavItem{Key: "import", Label: i18n.Mark("Import"), Href: "/import", Icon: "file-up", Group: groupRecords}, owner: true},
	{NavItem: NavItem{Key: "audit", Label: i18n.Mark("Audit log"), Href: "/audit", Icon: "history", Group: groupRecords}, owner: true},

	{NavItem: NavItem{Key: "staff", Label: i18n.Mark("Staff"), Href: "/staff", Icon: "user-cog", Group: groupBusiness}, owner: true},
	{NavItem: NavItem{Key: "stores", Label: i18n.Mark("Stores"), Href: "/stores", Icon: "store", Group: groupBusiness}, owner: true},
	{NavItem: NavItem{Key: "settings", Label: i18n.Mark("Settings"), Href: "/settings", Icon: "settings", Group: groupBusiness}, owner: true},
}

var roleNames = map[loyalty.Role]string{
	loyalty.Owner: i18n.Mark("Owner"), loyalty.Manager: i18n.Mark("Manager"), loyalty.Cashier: i18n.Mark("Cashier"),
}

func (p Page) workplace() string {
	if p.Store != "" {
		return p.Store
	}
	return p.Org
}
