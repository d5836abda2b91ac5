package main

import (
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/valyala/fasthttp"
)

// work is one kind of request that is measured.
type work struct {
	name        string
	connections []int
	limit       string // the script of what PostgreSQL alone manages; "" for none
	alone       bool   // the limit is reached by one connection, as all wait for one row
	make        request
}

// spread is how many connections most work is measured over.
var spread = []int{1, 8, 32}

// everything is the work, in the order it is measured.
var everything = []work{
	{name: "award", connections: spread, limit: "award.sql", make: func(s *server, r *rand.Rand, req *fasthttp.Request) {
		s.award(req, s.db.someone(r), r)
	}},
	{name: "order", connections: spread, limit: "order.sql", make: order},
	{name: "redeem", connections: spread, limit: "redeem.sql", make: func(s *server, r *rand.Rand, req *fasthttp.Request) {
		s.redeem(req, 1+r.IntN(hotReward-1), r)
	}},
	{name: "redeem, one reward", connections: []int{8, 32}, limit: "hot_reward.sql", make: func(s *server, r *rand.Rand, req *fasthttp.Request) {
		s.redeem(req, hotReward, r)
	}},
	{name: "award, one customer", connections: []int{32}, limit: "hot_customer.sql", alone: true,
		make: func(s *server, r *rand.Rand, req *fasthttp.Request) { s.award(req, s.db.customer(7), r) }},
	{name: "look-up by phone", connections: spread, limit: "key.sql", make: func(s *server, r *rand.Rand, req *fasthttp.Request) {
		s.get(req, "/v1/loyalty/customers?search=%2B"+phone(1 + r.IntN(s.db.Customers))[1:])
	}},
	{name: "search: common name", connections: spread, make: find("maria")},
	{name: "search: rare name", connections: spread, make: find("quackenbush")},
	{name: "search: two letters", connections: spread, make: find("ma")},
	{name: "customer", connections: spread, make: of("/v1/loyalty/customers/", "")},
	{name: "stats", connections: spread, make: at("/v1/loyalty/stats")},
	{name: "analytics", connections: spread, make: at("/v1/loyalty/analytics")},
	{name: "home page", connections: spread, make: at("/")},
	{name: "customer page", connections: spread, make: of("/customers/", "")},
	{name: "till page", connections: spread, make: of("/till/", "")},
	{name: "till preview", connections: spread, make: of("/till/", "/preview?total=25.50")},
	{name: "customers, page 1", connections: spread, make: at("/customers?page=1")},
	{name: "customers, page 10,000", connections: spread, make: func(s *server, _ *rand.Rand, req *fasthttp.Request) {
		s.get(req, "/customers?page="+strconv.Itoa(min(10_000, s.db.Customers/25)))
	}},
	{name: "transactions page", connections: spread, make: at("/transactions")},
	{name: "transactions: adjustments", connections: spread, make: at("/transactions?type=adjust")},
	{name: "orders: cancelled", connections: spread, make: at("/orders?status=cancelled")},
}

// someone is a customer from before the first transaction, who has points.
func (w world) someone(r *rand.Rand) string {
	return w.customer(1 + r.IntN(w.Customers*(customerDays-ledgerDays)/customerDays))
}

func (s *server) get(req *fasthttp.Request, path string) {
	req.SetRequestURI(s.url + path)
	req.Header.Set("Authorization", "Bearer "+s.db.Key)
	if s.cookie != "" {
		req.Header.Set("Cookie", s.cookie)
	}
}

func (s *server) post(req *fasthttp.Request, path, body string, r *rand.Rand) {
	s.get(req, path)
	req.Header.SetMethod(fasthttp.MethodPost)
	req.Header.SetContentType("application/json")
	req.Header.Set("Idempotency-Key", strconv.FormatUint(r.Uint64(), 36)+strconv.FormatInt(time.Now().UnixNano(), 36))
	req.SetBodyString(body)
}

func (s *server) award(req *fasthttp.Request, customer string, r *rand.Rand) {
	s.post(req, "/v1/loyalty/customers/"+customer+"/award-points", `{"points":1,"reason":"Birthday points"}`, r)
}

func (s *server) redeem(req *fasthttp.Request, reward int, r *rand.Rand) {
	s.post(req, "/v1/loyalty/rewards/"+rewardID(reward)+"/redeem", `{"customerId":"`+s.db.someone(r)+`"}`, r)
}

func order(s *server, r *rand.Rand, req *fasthttp.Request) {
	id := strconv.FormatUint(r.Uint64(), 36) + strconv.FormatInt(time.Now().UnixNano(), 36)
	s.post(req, "/v1/stores/store_"+storeID(r.IntN(stores))+"/orders",
		`{"id":"H-`+id+`","customer_id":"`+s.db.someone(r)+`","total":"0.10","status":"completed"}`, r)
}

func find(text string) request { return at("/v1/loyalty/customers?search=" + text) }

func at(path string) request {
	return func(s *server, _ *rand.Rand, req *fasthttp.Request) { s.get(req, path) }
}

// of asks for something of any customer.
func of(before, after string) request {
	return func(s *server, r *rand.Rand, req *fasthttp.Request) { s.get(req, before+s.db.someone(r)+after) }
}
