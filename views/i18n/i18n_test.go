package i18n_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/views/i18n"
)

func reader(lang string) context.Context { return i18n.With(context.Background(), lang, time.UTC) }

func TestLangFollowsTheReader(t *testing.T) {
	tests := []struct{ asked, want string }{
		{"en", "en"}, {"es", "es"}, {"es-ES", "es"}, {"es-MX,es;q=0.9,en;q=0.8", "es"},
		{"fr-FR,fr;q=0.9", "en"}, {"fr,es;q=0.5", "es"}, {"", "en"}, {"not a language;;", "en"},
	}
	for _, test := range tests {
		if got := i18n.Lang(reader(test.asked)); got != test.want {
			t.Errorf("Lang for %q is %q, want %q", test.asked, got, test.want)
		}
	}
	if got := i18n.Lang(context.Background()); got != "en" {
		t.Errorf("Lang without a reader is %q, want en", got)
	}
}

func TestTextsAndPlurals(t *testing.T) {
	en, es, spain := reader("en"), reader("es"), reader("es-ES")
	tests := []struct{ name, got, want string }{
		{"english", i18n.T(en, "Sign out"), "Sign out"},
		{"spanish", i18n.T(es, "Sign out"), "Cerrar sesión"},
		{"with an argument", i18n.T(es, "Reference: %s", "a1"), "Referencia: a1"},
		{"missing text stays english", i18n.T(es, "No such text"), "No such text"},
		{"percent sign without arguments", i18n.T(en, "100% sure"), "100% sure"},
		{"one", i18n.N(en, "%d day ago", "%d days ago", 1), "1 day ago"},
		{"none", i18n.N(en, "%d day ago", "%d days ago", 0), "0 days ago"},
		{"many, grouped", i18n.N(en, "%d day ago", "%d days ago", 1200), "1,200 days ago"},
		{"one in spanish", i18n.N(es, "%d day ago", "%d days ago", 1), "hace 1 día"},
		{"many in spanish", i18n.N(es, "%d day ago", "%d days ago", int64(2)), "hace 2 días"},
		{"many in spain", i18n.N(spain, "%d day ago", "%d days ago", 12000), "hace 12.000 días"},
		{"a thousand million and one", i18n.N(en, "%d day ago", "%d days ago", int64(1_000_000_001)), "1,000,000,001 days ago"},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("%s: %q, want %q", test.name, test.got, test.want)
		}
	}
}

func TestNumbersAndMoney(t *testing.T) {
	en, es, spain := reader("en"), reader("es"), reader("es-ES")
	tests := []struct{ name, got, want string }{
		{"number", i18n.Number(en, 1234567), "1,234,567"},
		{"negative", i18n.Number(en, -1234), "−1,234"},
		{"number in spain", i18n.Number(spain, 1234567), "1.234.567"},
		{"signed", i18n.Signed(en, 120), "+120"},
		{"signed, less", i18n.Signed(en, -120), "−120"},
		{"dollars", i18n.Money(en, 123450, "USD"), "$1,234.50"},
		{"cents", i18n.Money(en, 5, "USD"), "$0.05"},
		{"owed", i18n.Money(en, -5, "USD"), "−$0.05"},
		{"dollars in latin america", i18n.Money(es, 123450, "USD"), "$1,234.50"},
		{"euros in spain", i18n.Money(spain, 123450, "EUR"), "1.234,50\u00a0€"},
		{"no decimals", i18n.Money(en, 1234, "JPY"), "¥1,234"},
		{"three decimals", i18n.Money(en, 1234, "KWD"), "KWD\u00a01.234"},
		{"short", i18n.MoneyShort(en, 5000, "USD"), "$50"},
		{"short with cents", i18n.MoneyShort(en, 5050, "USD"), "$50.50"},
		{"in a field", i18n.MoneyInput(123450, "USD"), "1234.50"},
		{"share", i18n.Percent(en, 0.1844, 1), "18.4%"},
		{"share, round", i18n.Percent(es, 0.5, 1), "50\u00a0%"},
		{"compact", i18n.Compact(en, 12400), "12.4K"},
		{"compact, nearly a million", i18n.Compact(en, 999_960), "1M"},
		{"compact in spanish", i18n.Compact(es, 12400), "12.4\u00a0mil"},
		{"multiplier", i18n.Decimal(en, 1.50, 2), "1.5"},
		{"nothing below zero", i18n.Decimal(en, -0.001, 1), "0"},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("%s: %q, want %q", test.name, test.got, test.want)
		}
	}
}

