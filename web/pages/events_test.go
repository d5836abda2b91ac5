package pages_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"regulars/internal/service"
)

// A pause that an app has set in seconds is shown in seconds, and saving the
// form leaves it as it is; whole minutes are minutes.
func TestEventPauseKeepsItsSeconds(t *testing.T) {
	t.Parallel()
	s, _ := restaurant(t)
	p := signIn(t, s, "owner@trattoria.test")
	for _, tc := range []struct {
		key           string
		seconds       int64
		shown, listed string
	}{
		{"rate", 90, "90", "90 seconds apart"},
		{"look", 30, "30", "30 seconds apart"},
		{"visit", 120, "2", "2 minutes apart"},
	} {
		made, err := s.Services.EventTypes.Create(t.Context(), s.System(), service.CreateEventType{Key: tc.key, Fields: service.EventTypeFields{
			Name: service.Given("Event " + tc.key), Mode: service.Given("fixed"), Points: service.Given(int64(5)), CooldownSeconds: service.Given(tc.seconds),
		}})
		if err != nil {
			t.Fatal(err)
		}
		if list := p.do("GET", "/program/events", nil).Body; !strings.Contains(list, tc.listed) {
			t.Errorf("%q isn't in %s", tc.listed, list)
		}
		path := "/program/events/" + made.ID.String()
		form := p.do("GET", path, nil).Body
		if !strings.Contains(form, `value="`+tc.shown+`"`) {
			t.Errorf("%q isn't in %s", tc.shown, form)
		}
		sent := url.Values{
			"csrf": {field(form, "csrf")}, "key": {field(form, "key")}, "name": {"Renamed " + tc.key}, "mode": {"fixed"}, "points": {"5"}, "isActive": {"on"},
			"cooldownSeconds": {tc.shown}, "pauseUnit": {field(form, "pauseUnit")},
		}
		if r := p.do("POST", path, sent); r.Status != 303 {
			t.Fatalf("status %d: %s", r.Status, r.Body)
		}
		saved, err := s.Services.EventTypes.Get(t.Context(), s.System(), made.ID.String())
		if want := time.Duration(tc.seconds) * time.Second; err != nil || saved.Cooldown != want || saved.Name != "Renamed "+tc.key {
			t.Errorf("%s has a pause of %s, want %s (%v)", saved.Name, saved.Cooldown, want, err)
		}
	}
}
