package orgapi_test

import (
	"strings"
	"testing"

	"regulars/internal/loyalty"
	"regulars/web/webtest"
)

const theReference = `{"name":"María García","email":"maria@example.com","phone":"+51987654321","birthDate":"1990-05-15"}`

func TestCustomerAsInTheReference(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	made := s.Do("POST", "/v1/loyalty/customers", key, theReference).Want(t, 201, "")
	id := made.Text(t, "data", "id")
	if made.Text(t, "data", "phone") != "+51987654321" || made.Text(t, "data", "birth_date") != "1990-05-15" || made.Text(t, "data", "organization_id") != s.Org.ID.String() {
		t.Error(made.Body)
	}
	again := s.Do("POST", "/v1/loyalty/customers", key, `{"name":"M.","phone":"+51 987-654-321"}`).Want(t, 200, "")
	if again.Text(t, "data", "id") != id || again.Text(t, "data", "name") != "María García" {
		t.Error(again.Body)
	}
	for _, search := range []string{"maria", "MAR%C3%8DA", "garc", "example.com", "987+654+321", "%2B51987654321", "4321"} {
		found := s.Do("GET", "/v1/loyalty/customers?search="+search+"&page=1&limit=20", key, "").Want(t, 200, "")
		if found.Text(t, "data", "pagination", "total") != "1" || found.Text(t, "data", "customers", 0, "id") != id {
			t.Errorf("search %s: %s", search, found.Body)
		}
	}
	s.Do("POST", "/v1/loyalty/customers", key, "{\"name\":\"Mar\xeda\"}").Want(t, 400, "BAD_REQUEST") // Latin-1
	s.Do("GET", "/v1/loyalty/customers?limit=101", key, "").Want(t, 400, "VALIDATION_ERROR")
	s.Do("GET", "/v1/loyalty/customers?page=0", key, "").Want(t, 400, "VALIDATION_ERROR")
	s.Do("GET", "/v1/loyalty/customers?search="+strings.Repeat("a", 256), key, "").Want(t, 400, "VALIDATION_ERROR")
	detail := s.Do("GET", "/v1/loyalty/customers/"+id, key, "").Want(t, 200, "")
	if len(detail.At(t, "data", "recentTransactions").([]any)) != 0 { //nolint:errcheck // the contract says it is a list
		t.Error(detail.Body)
	}
	s.Do("GET", "/v1/loyalty/customers/cust_"+id, key, "").Want(t, 200, "")
	s.Do("GET", "/v1/loyalty/customers/rwd_"+id, key, "").Want(t, 404, "NOT_FOUND")
	s.Do("GET", "/v1/loyalty/customers/nobody", key, "").Want(t, 404, "NOT_FOUND")
	s.Do("GET", "/v1/loyalty/customers/"+id+"/transactions?page=1&limit=20", key, "").Want(t, 200, "")
	s.Do("GET", "/v1/loyalty/customers/"+id+"/transactions?type=gift", key, "").Want(t, 400, "VALIDATION_ERROR")
	s.Do("DELETE", "/v1/loyalty/customers/"+id, key, "").Want(t, 200, "")
	s.Do("GET", "/v1/loyalty/customers/"+id, key, "").Want(t, 404, "NOT_FOUND")
}

func TestCustomerChanges(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	id := s.Do("POST", "/v1/loyalty/customers", key, theReference).Text(t, "data", "id")
	s.Do("POST", "/v1/loyalty/customers", key, `{"name":"Other","phone":"987 111 222","externalId":"crm-2","email":null}`).Want(t, 201, "")
	changed := s.Do("PATCH", "/v1/loyalty/customers/"+id, key, `{"email":null,"phone":"+51 900 111 222","marketingOptIn":true}`).Want(t, 200, "")
	if changed.At(t, "data", "email") != nil || changed.Text(t, "data", "name") != "María García" || changed.At(t, "data", "marketing_opt_in") != true {
		t.Error(changed.Body)
	}
	s.Do("PATCH", "/v1/loyalty/customers/"+id, key, `{"name":null}`).Want(t, 400, "VALIDATION_ERROR")
	s.Do("PATCH", "/v1/loyalty/customers/"+id, key, `{"externalId":"crm-2"}`).Want(t, 409, "CONFLICT")
	s.Do("PATCH", "/v1/loyalty/customers/"+id, key, `{"nmae":"x"}`).Want(t, 400, "BAD_REQUEST")
	s.Do("GET", "/v1/loyalty/customers/"+id+"/export", key, "").Want(t, 200, "")
	gone := s.Do("POST", "/v1/loyalty/customers/"+id+"/anonymize", key, "").Want(t, 200, "")
	if gone.Text(t, "data", "name") != "Anonymous" || gone.At(t, "data", "phone") != nil || strings.Contains(gone.Body, "1990") {
		t.Error(gone.Body)
	}
	s.Do("POST", "/v1/loyalty/customers/"+id+"/anonymize", key, "").Want(t, 409, "CONFLICT")
	s.Do("POST", "/v1/loyalty/programs", key, `{"name":"Lume Club"}`).Want(t, 201, "")
	s.Do("POST", "/v1/loyalty/customers/"+id+"/award-points", key, `{"points":5,"reason":"Sorry"}`).Want(t, 409, "CONFLICT")
	s.Do("POST", "/v1/stores/"+s.Store.ID.String()+"/loyalty/earn", key, `{"customer_id":"`+id+`","points":5,"reason":"Sorry"}`).Want(t, 409, "CONFLICT")
	all := s.Do("POST", "/v1/loyalty/customers", key, `{"name":"","email":"x","phone":"-","birthDate":"15.05.1990"}`).Want(t, 400, "VALIDATION_ERROR")
	if details := all.At(t, "error", "details").([]any); len(details) != 4 { //nolint:errcheck // the contract says it is a list
		t.Error(all.Body)
	}
}

