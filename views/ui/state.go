package ui

// Form is what a form shows when it is drawn: fresh, or as it came back with
// everything that was typed and what was wrong with it. The names are those
// of the fields, which are those of the service's complaints.
type Form struct {
	CSRF    string
	Key     string // idempotency key; it stays the same until the form succeeds
	Typed   map[string][]string
	Errors  map[string]string // by field, translated sentences
	Problem string            // what was wrong with the form as a whole, translated
	Focus   string            // the field to be typed anew, when the form came back for it alone
}

// WasField is a hidden field with what was saved when the form was drawn.
const WasField = "was"

// Value is what is in the field: "" when it is empty.
func (f Form) Value(name string) string {
	if v := f.Typed[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// All is everything chosen under one name: a CheckGroup's.
func (f Form) All(name string) []string { return f.Typed[name] }

// On reports whether a checkbox or switch is on.
func (f Form) On(name string) bool { return f.Value(name) != "" }

// Error is what is wrong with the field; "" when nothing is.
func (f Form) Error(name string) string { return f.Errors[name] }

// Failed reports whether the form came back.
func (f Form) Failed() bool { return f.Problem != "" || len(f.Errors) > 0 }

// Unsaved is what a form says in data-unsaved, so that leaving its page warns:
// whether it was drawn with something that isn't saved.
func (f Form) Unsaved(changed bool) string {
	if changed || f.Failed() {
		return "changed"
	}
	return "drawn"
}

// With returns the form with the field filled in, unless the person has
// filled it in already.
func (f Form) With(name string, values ...string) Form {
	if _, typed := f.Typed[name]; typed {
		return f
	}
	all := make(map[string][]string, len(f.Typed)+1)
	for k, v := range f.Typed {
		all[k] = v
	}
	all[name] = values
	f.Typed = all
	return f
}

// focus is the id of the field that takes the focus from the summary.
func (f Form) focus() string {
	if f.Focus == "" {
		return ""
	}
	return id("", f.Focus)
}

// Label names a field for a form's error summary.
type Label struct{ Name, Text string }

// summary lists what was wrong: the labelled fields in their order. A
// complaint about a field that isn't labelled stands by itself, since it may
// be about one that isn't drawn.
func (f Form) summary(labels []Label) []FormError {
	var out []FormError
	known := map[string]bool{}
	for _, l := range labels {
		known[l.Name] = true
		if e := f.Errors[l.Name]; e != "" {
			out = append(out, FormError{ID: id("", l.Name), Message: l.Text + ": " + e})
		}
	}
	for name, e := range f.Errors {
		if !known[name] && (len(labels) > 0 || name == f.Focus) {
			out = append(out, FormError{Message: e})
		}
	}
	return out
}
