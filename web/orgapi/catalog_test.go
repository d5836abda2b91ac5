package orgapi_test

import (
	"fmt"
	"strings"
	"testing"

	"regulars/internal/loyalty"
	"regulars/web/webtest"
)

const api = "/v1/loyalty"

// program creates one and returns its id.
func program(t *testing.T, s *webtest.Server, key, body string) string {
	t.Helper()
	return s.Do("POST", api+"/programs", key, body).Want(t, 201, "").Text(t, "data", "id")
}

// member enrolls a guest with lifetime points in the active program.
func member(t *testing.T, s *webtest.Server, key, name string, points int) string {
	t.Helper()
	id := loyalty.NewID(s.Clock.Now()).String()
	s.DB.Exec(t, `INSERT INTO customers (organization_id, id, name, name_fold, search, created_at, updated_at)
		VALUES ($1, $2, $3, lower($3), lower($3), now(), now())`, s.Org.ID.String(), id, name)
	s.DB.Exec(t, `SELECT enroll($1, $2, gen_random_uuid(), p.id, t.id, now(), current_date)
		FROM programs p JOIN tiers t ON t.program_id = p.id AND t.min_points = 0 WHERE p.organization_id = $1 AND p.is_active`, s.Org.ID.String(), id)
	if points > 0 {
		s.Do("POST", api+"/customers/"+id+"/award-points", key, fmt.Sprintf(`{"points":%d,"reason":"Welcome"}`, points)).Want(t, 201, "")
	}
	return id
}

func TestProgramDefaults(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	made := s.Do("POST", api+"/programs", key, `{"name":"VIP Rewards"}`).Want(t, 201, "")
	for path, want := range map[string]string{
		"points_per_currency_unit": "1", "currency_per_point": "100", "tier_downgrade": "never", "negative_balance": "refuse",
		"claim_window_days": "7", "version": "1", "created_at": "2026-03-10T12:00:00.000Z", "organization_id": s.Org.ID.String(),
	} {
		if got := made.Text(t, "data", path); got != want {
			t.Errorf("%s = %s, want %s", path, got, want)
		}
	}
	for i, want := range []string{"Bronze 0 100", "Silver 500 110", "Gold 2000 125", "Platinum 5000 150"} {
		got := made.Text(t, "data", "tiers", i, "name") + " " + made.Text(t, "data", "tiers", i, "min_points") + " " + made.Text(t, "data", "tiers", i, "multiplier")
		if got != want {
			t.Errorf("tier %d is %s, want %s", i, got, want)
		}
	}
	active := 0
	list := s.Do("GET", api+"/programs", key, "").Want(t, 200, "")
	for i := range strings.Count(list.Body, `"is_active"`) {
		if list.At(t, "data", i, "is_active") == true {
			active++
		}
	}
	if active != 1 || list.Text(t, "data", 0, "id") != made.Text(t, "data", "id") {
		t.Errorf("%d programs are active, the first must be: %s", active, list.Body)
	}
}

func TestProgramUpdate(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	id := program(t, s, key, `{"name":"A","pointsPerCurrencyUnit":"0.0001","currencyPerPoint":1}`)
	one := api + "/programs/" + id
	got := s.Do("PATCH", one, key, `{"pointsPerCurrencyUnit":10.5,"pointsExpireAfterDays":365,"tierDowngrade":"on_reversal","negativeBalance":"allow","claimWindowDays":0}`).Want(t, 200, "")
	if got.Text(t, "data", "points_per_currency_unit") != "10.5" || got.Text(t, "data", "points_expire_after_days") != "365" || got.Text(t, "data", "version") != "2" {
		t.Errorf("%s", got.Body)
	}
	got = s.Do("PATCH", one, key, `{"pointsExpireAfterDays":null}`).Want(t, 200, "")
	if got.At(t, "data", "points_expire_after_days") != nil {
		t.Errorf("%s", got.Body)
	}
	if again := s.Do("PATCH", one, key, `{}`).Want(t, 200, ""); again.Body != got.Body {
		t.Errorf("an empty change: %s", again.Body)
	}
	for _, body := range []string{
		`{"pointsExpireAfterDays":0}`, `{"claimWindowDays":366}`, `{"name":null}`, `{"name":""}`, `{"pointsPerCurrencyUnit":0}`,
		`{"pointsPerCurrencyUnit":-1}`, `{"pointsPerCurrencyUnit":1.00001}`, `{"pointsPerCurrencyUnit":1000001}`, `{"currencyPerPoint":0}`,
		`{"currencyPerPoint":1.5}`, `{"tierDowngrade":"yes"}`, `{"isActive":"yes"}`,
	} {
		if refused := s.Do("PATCH", one, key, body).Want(t, 400, "VALIDATION_ERROR"); strings.Count(refused.Body, `"field"`) != 1 {
			t.Errorf("%s: %s", body, refused.Body)
		}
	}
	s.Do("PATCH", one, key, `{"pointsPerUnit":1}`).Want(t, 400, "BAD_REQUEST")
	if s.Do("GET", one, key, "").Want(t, 200, "").Body != got.Body {
		t.Error("a refused change changed something")
	}
}