func TestMergeAndUnmerge(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key, api := s.Key(), "/v1/loyalty/customers"
	s.Do("POST", "/v1/loyalty/programs", key, `{"name":"Rewards"}`).Want(t, 201, "")
	one := s.Do("POST", api, key, theReference).Text(t, "data", "id")
	two := s.Do("POST", api, key, `{"name":"Maria Garcia","phone":"987 111 222","externalId":"crm-2"}`).Text(t, "data", "id")
	s.Do("POST", api+"/"+two+"/award-points", key, `{"points":600,"reason":"hello"}`).Want(t, 201, "")
	body := `{"sourceCustomerId":"cust_` + two + `"}`
	merged := s.Do("POST", api+"/"+one+"/merge", key, body, "Idempotency-Key", "m").Want(t, 200, "")
	if merged.Text(t, "data", "id") != one || merged.Text(t, "data", "loyalty", "points_balance") != "600" || merged.Text(t, "data", "external_id") != "crm-2" {
		t.Error(merged.Body)
	}
	if again := s.Do("POST", api+"/"+one+"/merge", key, body, "Idempotency-Key", "m").Want(t, 200, ""); again.Body != merged.Body {
		t.Error(again.Body)
	}
	s.Do("POST", api+"/"+one+"/merge", key, body).Want(t, 409, "CONFLICT")
	s.Do("POST", api+"/"+one+"/merge", key, `{"sourceCustomerId":"`+one+`"}`).Want(t, 400, "VALIDATION_ERROR")
	s.Do("POST", api+"/"+one+"/merge", key, `{}`).Want(t, 400, "VALIDATION_ERROR")
	s.Do("POST", api+"/"+one+"/merge", key, `{"sourceCustomerId":"rwd_`+two+`"}`).Want(t, 404, "NOT_FOUND")
	if detail := s.Do("GET", api+"/"+two, key, "").Want(t, 200, ""); detail.Text(t, "data", "id") != one || detail.Text(t, "data", "loyalty", "tier_name") != "Silver" {
		t.Error(detail.Body)
	}
	if rows := s.Do("GET", api+"/"+one+"/transactions?type=transfer", key, "").Want(t, 200, ""); rows.Text(t, "data", "pagination", "total") != "2" {
		t.Error(rows.Body)
	}
	parted := s.Do("POST", api+"/"+two+"/unmerge", key, "").Want(t, 200, "")
	if parted.Text(t, "data", "customer", "id") != one || parted.Text(t, "data", "restored", "id") != two || parted.Text(t, "data", "restored", "loyalty", "points_balance") != "600" {
		t.Error(parted.Body)
	}
	s.Do("POST", api+"/"+one+"/unmerge", key, `{"sourceCustomerId":"`+two+`"}`).Want(t, 409, "CONFLICT")
}

// The same key gives the same answer, byte for byte, and one customer.
func TestCreateCustomerOnce(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	body := `{"name":"No Phone"}`
	first := s.Do("POST", "/v1/loyalty/customers", key, body, "Idempotency-Key", "k1").Want(t, 201, "")
	second := s.Do("POST", "/v1/loyalty/customers", key, body, "Idempotency-Key", "k1").Want(t, 201, "")
	if first.Body != second.Body || second.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("first %s, second %s", first.Body, second.Body)
	}
	s.Do("POST", "/v1/loyalty/customers", key, `{"name":"Another"}`, "Idempotency-Key", "k1").Want(t, 422, "IDEMPOTENCY_KEY_REUSED")
	list := s.Do("GET", "/v1/loyalty/customers", key, "").Want(t, 200, "")
	if list.Text(t, "data", "pagination", "total") != "1" {
		t.Error(list.Body)
	}
}

