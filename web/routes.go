package web

import (
	"slices"

	"github.com/gofiber/fiber/v2"

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
	org.post("/customers", o.CreateCustomer)
	org.get("/customers", o.ListCustomers)
	org.get("/customers/:id", o.Customer)
	org.patch("/customers/:id", o.UpdateCustomer)
	org.delete("/customers/:id", o.DeleteCustomer)
	org.get("/customers/:id/transactions", o.CustomerTransactions)
	org.get("/customers/:id/export", o.ExportCustomer)
	org.post("/customers/:id/anonymize", o.AnonymizeCustomer)
	org.post("/customers/:id/award-points", o.AwardPoints)
	org.post("/customers/:id/adjust-points", o.AdjustPoints)
	org.get("/programs", o.Programs)
	org.post("/programs", o.CreateProgram)
	org.get("/programs/:id", o.Program)
	org.patch("/programs/:id", o.UpdateProgram)
	org.delete("/programs/:id", o.DeleteProgram)
	org.put("/programs/:id/tiers", o.PutLadder)
	org.post("/tiers", o.CreateTier)
	org.patch("/tiers/:id", o.UpdateTier)
	org.delete("/tiers/:id", o.DeleteTier)
	org.get("/rewards", o.Rewards)
	org.post("/rewards", o.CreateReward)
	org.patch("/rewards/:id", o.UpdateReward)
	org.delete("/rewards/:id", o.DeleteReward)
	org.post("/rewards/:id/redeem", o.Redeem)
	org.post("/redemptions/:id/fulfill", o.Fulfill)
	org.post("/redemptions/:id/cancel", o.Cancel)
	org.get("/stats", o.GetStats)
	org.get("/analytics", o.Analytics)

	// /v1/stores/{store_id}: one store of the organization.
	till, t := surface{app.Group("/v1/stores/:store_id"), append(api, auth.AtStore(access.AtStore))}, storeapi.Handlers{Services: d.Services}
	till.get("/loyalty-programs", t.Programs)
	till.post("/loyalty-programs", t.CreateProgram)
	till.get("/loyalty-programs/:id", t.Program)
	till.patch("/loyalty-programs/:id", t.UpdateProgram)
	till.get("/loyalty/rewards", t.Rewards)
	till.post("/loyalty/earn", t.Earn)
	till.post("/loyalty/redeem", t.Redeem)
	till.get("/loyalty/customers/:id", t.Customer)
	till.get("/loyalty/transactions", t.Transactions)
	till.get("/loyalty/anomalies", t.Anomalies)
	till.get("/loyalty/anomalies/:id", t.Anomaly)
	till.patch("/loyalty/anomalies/:id", t.ReviewAnomaly)
	till.post("/orders", t.CreateOrder)
	till.get("/orders", t.Orders)
	till.get("/orders/:id", t.Order)
	till.patch("/orders/:id", t.UpdateOrder)

	// /v1/offer(s), /v1/user, /v1/events: one user, who is a customer.
	offer, u := surface{app.Group("/v1"), api}, offerapi.Handlers{Services: d.Services}
	offer.get("/offers", u.Offers)
	offer.post("/offer/redeem", u.Redeem)
	offer.post("/user/:user_id/offer/:offer_id/redeem", u.RedeemFor)
	offer.get("/event-types", u.EventTypes)
	offer.post("/event-types", u.CreateEventType)
	offer.get("/event-types/:key", u.EventType)
	offer.patch("/event-types/:key", u.UpdateEventType)
	offer.delete("/event-types/:key", u.DeleteEventType)
	offer.get("/user/:user_id/points", u.Points)
	offer.get("/user/:user_id/points/history", u.PointsHistory)
	offer.post("/events", u.RecordEvent)

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
	return []fiber.Handler{sessions.Load, ownLanguage, auth.SameSite()}
}

// surface is a set of routes that admit the same callers.
type surface struct {
	at     fiber.Router
	admits []fiber.Handler
}

func (s surface) get(path string, h fiber.Handler)    { s.at.Get(path, s.with(h)...) }
func (s surface) post(path string, h fiber.Handler)   { s.at.Post(path, s.with(h)...) }
func (s surface) put(path string, h fiber.Handler)    { s.at.Put(path, s.with(h)...) }
func (s surface) patch(path string, h fiber.Handler)  { s.at.Patch(path, s.with(h)...) }
func (s surface) delete(path string, h fiber.Handler) { s.at.Delete(path, s.with(h)...) }

func (s surface) with(h fiber.Handler) []fiber.Handler {
	return append(append([]fiber.Handler{}, s.admits...), h)
}
