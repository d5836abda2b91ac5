package web

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/views/layout"
	"regulars/web/auth"
	"regulars/web/orgapi"
	"regulars/web/pages"
)

// cardsPerMinute is how often one network address may look at cards: enough
// for all the guests of a restaurant who share one, and too few to guess by.
const cardsPerMinute = 60

// pageRoutes is every page, by who may open it. What a person may do there is
// the services' to decide.
func pageRoutes(app *fiber.App, d Deps, sessions *auth.Sessions) {
	h := pages.New(d.Services, sessions, d.Log, d.Now, d.SecureCookies, d.SessionKey, orgapi.ExportDocument)
	with := func(more ...fiber.Handler) []fiber.Handler { return append(visitor(sessions), more...) }
	public := surface{app, with(h.Framed)}
	staff := surface{app, with(sessions.Require, h.Framed)}
	managers := surface{app, with(sessions.Require, h.Framed, auth.Only(loyalty.Owner, loyalty.Manager))}
	owners := surface{app, with(sessions.Require, h.Framed, auth.Only(loyalty.Owner))}

	// No session, so that a guest's browser gets no cookie.
	surface{app, []fiber.Handler{auth.LimitAddress(d.TrustProxy, cardsPerMinute)}}.get("/card/:token", h.Card)

	public.get(auth.SignInPath, h.SignInPage)
	public.post(auth.SignInPath, h.SignIn)
	public.get("/setup", h.SetUpPage)
	public.post("/setup", h.SetUp)
	public.post(layout.PreferencesPath, h.Prefer)
	staff.post("/logout", h.SignOut)
	staff.post("/store", h.ChooseStore)
	staff.get("/account", h.AccountPage)
	staff.get("/settings/security", h.SecurityPage)
	staff.post("/settings/security", h.ChangePassword)
	staff.post("/settings/security/others", h.EndOtherSessions)
	staff.post("/settings/security/sessions/:id", h.EndSession)
	known := surface{app, with(sessions.Require, h.Framed, auth.WithPassword)}
	known.get("/pins", h.PINsPage)
	known.get("/pins/:id", h.PINPage)
	known.post("/pins/:id", h.SetPIN)

	staff.get("/", h.Home)

	locked := surface{app, with(auth.RequireLocked("/till"))}
	locked.get(auth.LockPath, h.LockedTill)
	locked.post("/till/unlock", h.UnlockTill)
	staff.post(auth.LockPath, h.LockTill)
	staff.get("/till", h.Till)
	staff.post("/till", h.TillFind)
	staff.post("/till/guests", h.TillGuest)
	staff.get("/till/:id", h.TillCustomer)
	staff.get("/till/:id/preview", h.TillPreview)
	staff.post("/till/:id/award", h.TillAward)
	staff.get("/till/:id/done", h.TillDone)
	staff.post("/till/:id/undo", h.TillUndo)
	staff.get("/till/:id/redeem/:reward", h.TillConfirm)
	staff.post("/till/:id/redeem/:reward", h.TillRedeem)
	staff.post("/till/:id/redemptions/:redemption/fulfill", h.TillFulfill)
	staff.post("/till/:id/redemptions/:redemption/cancel", h.TillCancel)

	staff.get("/customers", h.CustomerList)
	staff.post("/customers/search", h.CustomerSearch)
	managers.get("/customers.csv", h.CustomersCSV)
	staff.get("/customers/new", h.CustomerForm)
	staff.post("/customers/new", h.CustomerForm)
	managers.get("/customers/duplicates", h.Duplicates)
	managers.post("/customers/:id/apart/:other", h.TellApart)
	owners.get("/give", h.GivePage)
	owners.post("/give", h.GivePoints)
	owners.get("/give/:id", h.GivenPage)
	owners.get("/give/:id/progress", h.GivenProgress)
	owners.get("/give/:id/undo", h.AskTakeBack)
	owners.post("/give/:id/undo", h.TakeBack)
	staff.get("/customers/:id", h.Customer)
	staff.get("/customers/:id/card", h.CardHandout)
	staff.post("/customers/:id/card", h.IssueCard)
	staff.post("/customers/:id/card/revoke", h.RevokeCard)
	managers.get("/customers/:id/export", h.CustomerExport)
	managers.get("/customers/:id/merge", h.MergePick)
	managers.post("/customers/:id/merge", h.MergePick)
	managers.get("/customers/:id/merge/:other", h.MergePreview)
	managers.post("/customers/:id/merge/:other", h.Merge)
	managers.get("/customers/:id/unmerge/:other", h.Unmerge)
	managers.post("/customers/:id/unmerge/:other", h.Unmerge)
	managers.get("/customers/:id/move/:transaction", h.MovePick)
	managers.post("/customers/:id/move/:transaction", h.MovePick)
	managers.get("/customers/:id/move/:transaction/:other", h.MovePreview)
	managers.post("/customers/:id/move/:transaction/:other", h.Move)
	managers.get("/customers/:id/reverse/:transaction", h.CustomerForm)
	managers.post("/customers/:id/reverse/:transaction", h.CustomerForm)
	staff.get("/customers/:id/award", h.AwardByHand)
	staff.post("/customers/:id/award", h.AwardByHand)
	managers.get("/customers/:id/:form", h.CustomerForm)
	managers.post("/customers/:id/:form", h.CustomerForm)
	staff.get("/redemptions", h.Redemptions)
	staff.post("/redemptions/:id/fulfill", h.FulfillRedemption)
	staff.get("/redemptions/:id/cancel", h.AskCancelRedemption)
	staff.post("/redemptions/:id/cancel", h.CancelRedemption)
	managers.get("/transactions", h.Transactions)
	managers.get("/transactions.csv", h.TransactionsCSV)
	managers.get("/orders", h.Orders)
	managers.get("/orders/:id/claim", h.ClaimPick)
	managers.post("/orders/:id/claim", h.ClaimPick)
	managers.get("/orders/:id/claim/:customer", h.ClaimPreview)
	managers.post("/orders/:id/claim/:customer", h.Claim)

	setUpRoutes(h, managers, owners)

	// Whoever has signed in and mistypes an address keeps the way on.
	app.Use(sessions.Recognize, ownLanguage, h.Framed)
}
