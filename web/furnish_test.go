package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// things are one organization's.
type things struct {
	store, program, tier, reward, customer, second, transaction, redemption, order, anomaly, event, key, staff, file, bulk loyalty.ID
}

const eventKey = "review"

// furnish gives the server's organization one of everything.
func furnish(t testing.TB, s *webtest.Server) *things {
	t.Helper()
	x := &things{store: s.Store.ID}
	key := s.Key()
	org := func(method, path, body string) webtest.Response {
		return s.Do(method, "/v1/loyalty"+path, key, body).Want(t, 201, "")
	}
	id := func(text string) loyalty.ID {
		_, bare, found := strings.Cut(text, "_")
		if !found {
			bare = text
		}
		id, ok := loyalty.ParseID(bare)
		if !ok {
			t.Fatalf("%q is no id", text)
		}
		return id
	}
	program := org("POST", "/programs", `{"name":"Rewards"}`)
	x.program, x.tier = id(program.Text(t, "data", "id")), id(program.Text(t, "data", "tiers", 0, "id"))
	x.reward = id(org("POST", "/rewards", `{"programId":"`+x.program.String()+`","name":"Nonna's torta","pointsCost":10,"type":"free_item","itemName":"Torta"}`).Text(t, "data", "id"))
	made, err := s.Services.Customers.Create(t.Context(), s.System(), service.CreateCustomer{Name: "Ada", ExternalID: "ada"})
	if err != nil {
		t.Fatal(err)
	}
	x.customer = made.ID
	x.second = id(org("POST", "/customers", `{"name":"Bob"}`).Text(t, "data", "id"))
	x.transaction = id(org("POST", "/customers/"+x.customer.String()+"/award-points", `{"points":100,"reason":"hello"}`).Text(t, "data", "transaction", "id"))
	x.redemption = id(org("POST", "/rewards/"+x.reward.String()+"/redeem", `{"customerId":"`+x.customer.String()+`","hold":true}`).Text(t, "data", "redemption", "id"))
	till := "/v1/stores/" + s.Store.ID.String()
	x.order = id(s.Do("POST", till+"/orders", key, `{"id":"1","customer_id":"`+x.customer.String()+`","total":5,"status":"completed"}`).Want(t, 201, "").Text(t, "id"))
	s.Do("POST", "/v1/event-types", key, `{"key":"`+eventKey+`","name":"Review","mode":"fixed","points":5}`).Want(t, 201, "")
	x.bulk = id(s.Do("POST", till+"/loyalty/earn/bulk", key, `{"customer_ids":["`+x.second.String()+`"],"points":1,"reason":"hello"}`).Want(t, 202, "").Text(t, "id"))
	x.staff = s.Owner.ID
	x.anomaly = loyalty.NewID(s.Clock.Now())
	s.DB.Exec(t, `
		INSERT INTO anomalies (organization_id, id, customer_id, store_id, type, severity, score, description, points_involved, case_key, status, flagged_at, last_at, updated_at)
		VALUES ($1, $2, $3, $4, 'rapid_earning', 'high', 0.9, 'x', 5, 'x', 'pending_review', $5, $5, $5)`,
		s.Org.ID.String(), x.anomaly.String(), x.customer.String(), x.store.String(), s.Clock.Now())
	const ids = `SELECT (SELECT id FROM event_types), (SELECT id FROM api_keys LIMIT 1)`
	if err := s.DB.SQL.QueryRowContext(t.Context(), ids).Scan(&x.event, &x.key); err != nil {
		t.Fatal(err)
	}
	x.file = upload(t, s, "name,phone\nCy,+51 987 654 399\n")
	return x
}

