package pages_test

import (
	"strings"
	"testing"
)

// Whoever has signed in and gets to where there is nothing, or nothing for
// them, keeps the navigation; a stranger sees none and gets no session.
func TestErrorsKeepTheWayOn(t *testing.T) {
	t.Parallel()
	s, _ := restaurant(t)
	cashier := signIn(t, s, "cashier@trattoria.test")
	const nav = `href="/redemptions"`
	for _, tc := range []struct {
		who    *person
		path   string
		status int
		says   string
		framed bool
	}{
		{cashier, "/nothing-here", 404, "The address may be mistyped", true},
		{cashier, "/orders/nothing/here?q=", 404, "The address may be mistyped", true},
		{cashier, "/setup", 404, "The address may be mistyped", true},
		{cashier, "/customers/019eae36-af80-7000-86f4-f150c0eccbf6", 404, "There is no such customer", true},
		{cashier, "/transactions", 403, "Ask an owner", true},
		{cashier, "/v1/nothing", 404, `"NOT_FOUND"`, false},
		{&person{s: s, cookies: map[string]string{}}, "/nothing-here", 404, "The address may be mistyped", false},
		{&person{s: s, cookies: map[string]string{"session": "made-up"}}, "/nothing-here", 404, "The address may be mistyped", false},
	} {
		got := tc.who.do("GET", tc.path, nil)
		if got.Status != tc.status || !strings.Contains(got.Body, tc.says) || strings.Contains(got.Body, nav) != tc.framed {
			t.Errorf("%s: status %d, want %d; says %q: %t; with navigation: %t, want %t", tc.path, got.Status, tc.status,
				tc.says, strings.Contains(got.Body, tc.says), strings.Contains(got.Body, nav), tc.framed)
		}
		if !tc.framed && got.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: a stranger gets a session", tc.path)
		}
	}
	if got := cashier.do("DELETE", "/till", nil); got.Status != 405 {
		t.Errorf("a method that the page doesn't take: %d, want 405", got.Status)
	}
}
