package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// quirina is a guest whose details are found by searching for them.
var quirina = []string{"Quirina", "Zebulon", "987000333", "987000444", "1991-07-13", "crm-77-q", "quinoa-allergy"}

// tracesOf names every table that has something of the person in it.
func tracesOf(t *testing.T, s *webtest.Server, of []string) (found []string) {
	t.Helper()
	rows, err := s.DB.SQL.QueryContext(t.Context(), `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	for _, table := range tables {
		var all string
		q := fmt.Sprintf(`SELECT coalesce(string_agg(x::text, E'\n'), '') FROM %s x`, table)
		if err := s.DB.SQL.QueryRowContext(t.Context(), q).Scan(&all); err != nil {
			t.Fatal(err)
		}
		for _, text := range of {
			// Bytes print in hexadecimal.
			for _, as := range []string{strings.ToLower(text), fmt.Sprintf("%x", text)} {
				if i := strings.Index(strings.ToLower(all), as); i >= 0 {
					found = append(found, fmt.Sprintf("%s has %s: %.120s", table, text, all[i:]))
				}
			}
		}
	}
	return found
}

// A guest to whom everything happened that can, by every way in, is erased, and
// nothing of the guest is left in any table or in the log. What was sold stays.
func TestErasedEverywhere(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	x := furnish(t, s)
	guest, twin := lived(t, s, x)
	if found := tracesOf(t, s, quirina); len(found) < 7 {
		t.Fatalf("only %q before, so finding nothing after would prove nothing", found)
	}
	const sold = `SELECT sum(sales)::text || ' in ' || sum(orders) FROM daily_stats`
	before := text(t, s, sold)
	for _, id := range []string{guest, twin} {
		if res := s.Do("DELETE", "/v1/loyalty/customers/"+id, s.Key(), ""); res.Status/100 != 2 {
			t.Fatalf("erase: %d %s", res.Status, res.Body)
		}
	}
	if found := tracesOf(t, s, quirina); len(found) > 0 {
		t.Errorf("left behind:\n%s", strings.Join(found, "\n"))
	}
	log := strings.ToLower(s.Logged())
	for _, of := range quirina {
		if strings.Contains(log, strings.ToLower(of)) {
			t.Errorf("%s is in the log", of)
		}
	}
	if after := text(t, s, sold); after != before {
		t.Errorf("sold %s, before %s", after, before)
	}
	holds(t, s)
}

func text(t *testing.T, s *webtest.Server, query string) (out string) {
	t.Helper()
	if err := s.DB.SQL.QueryRowContext(t.Context(), query).Scan(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// holds fails the test unless everything that is promised of the ledger holds.
func holds(t *testing.T, s *webtest.Server) {
	t.Helper()
	v, err := s.Services.Stats.Verify(t.Context(), s.System())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range v.Proofs {
		if p.Differences > 0 {
			t.Errorf("%s: %d differences, %v", p.Name, p.Differences, p.Examples)
		}
	}
}

// lived gives Quirina a past, and an account that turns out to be hers as well.
func lived(t *testing.T, s *webtest.Server, x *things) (guest, twin string) {
	t.Helper()
	key, n := s.Key(), 0
	api := func(method, path, body string) webtest.Response {
		t.Helper()
		n++
		res := s.Do(method, "/v1"+path, key, body, "Idempotency-Key", fmt.Sprint("life-", n))
		if res.Status/100 != 2 {
			t.Fatalf("%s %s: %d %s", method, path, res.Status, res.Body)
		}
		return res
	}
	bare := func(id string) string { return strings.TrimPrefix(id, "cust_") }
	file := upload(t, s, "name,phone,external_id,birth_date\nQuirina Zebulon,+51 987 000 333,crm-77-q,1991-07-13\nQuirina Bad,nobody@quirina.example,,1991-07-13\n")
	m, err := s.Services.Imports.Get(t.Context(), s.System(), file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.Services.Imports.Check(t.Context(), s.System(), service.CheckImport{ID: file, Layout: m.Layout}); err == nil {
		err = s.Services.Imports.Work(t.Context(), s.Org.ID, file)
	}
	if err == nil {
		_, err = s.Services.Imports.Start(t.Context(), s.System(), service.StartImport{ID: file, SkipBad: true})
	}
	if err == nil {
		err = s.Services.Imports.Work(t.Context(), s.Org.ID, file)
	}
	if err != nil {
		t.Fatal(err)
	}
	made := s.Do("GET", "/v1/loyalty/customers?search=crm-77-q", key, "")
	if !strings.Contains(made.Body, "Quirina") {
		made = s.Do("GET", "/v1/loyalty/customers?search=quirina", key, "")
	}
	guest = bare(made.Text(t, "data", "customers", 0, "id"))
	twin = bare(api("POST", "/loyalty/customers", `{"name":"Quirina Zebulon-Twin","phone":"+51987000444","email":"quirina@zebulon.example"}`).Text(t, "data", "id"))
	api("PATCH", "/loyalty/customers/"+guest, `{"email":"q@zebulon.example","name":"Quirina Zebulon the First"}`)
	api("POST", "/stores/"+x.store.String()+"/orders", `{"id":"77","customer":{"phone":"+51987000333","name":"Quirina Z"},"total":80,"status":"completed","items":[{"name":"Soup for Quirina","quantity":1,"price":80}]}`)
	api("POST", "/loyalty/customers/"+guest+"/award-points", `{"points":300,"reason":"Sorry, Quirina"}`)
	given := api("POST", "/loyalty/customers/"+twin+"/award-points", `{"points":30,"reason":"For Quirina"}`).Text(t, "data", "transaction", "id")
	api("POST", "/loyalty/customers/"+guest+"/adjust-points", `{"amount":-1,"reason":"Quirina counted wrong"}`)
	api("POST", "/loyalty/rewards/"+x.reward.String()+"/redeem", `{"customerId":"`+guest+`","hold":true}`)
	api("POST", "/user/"+guest+"/offer/"+x.reward.String()+"/redeem", `{"metadata":{"note":"quinoa-allergy"}}`)
	api("POST", "/events", `{"userId":"crm-77-q","event":"`+eventKey+`"}`)
	s.DB.Exec(t, `UPDATE anomalies SET customer_id = $1`, guest)
	byHand(t, s, x, guest, twin, given)
	return guest, twin
}

// byHand is what staff did for Quirina at the dashboard.
func byHand(t *testing.T, s *webtest.Server, x *things, guest, twin, given string) {
	t.Helper()
	b := signedIn(t, s, ownerEmail)
	n := 0
	do := func(path string, form url.Values, want int) {
		t.Helper()
		if n++; form.Get("key") == "" {
			form.Set("key", fmt.Sprint("by-hand-", n))
		}
		if res := b.do("POST", path, form); res.Status != want {
			t.Fatalf("%s: %d %.300s", path, res.Status, res.Body)
		}
	}
	given = strings.TrimPrefix(given, string(loyalty.PrefixTransaction))
	do("/customers/search", url.Values{"search": {"quirina"}}, 200)
	do("/till", url.Values{"q": {"987000333"}}, 200)
	do("/till/"+guest+"/award", url.Values{"total": {"20"}, "reason": {"Quirina again"}}, 303)
	do("/customers/"+guest+"/card", url.Values{}, 303)
	do("/customers/"+guest+"/edit", url.Values{"name": {"Quirina Zebulon"}, "phone": {"+51987000333"}, "externalId": {"crm-77-q"}, "birthDate": {"1991-07-13"}}, 303)
	do("/customers/"+guest+"/adjust", url.Values{"amount": {"3"}, "reason": {"Quirina was right"}}, 303)
	do("/customers/"+guest+"/freeze", url.Values{"reason": {"Quirina asked"}}, 303)
	do("/customers/"+guest+"/unfreeze", url.Values{"reason": {"Quirina asked"}}, 303)
	do("/customers/"+twin+"/move/"+given+"/"+guest, url.Values{"reason": {"It was Quirina"}}, 303)
	do("/customers/"+guest+"/merge/"+twin, url.Values{"reason": {"It is Quirina"}}, 303)
	do("/customers/"+guest+"/unmerge/"+twin, url.Values{"reason": {"It isn't Quirina"}}, 303)
	do("/anomalies/"+x.anomaly.String()+"/decide", url.Values{"decision": {"comment"}, "note": {"Asked Quirina"}}, 303)
	do("/anomalies/"+x.anomaly.String()+"/decide", url.Values{"decision": {"confirm"}, "note": {"Quirina explained it"}}, 303)
}