func TestProgramIsMadeOnceForAKey(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	first := s.Do("POST", api+"/programs", key, `{"name":"A"}`, "Idempotency-Key", "k1").Want(t, 201, "")
	again := s.Do("POST", api+"/programs", key, `{"name":"A"}`, "Idempotency-Key", "k1").Want(t, 201, "")
	if again.Body != first.Body || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("again: %v %s", again.Header, again.Body)
	}
	s.Do("POST", api+"/programs", key, `{"name":"B"}`, "Idempotency-Key", "k1").Want(t, 422, "IDEMPOTENCY_KEY_REUSED")
	if n := strings.Count(s.Do("GET", api+"/programs", key, "").Body, `"name":"A"`); n != 1 {
		t.Errorf("%d programs of that name", n)
	}
}

func TestDeleteProgramWithMembers(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	id := program(t, s, key, `{"name":"A"}`)
	member(t, s, key, "Ada", 0)
	s.Do("DELETE", api+"/programs/"+id, key, "").Want(t, 409, "CONFLICT")
	program(t, s, key, `{"name":"B"}`)
	if got := s.Do("DELETE", api+"/programs/loy_"+id, key, "").Want(t, 200, "").Body; got != `{"success":true,"data":{"deleted":true}}` {
		t.Error(got)
	}
	s.Do("GET", api+"/programs/"+id, key, "").Want(t, 404, "NOT_FOUND")
}

func TestTiersByTheAPI(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	id := program(t, s, key, `{"name":"A"}`)
	member(t, s, key, "Ada", 1500)
	added := s.Do("POST", api+"/tiers", key, `{"programId":"`+id+`","name":"Copper","minPoints":1000,"multiplier":120,"benefits":"A table by the window"}`).Want(t, 201, "")
	if added.Text(t, "data", "membersMoved", "up") != "1" || added.Text(t, "data", "benefits") != "A table by the window" {
		t.Error(added.Body)
	}
	tier := api + "/tiers/" + added.Text(t, "data", "id")
	changed := s.Do("PATCH", tier, key, `{"minPoints":1600,"benefits":null}`).Want(t, 200, "")
	if changed.Text(t, "data", "membersMoved", "down") != "1" || changed.At(t, "data", "benefits") != nil {
		t.Error(changed.Body)
	}
	for _, bad := range []string{`{"minPoints":500}`, `{"name":"Gold"}`, `{"multiplier":99}`, `{"multiplier":1001}`, `{"minPoints":-1}`, `{"name":null}`} {
		s.Do("PATCH", tier, key, bad).Want(t, 400, "VALIDATION_ERROR")
	}
	if got := s.Do("DELETE", tier, key, "").Want(t, 200, "").Body; got != `{"success":true,"data":{"deleted":true,"membersMoved":{"total":0,"up":0,"down":0}}}` {
		t.Error(got)
	}
	s.Do("DELETE", tier, key, "").Want(t, 404, "NOT_FOUND")
	s.Do("POST", api+"/tiers", key, `{"name":"X","minPoints":1,"multiplier":100}`).Want(t, 400, "VALIDATION_ERROR")
	bronze := s.Do("GET", api+"/programs/"+id, key, "").Text(t, "data", "tiers", 0, "id")
	s.Do("DELETE", api+"/tiers/"+bronze, key, "").Want(t, 409, "CONFLICT")
	s.Do("PATCH", api+"/tiers/"+bronze, key, `{"minPoints":1}`).Want(t, 400, "VALIDATION_ERROR")
}