func TestDatesAreTheStores(t *testing.T) {
	zone, err := time.LoadLocation("America/Mexico_City")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 11, 2, 5, 0, 0, time.UTC) // the evening of the 10th there
	en, es := i18n.With(context.Background(), "en", zone), i18n.With(context.Background(), "es", zone)
	tests := []struct{ name, got, want string }{
		{"day", i18n.Date(en, at), "Mar 10, 2026"},
		{"day in spanish", i18n.Date(es, at), "10 mar 2026"},
		{"day in britain", i18n.Date(i18n.With(context.Background(), "en-GB", zone), at), "10 Mar 2026"},
		{"short", i18n.ShortDate(en, at), "Mar 10"},
		{"long", i18n.LongDate(es, at), "martes, 10 de marzo de 2026"},
		{"month", i18n.Month(es, at), "marzo de 2026"},
		{"clock", i18n.Clock(en, at), "8:05 PM"},
		{"both", i18n.DateTime(es, at), "10 mar 2026, 20:05"},
		{"for machines", i18n.Machine(at), "2026-03-11T02:05:00Z"},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("%s: %q, want %q", test.name, test.got, test.want)
		}
	}
}

func TestAgo(t *testing.T) {
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	ctx := i18n.At(reader("en"), now)
	tests := []struct {
		ago  time.Duration
		want string
	}{
		{20 * time.Second, "just now"}, {60 * time.Second, "1 minute ago"}, {59 * time.Minute, "59 minutes ago"},
		{time.Hour, "1 hour ago"}, {23 * time.Hour, "23 hours ago"}, {24 * time.Hour, "1 day ago"},
		{29 * 24 * time.Hour, "29 days ago"}, {40 * 24 * time.Hour, "Jan 29, 2026"}, {-3 * 24 * time.Hour, "in 3 days"},
	}
	for _, test := range tests {
		if got := i18n.Ago(ctx, now.Add(-test.ago)); got != test.want {
			t.Errorf("%v ago: %q, want %q", test.ago, got, test.want)
		}
	}
}

func TestErrorsInTheReadersLanguage(t *testing.T) {
	i18n.Register("es", i18n.Catalog{"test: only %d left": "prueba: quedan %d", "test: too long": "prueba: muy largo"})
	es := reader("es")
	refused := fmt.Errorf("redeem: %w", loyalty.Errorf(loyalty.Conflict, loyalty.CodeOutOfStock, "test: only %d left", 1200))
	if got, want := i18n.Error(es, refused), "prueba: quedan 1,200"; got != want {
		t.Errorf("Error is %q, want %q", got, want)
	}
	if got := i18n.Error(es, errors.New("pq: password for root is wrong")); got != i18n.T(es, "Something went wrong on our side. Nothing was changed; please try again.") {
		t.Errorf("an unexpected error says %q", got)
	}
	if got := i18n.Error(es, nil); got != "" {
		t.Errorf("no error says %q", got)
	}
	var p loyalty.Problems
	p.Add("name", "test: too long")
	p.Add("name", "a second complaint")
	if got := i18n.Fields(es, p.Err())["name"]; got != "Prueba: muy largo" {
		t.Errorf("the field says %q", got)
	}
}

// A finding counts times, which are feminine in Spanish: 3.ª vez.
func TestFindingsCountTimes(t *testing.T) {
	const format = "A check was put on an account %s after it closed, the cashier's %s such in 28 days"
	got := i18n.Finding(reader("es"), format, []any{"2 hours", "3rd"}, "described")
	if want := "Una cuenta se asignó a un cliente 2 horas después de cerrarse; 3.ª vez de la misma persona de caja en 28 días"; got != want {
		t.Errorf("the finding says %q, want %q", got, want)
	}
}

func TestRegisterRefusesASecondMeaning(t *testing.T) {
	i18n.Register("es", i18n.Catalog{"test: twice": "dos veces"})
	i18n.Register("es", i18n.Catalog{"test: twice": "dos veces"})
	defer func() {
		if recover() == nil {
			t.Error("two translations of one text should panic")
		}
	}()
	i18n.Register("es", i18n.Catalog{"test: twice": "doble"})
}
