package web

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/web/auth"
	"regulars/web/offerapi"
	"regulars/web/orgapi"
	"regulars/web/respond"
	"regulars/web/storeapi"
)

// routes is every URL the server answers. A surface is a credential and a
// package; all call the same services. What admits a caller stands on each
// route and not on a prefix, so that an address that doesn't exist is a 404,
// and a method that it doesn't take a 405, whoever asks.
func routes(app *fiber.App, d Deps) {
	access := d.Services.Access
	sessions := auth.NewSessions(access, auth.Options{Key: d.SessionKey, Secure: d.SecureCookies, TrustProxy: d.TrustProxy})
	api := slices.Clip(program(d))

	// Nobody has to say who asks.
	open := surface{app, nil}
	open.get("/healthz", healthz)
	open.get("/readyz", readyz(d))
	open.get("/openapi.json", openapiJSON)
	open.get("/docs", docs)
	open.get("/static/*", file)
	open.get("/favicon.ico", favicon)
	if !d.MetricsApart {
		open.get("/metrics", metricsPage(d.Metrics))
	}

	// /v1/loyalty, /v1/coupons, /v1/campaigns, /v1/referrals: an organization.
	org, o := surface{app.Group("/v1/loyalty"), api}, orgapi.Handlers{Services: d.Services}
	org.needs(loyalty.CustomersCreate).post("/customers", o.CreateCustomer)
	org.needs(loyalty.CustomersRead).get("/customers", o.ListCustomers)
	org.needs(loyalty.CustomersRead).get("/customers/:id", o.Customer)
	org.needs(loyalty.CustomersUpdate).patch("/customers/:id", o.UpdateCustomer)
	org.needs(loyalty.CustomersDelete).delete("/customers/:id", o.DeleteCustomer)
	org.needs(loyalty.CustomersRead).get("/customers/:id/transactions", o.CustomerTransactions)
	org.needs(loyalty.CustomersRead).get("/customers/:id/export", o.ExportCustomer)
	org.needs(loyalty.CustomersUpdate).post("/customers/:id/anonymize", o.AnonymizeCustomer)
	org.needs(loyalty.CustomersUpdate).post("/customers/:id/merge", o.MergeCustomer)
	org.needs(loyalty.CustomersUpdate).post("/customers/:id/unmerge", o.UnmergeCustomer)
	org.needs(loyalty.LoyaltyCreate).post("/customers/:id/award-points", o.AwardPoints)
	org.needs(loyalty.LoyaltyAdjust).post("/customers/:id/adjust-points", o.AdjustPoints)
	org.needs(loyalty.LoyaltyRead).get("/programs", o.Programs)
	org.needs(loyalty.LoyaltyCreate).post("/programs", o.CreateProgram)
	org.needs(loyalty.LoyaltyRead).get("/programs/:id", o.Program)
	org.needs(loyalty.LoyaltyCreate).patch("/programs/:id", o.UpdateProgram)
	org.needs(loyalty.LoyaltyCreate).delete("/programs/:id", o.DeleteProgram)
	org.needs(loyalty.LoyaltyCreate).put("/programs/:id/tiers", o.PutLadder)
	org.needs(loyalty.LoyaltyCreate).post("/tiers", o.CreateTier)
	org.needs(loyalty.LoyaltyCreate).patch("/tiers/:id", o.UpdateTier)
	org.needs(loyalty.LoyaltyCreate).delete("/tiers/:id", o.DeleteTier)
	org.needs(loyalty.LoyaltyRead).get("/rewards", o.Rewards)
	org.needs(loyalty.LoyaltyCreate).post("/rewards", o.CreateReward)
	org.needs(loyalty.LoyaltyCreate).patch("/rewards/:id", o.UpdateReward)
	org.needs(loyalty.LoyaltyCreate).delete("/rewards/:id", o.DeleteReward)
	org.needs(loyalty.LoyaltyRedeem).post("/rewards/:id/redeem", o.Redeem)
	org.needs(loyalty.LoyaltyRedeem).post("/redemptions/:id/fulfill", o.Fulfill)
	org.needs(loyalty.LoyaltyRedeem).post("/redemptions/:id/cancel", o.Cancel)
	org.needs(loyalty.LoyaltyRead).get("/stats", o.GetStats)
	org.needs(loyalty.LoyaltyRead).get("/analytics", o.Analytics)

	// /v1/stores/{store_id}: one store of the organization.
	till, t := surface{app.Group("/v1/stores/:store_id"), append(api, auth.AtStore(access.AtStore))}, storeapi.Handlers{Services: d.Services}
	till.needs(loyalty.LoyaltyRead).get("/loyalty-programs", t.Programs)
	till.needs(loyalty.LoyaltyCreate).post("/loyalty-programs", t.CreateProgram)
	till.needs(loyalty.LoyaltyRead).get("/loyalty-programs/:id", t.Program)
	till.needs(loyalty.LoyaltyCreate).patch("/loyalty-programs/:id", t.UpdateProgram)
	till.needs(loyalty.LoyaltyRead).get("/loyalty/rewards", t.Rewards)
	till.needs(loyalty.LoyaltyCreate).post("/loyalty/earn", t.Earn)
	till.needs(loyalty.LoyaltyCreate).post("/loyalty/earn/bulk", t.EarnBulk)
	till.needs(loyalty.LoyaltyCreate).get("/loyalty/earn/bulk/:id", t.BulkAward)
	till.needs(loyalty.LoyaltyRedeem).post("/loyalty/redeem", t.Redeem)
	till.needs(loyalty.CustomersRead).get("/loyalty/customers/:id", t.Customer)
	till.needs(loyalty.LoyaltyRead).get("/loyalty/transactions", t.Transactions)
	till.needs(loyalty.AnomaliesRead).get("/loyalty/anomalies", t.Anomalies)
	till.needs(loyalty.AnomaliesRead).get("/loyalty/anomalies/:id", t.Anomaly)
	till.needs(loyalty.AnomaliesReview).patch("/loyalty/anomalies/:id", t.ReviewAnomaly)
	till.needs(loyalty.OrdersCreate).post("/orders", t.CreateOrder)
	till.needs(loyalty.LoyaltyRead).get("/orders", t.Orders)
	till.needs(loyalty.LoyaltyRead).get("/orders/:id", t.Order)
	till.needs(loyalty.OrdersCreate).patch("/orders/:id", t.UpdateOrder)

	// /v1/offer(s), /v1/user, /v1/events: one user, who is a customer.
	offer, u := surface{app.Group("/v1"), api}, offerapi.Handlers{Services: d.Services}
	offer.needs(loyalty.LoyaltyRead).get("/offers", u.Offers)
	offer.needs(loyalty.LoyaltyRedeem).post("/offer/redeem", u.Redeem)
	offer.needs(loyalty.LoyaltyRedeem).post("/user/:user_id/offer/:offer_id/redeem", u.RedeemFor)
	offer.needs(loyalty.LoyaltyRead).get("/event-types", u.EventTypes)
	offer.needs(loyalty.LoyaltyCreate).post("/event-types", u.CreateEventType)
	offer.needs(loyalty.LoyaltyRead).get("/event-types/:key", u.EventType)
	offer.needs(loyalty.LoyaltyCreate).patch("/event-types/:key", u.UpdateEventType)
	offer.needs(loyalty.LoyaltyCreate).delete("/event-types/:key", u.DeleteEventType)
	offer.needs(loyalty.CustomersRead).get("/user/:user_id/points", u.Points)
	offer.needs(loyalty.CustomersRead).get("/user/:user_id/points/history", u.PointsHistory)
	offer.needs(loyalty.LoyaltyCreate).post("/events", u.RecordEvent)

	pageRoutes(app, d, sessions)
}