func TestWholeLadderByTheAPI(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	id := program(t, s, key, `{"name":"A"}`)
	ada := member(t, s, key, "Ada", 550)
	ladder := api + "/programs/" + id + "/tiers"
	const body = `{"tiers":[{"name":"Bronze","minPoints":0,"multiplier":100},{"name":"Silver","minPoints":600,"multiplier":110},{"name":"New","minPoints":5,"multiplier":105}]}`
	dry := s.Do("PUT", ladder+"?dryRun=true", key, body).Want(t, 200, "")
	if dry.At(t, "data", "dryRun") != true || dry.At(t, "data", "tiers", 1, "id") != nil || dry.Text(t, "data", "tiers", 2, "name") != "Silver" ||
		dry.Text(t, "data", "moves", 0, "customer_id") != ada || dry.Text(t, "data", "moves", 0, "to_tier") != "New" {
		t.Error(dry.Body)
	}
	if n := strings.Count(s.Do("GET", api+"/programs/"+id, key, "").Body, `"min_points"`); n != 4 {
		t.Errorf("%d tiers after a dry run", n)
	}
	real := s.Do("PUT", ladder, key, body).Want(t, 200, "")
	if real.Text(t, "data", "membersMoved", "total") != "1" || real.Text(t, "data", "membersMoved", "down") != "1" || real.Text(t, "data", "moves", 0, "from_tier") != "Silver" {
		t.Error(real.Body)
	}
	s.Do("PUT", ladder+"?dryRun=maybe", key, body).Want(t, 400, "VALIDATION_ERROR")
	s.Do("PUT", ladder, key, `{}`).Want(t, 400, "VALIDATION_ERROR")
	s.Do("PUT", ladder, key, `{"tiers":[{"name":"A","minPoints":1,"multiplier":100}]}`).Want(t, 400, "VALIDATION_ERROR")
	s.Do("PUT", ladder, key, `{"tiers":[{"name":"A","minPoints":0,"multiplier":100,"perks":1}]}`).Want(t, 400, "BAD_REQUEST")
	s.Do("PUT", ladder, key, `{"tiers":[{"id":"`+ada+`","name":"A","minPoints":0,"multiplier":100}]}`).Want(t, 404, "NOT_FOUND")
}

func TestRewardsByTheAPI(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	id := program(t, s, key, `{"name":"A"}`)
	made := s.Do("POST", api+"/rewards", key, `{"programId":"`+id+`","name":"10% Off Next Order","pointsCost":1000,"discountType":"percentage","discountValue":10}`).Want(t, 201, "")
	if made.Text(t, "data", "type") != "discount" || made.At(t, "data", "store_ids") != nil || made.At(t, "data", "stock_remaining") != nil {
		t.Error(made.Body)
	}
	one := api + "/rewards/" + made.Text(t, "data", "id")
	silver := s.Do("GET", api+"/programs/"+id, key, "").Text(t, "data", "tiers", 1, "id")
	got := s.Do("PATCH", one, key, `{"description":"Not on Fridays","stockRemaining":50,"maxPerCustomer":2,"minTierId":"tier_`+silver+
		`","startsAt":"2026-03-10T07:00:00-05:00","expiresAt":"2027-01-01T00:00:00Z","storeIds":["store_`+s.Store.ID.String()+`"],"isActive":false}`).Want(t, 200, "")
	for path, want := range map[string]string{
		"stock_remaining": "50", "max_per_customer": "2", "min_tier_id": silver, "starts_at": "2026-03-10T12:00:00.000Z", "description": "Not on Fridays",
	} {
		if v := got.Text(t, "data", path); v != want {
			t.Errorf("%s = %s, want %s", path, v, want)
		}
	}
	got = s.Do("PATCH", one, key, `{"stockRemaining":null,"maxPerCustomer":null,"minTierId":null,"startsAt":null,"expiresAt":null,"storeIds":null,"description":null}`).Want(t, 200, "")
	for _, path := range []string{"stock_remaining", "max_per_customer", "min_tier_id", "starts_at", "expires_at", "store_ids", "description"} {
		if v := got.At(t, "data", path); v != nil {
			t.Errorf("%s = %v, want null", path, v)
		}
	}
	everything := s.Do("POST", api+"/rewards", key, `{"programId":"`+id+`","name":"","pointsCost":0,"type":"gift","discountType":"half","discountValue":0,
		"stockRemaining":-1,"maxPerCustomer":0,"storeIds":[]}`).Want(t, 400, "VALIDATION_ERROR")
	if n := strings.Count(everything.Body, `"field"`); n != 8 {
		t.Errorf("%d problems, want 8: %s", n, everything.Body)
	}
	s.Do("POST", api+"/rewards", key, `{"programId":"`+s.Org.ID.String()+`","name":"A","pointsCost":1,"type":"perk"}`).Want(t, 404, "NOT_FOUND")
	if got := s.Do("DELETE", one, key, "").Want(t, 200, "").Body; got != `{"success":true,"data":{"deleted":true,"deactivated":false}}` {
		t.Error(got)
	}
	s.Do("PATCH", one, key, `{"name":"B"}`).Want(t, 404, "NOT_FOUND")
}

