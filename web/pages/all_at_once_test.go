package pages_test

import (
	"net/url"
	"slices"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// Who has made several mistakes in a form is told all of them at once, beside
// the fields: what can't be read, and what can be read and may not be.
func TestFormsNameEveryMistakeAtOnce(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	owner := &caller{s: r.Server, agent: "Chrome/140.0"}
	owner.signIn(webtest.Password).Want(t, 303, "")
	programs, err := r.Services.Programs.List(t.Context(), r.System())
	if err != nil {
		t.Fatal(err)
	}
	program := programs[0]
	people, err := r.Services.Access.AllStaff(t.Context(), r.System())
	if err != nil {
		t.Fatal(err)
	}
	cashier := people[slices.IndexFunc(people, func(s loyalty.Staff) bool { return s.Role == loyalty.Cashier })]
	for name, tt := range map[string]struct {
		path   string
		filled url.Values // as the page draws it, and what is typed over it
		wrong  []string
	}{
		"the rules": {"/program/" + program.ID.String(), url.Values{"pointsPerCurrencyUnit": {"ten"}, "currencyPerPoint": {"0"}, "pointsExpireAfterDays": {"0"}, "claimWindowDays": {"900"}},
			[]string{"pointsPerCurrencyUnit", "currencyPerPoint", "pointsExpireAfterDays", "claimWindowDays"}},
		"a new program": {"/program/new", url.Values{"name": {""}, "pointsPerCurrencyUnit": {"ten"}, "currencyPerPoint": {"0"}},
			[]string{"name", "pointsPerCurrencyUnit", "currencyPerPoint"}},
		"the ladder": {"/program/" + program.ID.String() + "/tiers", url.Values{"tiers[1].minPoints": {"many"}, "tiers[2].multiplier": {"99"}, "tiers[3].name": {""}},
			[]string{"tiers[1].minPoints", "tiers[2].multiplier", "tiers[3].name"}},
		"a reward": {"/rewards/new", url.Values{"name": {"A coffee"}, "type": {"perk"}, "pointsCost": {"0"}, "stockRemaining": {"lots"}, "maxPerCustomer": {"0"}, "startsAt": {"soon"}},
			[]string{"pointsCost", "stockRemaining", "maxPerCustomer", "startsAt"}},
		"an event": {"/program/events/new", url.Values{"name": {""}, "eventKey": {"A Review"}, "mode": {"fixed"}, "points": {"many"}, "maxPerCustomerPerDay": {"0"}},
			[]string{"name", "eventKey", "points", "maxPerCustomerPerDay"}},
		"the detection settings": {"/anomalies/settings", url.Values{"rapid_earning.orders": {"some"}, "limit_hugging.approval_limit": {"-1"}},
			[]string{"rapid_earning.orders", "limit_hugging.approval_limit"}},
		"a key":    {"/settings/keys/new", url.Values{"name": {""}, "expiresAt": {"soon"}}, []string{"name", "expiresAt"}},
		"a store":  {"/stores/new", url.Values{"name": {""}, "from1": {"noon"}, "to1": {"23:00"}, "timeZone": {"Here"}}, []string{"name", "timeZone", "from1"}},
		"a person": {"/staff/" + cashier.ID.String(), url.Values{"name": {""}, "guest": {"+51 900 000 000"}}, []string{"name", "guest"}},
	} {
		doc := document(t, owner.send("GET", tt.path, nil))
		form := filled(doc.Find(`main form[action="` + tt.path + `"]`))
		for field, value := range tt.filled {
			form[field] = value
		}
		back := owner.send("POST", tt.path, form).Want(t, 422, "")
		back.Status = 200
		var got []string
		doc = document(t, back)
		doc.Find("main [aria-invalid=true]").Each(func(_ int, in *goquery.Selection) { got = append(got, in.AttrOr("name", "")) })
		slices.Sort(got)
		slices.Sort(tt.wrong)
		if !slices.Equal(slices.Compact(got), tt.wrong) {
			t.Errorf("%s names %q, want %q: %s", name, got, tt.wrong, words(doc.Find("main [role=alert]")))
		}
	}
	if settings, err := r.Services.Anomalies.Detectors(t.Context(), r.System()); err != nil || !slices.ContainsFunc(settings, func(d service.Detector) bool { return d.On }) {
		t.Errorf("the detectors are %+v, %v", settings, err)
	}
}

// filled is what a form would send as it was drawn.
func filled(form *goquery.Selection) url.Values {
	out := url.Values{}
	form.Find("input, select, textarea").Each(func(_ int, in *goquery.Selection) {
		name, kind := in.AttrOr("name", ""), in.AttrOr("type", "")
		_, checked := in.Attr("checked")
		switch {
		case name == "" || (kind == "checkbox" || kind == "radio") && !checked:
		case in.Is("select"):
			out.Add(name, in.Find("option[selected]").AttrOr("value", ""))
		case in.Is("textarea"):
			out.Add(name, in.Text())
		default:
			out.Add(name, in.AttrOr("value", ""))
		}
	})
	return out
}