// program admits what calls with an API key.
func program(d Deps) []fiber.Handler {
	access := d.Services.Access
	return []fiber.Handler{
		auth.Bearer(access.Authenticate), auth.Limit(d.RateLimit), onlyJSON, respond.Idempotent(auth.Actor, access.SaveRefusal),
	}
}

// visitor admits every browser, and finds out whether somebody has signed in.
func visitor(sessions *auth.Sessions) []fiber.Handler {
	return []fiber.Handler{compressed, sessions.Load, ownLanguage, auth.SameSite()}
}

// surface is a set of routes that admit the same callers.
type surface struct {
	at     fiber.Router
	admits []fiber.Handler
}

// needs is s for callers that hold scope, whatever they send: the services ask
// for it as well, but only once they are asked.
func (s surface) needs(scope loyalty.Scope) surface {
	return surface{s.at, append(slices.Clip(s.admits), auth.Needs(scope))}
}

func (s surface) get(path string, h fiber.Handler)    { s.at.Get(path, s.with(h)...) }
func (s surface) post(path string, h fiber.Handler)   { s.at.Post(path, s.with(h)...) }
func (s surface) put(path string, h fiber.Handler)    { s.at.Put(path, s.with(h)...) }
func (s surface) patch(path string, h fiber.Handler)  { s.at.Patch(path, s.with(h)...) }
func (s surface) delete(path string, h fiber.Handler) { s.at.Delete(path, s.with(h)...) }

func (s surface) with(h fiber.Handler) []fiber.Handler {
	return append(append([]fiber.Handler{}, s.admits...), h)
}
