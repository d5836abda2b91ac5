package pages

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"regulars/internal/loyalty"
	"regulars/views/anomalies"
	"regulars/views/i18n"
)

// deeds are the actions of the audit log in words.
var deeds = map[string]string{
	"anomaly.decide": i18n.Mark("Decided a case"), "anomaly.settings": i18n.Mark("Changed the detection settings"),
	"anomaly.assign": i18n.Mark("Assigned a case"), "anomaly.comment": i18n.Mark("Commented on a case"),
	"anomaly.undo": i18n.Mark("Gave a case’s points again"), "anomaly.unfreeze": i18n.Mark("Lifted a case’s freeze"), "points.restore": i18n.Mark("Gave points again"),
	"card.issue": i18n.Mark("Gave out a membership card"), "card.revoke": i18n.Mark("Revoked a membership card"),
	"pin.set": i18n.Mark("Gave somebody a PIN"), "pin.remove": i18n.Mark("Removed a PIN"), "pin.lockout": i18n.Mark("Locked a PIN after wrong tries"),
	"session.unlock": i18n.Mark("Unlocked a shared till"), "demo.load": i18n.Mark("Loaded the demo restaurant"),
	"api_key.create": i18n.Mark("Made an API key"), "api_key.revoke": i18n.Mark("Revoked an API key"),
	"customer.anonymize": i18n.Mark("Erased a guest’s personal data"), "customer.create": i18n.Mark("Signed a guest up"),
	"customer.delete": i18n.Mark("Deleted a guest"), "customer.export": i18n.Mark("Exported a guest’s data"), "customers.export": i18n.Mark("Exported the list of guests"),
	"customer.freeze": i18n.Mark("Froze an account"), "customer.unfreeze": i18n.Mark("Unfroze an account"), "customer.update": i18n.Mark("Changed a guest"),
	"customer.merge": i18n.Mark("Merged two guests"), "customer.unmerge": i18n.Mark("Undid a merge"), "customer.apart": i18n.Mark("Told two guests apart"), "customer.alike": i18n.Mark("Put two guests back among the likely duplicates"), "points.move": i18n.Mark("Moved an award to another guest"),
	"event_type.create": i18n.Mark("Added an event"), "event_type.update": i18n.Mark("Changed an event"),
	"event_type.delete": i18n.Mark("Deleted an event"), "event_type.deactivate": i18n.Mark("Switched an event off"),
	"organization.create": i18n.Mark("Set the organization up"), "points.adjust": i18n.Mark("Corrected points"), "points.award": i18n.Mark("Gave points by hand"),
	"points.award_many": i18n.Mark("Asked for points for many guests"), "points.awarded_many": i18n.Mark("Gave many guests their points"),
	"points.undo_many": i18n.Mark("Asked to take many guests’ points back"), "points.undid_many": i18n.Mark("Took many guests’ points back"),
	"points.reverse": i18n.Mark("Took points back"), "program.create": i18n.Mark("Created a program"), "program.update": i18n.Mark("Changed the program"),
	"program.delete": i18n.Mark("Deleted a program"), "reward.create": i18n.Mark("Added a reward"), "reward.update": i18n.Mark("Changed a reward"),
	"reward.delete": i18n.Mark("Deleted a reward"), "reward.deactivate": i18n.Mark("Took a reward off the menu"),
	"session.begin": i18n.Mark("Signed in"), "session.end": i18n.Mark("Signed out on another device"), "session.end_others": i18n.Mark("Signed out everywhere else"),
	"import.undo": i18n.Mark("Undid an import"), "orders.import": i18n.Mark("Imported orders"), "customers.import": i18n.Mark("Imported guests"), "staff.create": i18n.Mark("Added a person"), "staff.update": i18n.Mark("Changed a person"),
	"staff.password": i18n.Mark("Changed their password"), "staff.reset_password": i18n.Mark("Set a password on the server"), "store.create": i18n.Mark("Added a store"), "store.update": i18n.Mark("Changed a store"),
	"tier.create": i18n.Mark("Added a tier"), "tier.update": i18n.Mark("Changed a tier"), "tier.delete": i18n.Mark("Deleted a tier"),
}

// subjects are what entries are about, with where it is looked at.
var subjects = []struct{ name, words, href string }{
	{"anomaly", i18n.Mark("Cases"), "/anomalies/"}, {"api_key", i18n.Mark("API keys"), ""}, {"customer", i18n.Mark("Guests"), "/customers/"},
	{"event_type", i18n.Mark("Events"), "/program/events/"}, {"program", i18n.Mark("Programs"), "/program/"}, {"reward", i18n.Mark("Rewards"), "/rewards/"},
	{"staff", i18n.Mark("Staff"), "/staff/"}, {"store", i18n.Mark("Stores"), "/stores/"}, {"tier", i18n.Mark("Tiers"), ""},
	{"transaction", i18n.Mark("Points"), ""}, {"import", i18n.Mark("Imports"), "/import/"}, {"bulk_award", i18n.Mark("Points for many"), "/give/"}, {"organization", i18n.Mark("Organization"), ""},
}

