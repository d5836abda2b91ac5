package pages

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"regulars/views/i18n"
	"regulars/views/program"
	"regulars/views/ui"
)

// Two people may have the same form open. What was saved when a form was drawn
// goes with it, so that the second to save doesn't overwrite what the first
// has saved without knowing of it.

// drawnFrom is the form with what is saved in its fields, and noted beside them.
func drawnFrom(f, saved ui.Form) ui.Form {
	for name, values := range saved.Typed {
		f = f.With(name, values...)
	}
	return f.With(ui.WasField, noted(saved))
}

func noted(saved ui.Form) string {
	text, _ := json.Marshal(saved.Typed) //nolint:errcheck // texts in lists in a map always go
	return string(text)
}

// was is what was saved when the form was drawn; ok is false where the form
// doesn't say, having been made by hand.
func was(f ui.Form) (saved ui.Form, ok bool) {
	text := f.Value(ui.WasField)
	return saved, text != "" && json.Unmarshal([]byte(text), &saved.Typed) == nil
}

// stillSaved reports whether what is saved is what the form was drawn with,
// but for the fields that change by themselves.
func stillSaved(f, now ui.Form, byThemselves ...string) bool {
	before, ok := was(f)
	return !ok || len(differing(before, now, byThemselves...)) == 0
}

// differing are the fields in which two forms differ, sorted.
func differing(f, g ui.Form, apart ...string) []string {
	var out []string
	names := maps.Clone(f.Typed)
	maps.Copy(names, g.Typed)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !slices.Contains(apart, name) && !slices.Equal(given(f, name), given(g, name)) {
			out = append(out, name)
		}
	}
	return out
}

// given is what stands in a field. An empty one is as good as none, and a
// browser ends lines in its own way.
func given(f ui.Form, name string) []string {
	var out []string
	for _, v := range f.All(name) {
		if v != "" {
			out = append(out, strings.ReplaceAll(v, "\r\n", "\n"))
		}
	}
	slices.Sort(out)
	return out
}

// chosen are fields whose value is no word for people.
var chosen = []string{"tierDowngrade", "negativeBalance", "isActive", "type", "discountType", "icon", "minTierId", "storeIds", "programId", "role"}

// caughtUp is a form that came back after somebody else had saved something:
// fields that the person left alone hold what is saved now, and those that
// both have changed say so. As long as nobody has, it is the form itself.
func caughtUp(ctx ctx, f, now ui.Form, byThemselves ...string) ui.Form {
	before, ok := was(f)
	if !ok {
		return f
	}
	if len(differing(before, now, byThemselves...)) == 0 {
		return f
	}
	out := overtaken(ctx, f, now)
	for _, name := range differing(before, now) {
		switch {
		case slices.Equal(given(f, name), given(before, name)):
			delete(out.Typed, name)
			if values := now.All(name); len(values) > 0 {
				out.Typed[name] = values
			}
		case !slices.Equal(given(f, name), given(now, name)) && !slices.Contains(byThemselves, name):
			out.Errors[name] = savedMeanwhile(ctx, name, now)
		}
	}
	return out
}

// overtaken is a copy of the form which says that others have saved something,
// and that counts as seen from here on.
func overtaken(ctx ctx, f, now ui.Form) ui.Form {
	out := f
	out.Typed, out.Errors = maps.Clone(f.Typed), map[string]string{}
	maps.Copy(out.Errors, f.Errors)
	out.Typed[ui.WasField] = []string{noted(now)}
	out.Problem = i18n.T(ctx, "Other values were saved while you were editing. What you typed is kept, but not saved yet; what you left alone shows what is saved now. Check it and save again.")
	return out
}

func savedMeanwhile(ctx ctx, name string, now ui.Form) string {
	value := now.Value(name)
	if value == "" || slices.Contains(chosen, name) {
		return i18n.T(ctx, "Somebody else has changed this meanwhile.")
	}
	return i18n.T(ctx, "Saved meanwhile: %s", value)
}

// caughtUpLadder is caughtUp for the tier editor, where others may have added
// tiers and taken some out, and the person, too.
func caughtUpLadder(ctx ctx, f, now ui.Form) ui.Form {
	before, ok := was(f)
	if !ok || len(differing(before, now)) == 0 {
		return f
	}
	out := overtaken(ctx, f, now)
	for i := range rowsOf(f) {
		for _, field := range tierFields {
			delete(out.Typed, program.TierField(i, field))
			delete(out.Errors, program.TierField(i, field))
		}
	}
	n, old, saved := 0, rungsTyped(before), rungsTyped(now)
	put := func(row, said map[string]string) {
		for _, field := range tierFields {
			out.Typed[program.TierField(n, field)] = []string{row[field]}
			if said[field] != "" {
				out.Errors[program.TierField(n, field)] = said[field]
			}
		}
		n++
	}
	for i := range rowsOf(f) {
		if row, said := caughtUpRung(ctx, rungTyped(f, i), old, saved); row != nil {
			put(row, said)
		}
	}
	for i := range rowsOf(now) {
		if row := rungTyped(now, i); old[row["id"]] == nil { // added by others
			put(row, nil)
		}
	}
	return out
}

// caughtUpRung is a row of the editor with what others have saved of its tier,
// and what to say of its fields; nil where they have removed the tier and the
// person has left it alone.
func caughtUpRung(ctx ctx, row map[string]string, old, saved map[string]map[string]string) (caught, said map[string]string) {
	id := row["id"]
	before, now := old[id], saved[id]
	switch {
	case id == "":
		return row, nil
	case now == nil && maps.Equal(row, before):
		return nil, nil
	case now == nil:
		row["id"] = ""
		return row, map[string]string{"name": i18n.T(ctx, "Somebody else has removed this tier meanwhile. Saving adds it again.")}
	}
	said = map[string]string{}
	for _, field := range tierFields {
		switch {
		case now[field] == before[field] || now[field] == row[field]:
		case row[field] == before[field]:
			row[field] = now[field]
		default:
			said[field] = i18n.T(ctx, "Saved meanwhile: %s", now[field])
		}
	}
	return row, said
}

// rungTyped is a row of the editor by its fields.
func rungTyped(f ui.Form, i int) map[string]string {
	row := map[string]string{}
	for _, field := range tierFields {
		row[field] = f.Value(program.TierField(i, field))
	}
	return row
}

// rungsTyped are the rows of the tiers that are saved, by id.
func rungsTyped(f ui.Form) map[string]map[string]string {
	out := map[string]map[string]string{}
	for i := range rowsOf(f) {
		row := rungTyped(f, i)
		out[row["id"]] = row
	}
	return out
}