func TestDeletingARedeemedRewardDeactivatesIt(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	id := program(t, s, key, `{"name":"A"}`)
	ada := member(t, s, key, "Ada", 100)
	reward := s.Do("POST", api+"/rewards", key, `{"programId":"`+id+`","name":"Coffee","pointsCost":100,"type":"free_item","itemName":"Espresso"}`).Want(t, 201, "").Text(t, "data", "id")
	s.Do("POST", api+"/rewards/"+reward+"/redeem", key, `{"customerId":"`+ada+`"}`).Want(t, 201, "")
	if got := s.Do("DELETE", api+"/rewards/"+reward, key, "").Want(t, 200, "").Body; got != `{"success":true,"data":{"deleted":false,"deactivated":true}}` {
		t.Error(got)
	}
	list := s.Do("GET", api+"/rewards", key, "").Want(t, 200, "")
	if list.At(t, "data", 0, "is_active") != false || list.Text(t, "data", 0, "times_redeemed") != "1" {
		t.Error(list.Body)
	}
}

func TestCatalogScopesAndTenants(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	id := program(t, s, key, `{"name":"A"}`)
	tier := s.Do("GET", api+"/programs/"+id, key, "").Text(t, "data", "tiers", 1, "id")
	reward := s.Do("POST", api+"/rewards", key, `{"programId":"`+id+`","name":"Coffee","pointsCost":100,"type":"perk"}`).Want(t, 201, "").Text(t, "data", "id")
	_, other := s.Other()
	reader, till := s.Key(loyalty.LoyaltyRead), s.Key(loyalty.OrdersCreate)
	for _, x := range []struct{ method, path, body string }{
		{"PATCH", "/programs/" + id, `{"name":"B"}`}, {"DELETE", "/programs/" + id, ""},
		{"PUT", "/programs/" + id + "/tiers", `{"tiers":[{"name":"A","minPoints":0,"multiplier":100}]}`},
		{"PUT", "/programs/" + id + "/tiers?dryRun=true", `{"tiers":[{"name":"A","minPoints":0,"multiplier":100}]}`},
		{"POST", "/tiers", `{"programId":"` + id + `","name":"X","minPoints":7,"multiplier":100}`},
		{"PATCH", "/tiers/" + tier, `{"name":"B"}`}, {"DELETE", "/tiers/" + tier, ""},
		{"POST", "/rewards", `{"programId":"` + id + `","name":"X","pointsCost":1,"type":"perk"}`},
		{"PATCH", "/rewards/" + reward, `{"name":"B"}`}, {"DELETE", "/rewards/" + reward, ""},
	} {
		s.Do(x.method, api+x.path, other, x.body).Want(t, 404, "NOT_FOUND")
		refused := s.Do(x.method, api+x.path, reader, x.body).Want(t, 403, "FORBIDDEN")
		if !strings.Contains(refused.Body, "loyalty:create") {
			t.Errorf("%s %s doesn't name the scope: %s", x.method, x.path, refused.Body)
		}
	}
	for _, path := range []string{"/programs", "/programs/" + id, "/rewards"} {
		s.Do("GET", api+path, reader, "").Want(t, 200, "")
		s.Do("GET", api+path, till, "").Want(t, 403, "FORBIDDEN")
	}
	s.Do("GET", api+"/programs/"+id, other, "").Want(t, 404, "NOT_FOUND")
}

// A program with a past is kept, and the refusal is about the program.
func TestProgramWithRedeemedRewardsIsKept(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	first := program(t, s, key, `{"name":"First"}`)
	ana := member(t, s, key, "Ana", 100)
	reward := s.Do("POST", api+"/rewards", key, `{"programId":"`+first+`","name":"Tea","pointsCost":5,"type":"perk"}`).Want(t, 201, "").Text(t, "data", "id")
	s.Do("POST", api+"/rewards/"+reward+"/redeem", key, `{"customerId":"`+ana+`"}`).Want(t, 201, "")
	program(t, s, key, `{"name":"Second"}`) // takes the members over
	r := s.Do("DELETE", api+"/programs/"+first, key, "").Want(t, 409, "CONFLICT")
	if got := r.Text(t, "error", "message"); !strings.Contains(got, "program") {
		t.Error(got)
	}
	s.Do("GET", api+"/programs/"+first, key, "").Want(t, 200, "")
}