// upload sends a file of guests, which waits to have its columns confirmed.
func upload(t testing.TB, s *webtest.Server, file string) loyalty.ID {
	t.Helper()
	in := s.Services.Imports
	m, err := in.Begin(t.Context(), s.System(), service.BeginImport{Kind: loyalty.ImportCustomers, FileName: "guests.csv", Size: int64(len(file))})
	if err == nil {
		err = in.AddPiece(t.Context(), s.System(), m.ID, 0, []byte(file))
	}
	if err == nil {
		_, err = in.Received(t.Context(), s.System(), m.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m.ID
}

// path fills a route's pattern in with the ids of x, or with ids of nothing.
func path(r fiber.Route, x *things) string {
	parts := strings.Split(r.Path, "/")
	for i, part := range parts {
		word, ok := words[part]
		switch {
		case !strings.HasPrefix(part, ":"):
		case ok:
			parts[i] = word
		case x == nil:
			parts[i] = loyalty.NewID(time.Now()).String()
		default:
			parts[i] = x.named(part, parts[i-1])
		}
	}
	return strings.ReplaceAll(strings.Join(parts, "/"), "*", "x")
}

// words are what stands in a path that is no id.
var words = map[string]string{":form": "edit", ":decision": "dismiss", ":n": "0"}

func (x *things) named(param, under string) string {
	switch param {
	case ":other":
		return x.second.String()
	case ":transaction":
		return x.transaction.String()
	}
	ids := map[string]loyalty.ID{
		"stores": x.store, "programs": x.program, "loyalty-programs": x.program, "tiers": x.tier, "rewards": x.reward, "offer": x.reward,
		"customers": x.customer, "user": x.customer, "redemptions": x.redemption, "orders": x.order,
		"program": x.program, "till": x.customer, "redeem": x.reward, "events": x.event, "anomalies": x.anomaly, "keys": x.key,
		"staff": x.staff, "pins": x.staff, "import": x.file, "bulk": x.bulk, "give": x.bulk,
	}
	if under == "event-types" {
		return eventKey
	}
	if id, ok := ids[under]; ok {
		return id.String()
	}
	return x.customer.String() // of a thing that furnish makes none of: not an id of its kind
}

// bodyFor is a body that names the things of x, as far as bodies name things.
func bodyFor(r fiber.Route, x *things) string {
	if r.Method == fiber.MethodGet || r.Method == fiber.MethodDelete {
		return ""
	}
	bodies := map[string]string{
		"/award-points":   `{"points":1,"reason":"x"}`,
		"/adjust-points":  `{"amount":1,"reason":"x"}`,
		"/merge":          `{"sourceCustomerId":"` + x.second.String() + `"}`,
		"/unmerge":        `{"sourceCustomerId":"` + x.second.String() + `"}`,
		"/rewards":        `{"programId":"` + x.program.String() + `","name":"Mine","pointsCost":1,"type":"perk"}`,
		"/tiers":          `{"programId":"` + x.program.String() + `","name":"Mine","minPoints":7,"multiplier":100}`,
		"/loyalty/earn":   `{"customer_id":"` + x.customer.String() + `","points":1,"reason":"x"}`,
		"/earn/bulk":      `{"customer_ids":["` + x.customer.String() + `"],"points":1,"reason":"x"}`,
		"/loyalty/redeem": `{"customer_id":"` + x.customer.String() + `","reward_id":"` + x.reward.String() + `"}`,
		"/offer/redeem":   `{"userId":"` + x.customer.String() + `","offerId":"` + x.reward.String() + `"}`,
		"/events":         `{"userId":"ada","event":"` + eventKey + `"}`,
		"/orders":         `{"id":"1","customer_id":"` + x.customer.String() + `","total":5,"status":"completed"}`,
		"/orders/:id":     `{"status":"cancelled"}`,
		"/rewards/:id":    `{"name":"Mine"}`,
		"/tiers/:id":      `{"name":"Mine"}`,
		"/programs/:id":   `{"name":"Mine"}`,
		"/customers/:id":  `{"name":"Mine"}`,
	}
	if strings.HasSuffix(r.Path, "/rewards/:id/redeem") {
		return `{"customerId":"` + x.customer.String() + `"}`
	}
	longest := ""
	for suffix := range bodies {
		if strings.HasSuffix(r.Path, suffix) && len(suffix) > len(longest) {
			longest = suffix
		}
	}
	if longest == "" {
		return `{}`
	}
	return bodies[longest]
}

// tables is all that the server's organization has, as text.
func tables(t testing.TB, s *webtest.Server) (text string) {
	t.Helper()
	for _, table := range []string{"customers", "enrollments", "transactions", "rewards", "programs", "tiers", "redemptions", "orders", "event_types", "anomalies",
		"stores", "staff", "api_keys", "imports", "bulk_awards", "bulk_award_parts", "cards", "merges", "lots", "audit_log"} {
		var rows string
		// When a key was last used is noted in the background, whenever that has time.
		q := "SELECT coalesce(string_agg(x::text, E'\\n' ORDER BY x::text), '') FROM (SELECT to_jsonb(x) - 'last_used_at' AS x FROM " + table + " x WHERE organization_id = $1) x"
		if err := s.DB.SQL.QueryRowContext(t.Context(), q, s.Org.ID.String()).Scan(&rows); err != nil {
			t.Fatal(err)
		}
		text += table + "\n" + rows + "\n"
	}
	return text
}