func TestCustomerScopes(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	id := s.Do("POST", "/v1/loyalty/customers", s.Key(loyalty.CustomersCreate), theReference).Want(t, 201, "").Text(t, "data", "id")
	other := s.Key(loyalty.LoyaltyRead)
	_, stranger := s.Other()
	for _, r := range [][3]string{
		{"POST", "", theReference}, {"GET", "", ""}, {"GET", "/" + id, ""}, {"PATCH", "/" + id, `{}`}, {"DELETE", "/" + id, ""},
		{"GET", "/" + id + "/transactions", ""}, {"GET", "/" + id + "/export", ""}, {"POST", "/" + id + "/anonymize", ""},
		{"POST", "/" + id + "/merge", `{"sourceCustomerId":"018f2f3b-2222-7f0a-b1c4-52e8a9d06b31"}`}, {"POST", "/" + id + "/unmerge", ""},
	} {
		s.Do(r[0], "/v1/loyalty/customers"+r[1], other, r[2]).Want(t, 403, "FORBIDDEN")
		s.Do(r[0], "/v1/loyalty/customers"+r[1], "", r[2]).Want(t, 401, "UNAUTHORIZED")
		if strings.Contains(r[1], id) {
			s.Do(r[0], "/v1/loyalty/customers"+r[1], stranger, r[2]).Want(t, 404, "NOT_FOUND")
		}
	}
	// What the references show on the other two surfaces.
	key := s.Key()
	status := s.Do("GET", "/v1/stores/"+s.Store.ID.String()+"/loyalty/customers/cust_"+id, key, "").Want(t, 200, "")
	if status.Text(t, "customer_id") != "cust_"+id {
		t.Error(status.Body)
	}
	s.Do("GET", "/v1/user/"+id+"/points", key, "").Want(t, 200, "")
	s.Do("GET", "/v1/user/"+id+"/points/history?page=1", key, "").Want(t, 200, "")
	s.Do("GET", "/v1/user/"+id+"/points", stranger, "").Want(t, 404, "NOT_FOUND")
	s.Do("GET", "/v1/user/nobody/points", key, "").Want(t, 404, "NOT_FOUND")
}

// The code that a guest came with is kept, given back and forgotten with the
// guest; whoever sends none, or null, has none.
func TestReferralCode(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key, api := s.Key(), "/v1/loyalty/customers"
	made := s.Do("POST", api, key, `{"name":"Ana","phone":"+51987654321","referralCode":" AMIGA-7 "}`).Want(t, 201, "")
	id := made.Text(t, "data", "id")
	if made.Text(t, "data", "referral_code") != "AMIGA-7" || s.Do("GET", api+"/"+id, key, "").Text(t, "data", "referral_code") != "AMIGA-7" {
		t.Error(made.Body)
	}
	if again := s.Do("POST", api, key, `{"name":"Ana","phone":"+51 987-654-321","referralCode":"OTHER"}`).Want(t, 200, ""); again.Text(t, "data", "referral_code") != "AMIGA-7" {
		t.Errorf("who is found stays as is: %s", again.Body)
	}
	s.Undescribed = true // these are wrong on purpose
	for _, bad := range []string{`"` + strings.Repeat("é", 65) + `"`, `5`, `"a\nb"`, `"a\u0000"`, `{}`} {
		s.Do("POST", api, key, `{"name":"Bo","referralCode":`+bad+`}`).Want(t, 400, "VALIDATION_ERROR")
		s.Do("PATCH", api+"/"+id, key, `{"referralCode":`+bad+`}`).Want(t, 400, "VALIDATION_ERROR")
	}
	s.Undescribed = false
	s.Do("PATCH", api+"/"+id, key, `{"name":"Ana B."}`).Want(t, 200, "")
	if out := s.Do("GET", api+"/"+id+"/export", key, "").Want(t, 200, ""); out.Text(t, "data", "customer", "referral_code") != "AMIGA-7" {
		t.Errorf("exported: %s", out.Body)
	}
	two := s.Do("POST", api, key, `{"name":"Ana again","referralCode":null}`).Want(t, 201, "")
	if two.At(t, "data", "referral_code") != nil {
		t.Error(two.Body)
	}
	into := s.Do("POST", api+"/"+two.Text(t, "data", "id")+"/merge", key, `{"sourceCustomerId":"`+id+`"}`).Want(t, 200, "")
	back := s.Do("POST", api+"/"+two.Text(t, "data", "id")+"/unmerge", key, `{}`).Want(t, 200, "")
	if into.Text(t, "data", "referral_code") != "AMIGA-7" || back.At(t, "data", "customer", "referral_code") != nil || back.Text(t, "data", "restored", "referral_code") != "AMIGA-7" {
		t.Errorf("merged: %s\nparted: %s", into.Body, back.Body)
	}
	if gone := s.Do("POST", api+"/"+id+"/anonymize", key, "").Want(t, 200, ""); gone.At(t, "data", "referral_code") != nil {
		t.Error(gone.Body)
	}
	s.Do("PATCH", api+"/"+two.Text(t, "data", "id"), key, `{"referralCode":null}`).Want(t, 200, "")
}

// A name that nobody can see is none; one in whatever script, or with joiners
// and marks in it, is kept as it is.
func TestNamesCanBeSeen(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	key := s.Key()
	for name, status := range map[string]int{
		"\u200b": 400, "\ufeff\u200b \u2060": 400, "\u202e": 400, "محمد علي": 201, "👩‍👩‍👧‍👦": 201, "a\u0301\u200d": 201, "名": 201, "-": 201,
	} {
		r := s.Do("POST", "/v1/loyalty/customers", key, `{"name":"`+name+`"}`)
		if r.Status != status || status == 201 && r.Text(t, "data", "name") != name {
			t.Errorf("%q: %d %s", name, r.Status, r.Body)
		}
	}
}
