package pages

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
	"regulars/web/respond"
)

type (
	ctx    = context.Context
	writer = io.Writer
)

// fresh is a form that nobody has filled in yet.
func fresh(c *fiber.Ctx) ui.Form {
	return ui.Form{CSRF: auth.CSRF(c), Key: "form-" + rand.Text()}
}

// posted is the form as it was sent, under the key it was drawn with. A form
// without one, made by hand, gets a new key.
func posted(c *fiber.Ctx) ui.Form {
	f := fresh(c)
	f.Typed = map[string][]string{}
	if form, err := c.MultipartForm(); err == nil {
		for name, values := range form.Value {
			for _, value := range values {
				f.Typed[name] = append(f.Typed[name], lines(value))
			}
		}
	} else {
		c.Request().PostArgs().VisitAll(func(name, value []byte) {
			f.Typed[string(name)] = append(f.Typed[string(name)], lines(string(value)))
		})
	}
	if key := f.Value("key"); key != "" && len(key) <= 255 {
		f.Key = key
	}
	delete(f.Typed, "key")
	delete(f.Typed, "csrf")
	return f
}

// lines ends lines in our way; without JavaScript browsers send them in theirs,
// which is no plain text.
func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// refused returns the form with what err says, and whether that can be said on
// the form: a failure that nobody expected can't.
func refused(c *fiber.Ctx, f ui.Form, err error) (ui.Form, bool) {
	e, ok := errors.AsType[*loyalty.Error](err)
	if !ok || e.Kind == loyalty.Internal {
		return f, false
	}
	f.Errors = i18n.Fields(c.UserContext(), err)
	switch {
	case e.Field != "":
		f.Errors[e.Field], f.Focus = i18n.Error(c.UserContext(), err), e.Field
	case len(e.Fields) == 0:
		f.Problem = i18n.Error(c.UserContext(), err)
	}
	if e.Kind == loyalty.KeyReused {
		// What was sent first is saved; sending this too is a new request.
		f.Problem = i18n.T(c.UserContext(), "This form was already sent with other values, and those were saved. Check what is there now before you send it again.")
		f.Key = fresh(c).Key
	}
	return f, true
}

// done is where a form leads that has succeeded.
type done struct {
	To    string `json:"to"`
	Flash string `json:"flash,omitempty"` // translated; said on the page it leads to
	Tone  string `json:"tone,omitempty"`  // as layout.Flash
	Link  string `json:"link,omitempty"`  // translated: what Href is called
	Href  string `json:"href,omitempty"`  // where the message leads: what has just been changed
	// Inside has htmx put To in place of the form's target instead of opening
	// it as a page.
	Inside bool `json:"inside,omitempty"`
}

// submit carries a form out, once however often it is sent. do gets the Once
// to hand to the service; success says where the form leads; again answers
// with the form as it came back, which it gets filled in, with status 422.
func submit[T any](
	h *Handlers, c *fiber.Ctx, f ui.Form, do func(loyalty.Once) (T, error), success func(T) done, again func(ui.Form) error,
) error {
	var end done
	once := loyalty.Once{Key: f.Key, Fingerprint: fingerprint(c, f), Answer: func(result any) (loyalty.Answer, error) {
		typed, ok := result.(T)
		if !ok {
			return loyalty.Answer{}, fmt.Errorf("the service's result is a %T, the form's a %T", result, typed)
		}
		end = success(typed)
		body, err := json.Marshal(end)
		return loyalty.Answer{Status: fiber.StatusSeeOther, Body: body}, err
	}}
	result, err := do(once)
	if replay, ok := errors.AsType[*loyalty.Replayed](err); ok {
		if err := json.Unmarshal(replay.Body, &end); err != nil || replay.Status != fiber.StatusSeeOther {
			return fmt.Errorf("the answer kept for a form can't be read: %w", err)
		}
		return h.leave(c, end)
	}
	if err != nil {
		if back, ok := refused(c, f, err); ok {
			return again(back)
		}
		return err
	}
	if end.To == "" { // a service that keeps no answers
		end = success(result)
	}
	return h.leave(c, end)
}

// leave sends the browser to where a form leads.
func (h *Handlers) leave(c *fiber.Ctx, d done) error {
	if d.Flash != "" {
		if err := h.sessions.SetFlash(c, auth.Flash{Text: d.Flash, Tone: d.Tone, Link: d.Link, Href: d.Href}); err != nil {
			return err
		}
	}
	if respond.IsHTMX(c) && !d.Inside {
		c.Set("HX-Redirect", d.To)
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Redirect(d.To, fiber.StatusSeeOther)
}

// fingerprint tells what was sent under a key from anything else sent under it.
func fingerprint(c *fiber.Ctx, f ui.Form) []byte {
	sum := sha256.New()
	names := make([]string, 0, len(f.Typed))
	for name := range f.Typed {
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Fprintf(sum, "%s %s %s", c.Method(), c.Path(), auth.Actor(c).StaffID)
	for _, name := range names {
		fmt.Fprintf(sum, "\n%q %q", name, f.Typed[name])
	}
	return sum.Sum(nil)
}