// deed is an action in words; one that has none stands as it is.
func deed(ctx ctx, action string) string {
	if words, ok := deeds[action]; ok {
		return i18n.T(ctx, words)
	}
	return action
}

// detailNames are what entries note, in words. What isn't here is for whoever
// looks closely, and not on the page.
var detailNames = map[string]string{
	"points": i18n.Mark("Points"), "given": i18n.Mark("Given"), "lifetime": i18n.Mark("Lifetime points"), "role": i18n.Mark("Role"),
	"status": i18n.Mark("Decision"), "action": i18n.Mark("Done"), "type": i18n.Mark("Kind"), "tries": i18n.Mark("Tries"), "active": i18n.Mark("May sign in"),
	"password": i18n.Mark("New password"), "is_active": i18n.Mark("Active"), "min_points": i18n.Mark("Points from"), "rate": i18n.Mark("Points for each unit"),
	"points_cost": i18n.Mark("Cost"), "stock": i18n.Mark("Stock"), "key": i18n.Mark("Key"), "rows": i18n.Mark("Rows"), "orders": i18n.Mark("Orders"), "skipped": i18n.Mark("Skipped"), "failed": i18n.Mark("Broke off"),
	"name": i18n.Mark("Name"), "time_zone": i18n.Mark("Time zone"), "currency": i18n.Mark("Currency"), "external_id": i18n.Mark("Known in imports as"), "hours": i18n.Mark("Opening hours"),
	"held": i18n.Mark("Held again"), "spent": i18n.Mark("Used before"), "taken": i18n.Mark("Taken back"), "stays": i18n.Mark("Spent, expired or held"),
	"customers": i18n.Mark("Customers"), "file": i18n.Mark("File"), "reason": i18n.Mark("Reason"), "scopes": i18n.Mark("May do"),
}

// detailWords are values of them that are words of the program.
var detailWords = map[string]string{
	"confirmed": i18n.Mark("Confirmed"), "dismissed": i18n.Mark("Dismissed"), "pending_review": i18n.Mark("Undecided"),
	"reverse_points": i18n.Mark("points taken back"), "freeze_account": i18n.Mark("account frozen"), "none": "",
	"owner": roleNames[loyalty.Owner], "manager": roleNames[loyalty.Manager], "cashier": roleNames[loyalty.Cashier],
	"discount": i18n.Mark("Discount"), "free_item": i18n.Mark("Free item"), "perk": i18n.Mark("Perk"),
}

// details are an entry's values, one after the other.
func details(ctx ctx, r loyalty.AuditRow) string {
	var out []string
	if r.Reason != "" {
		out = append(out, i18n.T(ctx, detailNames["reason"])+": "+r.Reason)
	}
	for name, v := range r.Detail {
		label, known := detailNames[name]
		value := detailValue(ctx, v)
		switch {
		case name == "hours":
			value = hoursValue(ctx, v)
		case name == "external_id" && v == "":
			value = "—"
		}
		if known && value != "" {
			out = append(out, i18n.T(ctx, label)+": "+value)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " · ")
}

// hoursValue is opening hours as a store's entry has them: those of the days
// that were changed.
func hoursValue(ctx ctx, v any) string {
	days, ok := v.(map[string]any)
	if !ok {
		return i18n.T(ctx, "not watched")
	}
	var out []string
	for i := 0; i < len(weekdays); {
		hours, changed := days[strconv.Itoa(int(weekdays[i].day))]
		last := i // of the days from here on that have the same hours
		for last+1 < len(weekdays) && changed && days[strconv.Itoa(int(weekdays[last+1].day))] == hours {
			last++
		}
		if changed {
			out = append(out, i18n.T(ctx, weekdays[i].name)+toDay(ctx, i, last)+" "+hoursOf(ctx, hours))
		}
		i = last + 1
	}
	return strings.Join(out, ", ")
}

// toDay is the end of a row of days, where it has one.
func toDay(ctx ctx, first, last int) string {
	if first == last {
		return ""
	}
	return "–" + i18n.T(ctx, weekdays[last].name)
}

func hoursOf(ctx ctx, hours any) string {
	if hours == "" {
		return i18n.T(ctx, "closed")
	}
	return fmt.Sprint(hours)
}

func detailValue(ctx ctx, v any) string {
	switch v := v.(type) {
	case bool:
		if v {
			return i18n.T(ctx, "yes")
		}
		return i18n.T(ctx, "no")
	case float64:
		if v == math.Trunc(v) {
			return i18n.Number(ctx, int64(v))
		}
		return i18n.Decimal(ctx, v, 2)
	case string:
		if kind, ok := anomalies.Kinds[v]; ok {
			return i18n.T(ctx, kind.Name)
		}
		words, ok := detailWords[v]
		switch {
		case !ok:
			return v
		case words == "":
			return ""
		}
		return i18n.T(ctx, words)
	}
	return "" // lists and objects
}
