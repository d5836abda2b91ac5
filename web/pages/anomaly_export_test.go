package pages_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// What is downloaded of cases speaks the reader's language: how bad it is, who
// was erased and why a case was dismissed; a guest's own data too.
func TestCasesAreExportedInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	guest := ids["María García"]
	stores, err := s.Services.Access.Stores(t.Context(), s.System())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		if _, err := s.Services.Ledger.Submit(t.Context(), s.System(), service.SubmitOrder{
			StoreID: stores[0].ID, ExternalID: fmt.Sprint("H-", i), Customer: service.CustomerRef{ID: guest}, Total: 3500, Status: loyalty.OrderCompleted,
		}); err != nil {
			t.Fatal(err)
		}
	}
	s.Services.Anomalies.Examined(t.Context(), 20*time.Second)
	rows, _, err := s.Services.Anomalies.List(t.Context(), s.System(), loyalty.AnomalyFilter{CustomerID: guest}, loyalty.Page{Number: 1, Size: 5})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d cases, %v", len(rows), err)
	}
	p := signIn(t, s, "owner@trattoria.test")
	p.cookies["lang"] = "es"
	var data struct {
		Anomalies []struct{ Description string }
	}
	if err := json.Unmarshal([]byte(p.do("GET", "/customers/"+guest.String()+"/export", nil).Want(t, 200, "").Body), &data); err != nil ||
		len(data.Anomalies) != 1 || !strings.Contains(data.Anomalies[0].Description, "pedidos en") {
		t.Errorf("the guest's data say %+v, %v", data, err)
	}
	if _, err := s.Services.Anomalies.Decide(t.Context(), s.System(), service.DecideAnomaly{AnomalyID: rows[0].ID, Status: loyalty.Dismissed, Note: "Honest customer, known to us — Ours"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Services.Customers.Anonymize(t.Context(), s.System(), service.AnonymizeCustomer{ID: guest}); err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string][]string{
		"en": {"Medium", "Anonymous", "Honest customer, known to us — Ours"}, "es": {"Media", "Anónimo", "Cliente honesto, lo conocemos — Ours"},
	} {
		p.cookies["lang"] = lang
		file := p.do("GET", "/anomalies/export.csv?status=all", nil).Want(t, 200, "")
		csv := file.Body
		if kind := file.Header.Get("Content-Type"); kind != "text/csv; charset=utf-8" {
			t.Errorf("the file is said to be %s", kind)
		}
		for _, words := range want {
			if !strings.Contains(csv, words) {
				t.Errorf("%s: no %q in\n%s", lang, words, csv)
			}
		}
	}
}
