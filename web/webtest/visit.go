package webtest

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// Visit is a person at a browser in front of the server. Its methods fail the
// test where the person would be stuck, and leave a picture of the page.
type Visit struct {
	*browsertest.Browser
	t    testing.TB
	base string
	size browsertest.Size
}

// Visit starts a browser with a window of the size. Without Chromium the test
// is skipped; in CI it fails.
func (s *Server) Visit(t testing.TB, size browsertest.Size) *Visit {
	t.Helper()
	return VisitAt(t, s.Serve(t), size)
}

// VisitAt is Visit for a server that is reached at another address than its
// own: through a proxy that loses connections.
func VisitAt(t testing.TB, base string, size browsertest.Size) *Visit {
	t.Helper()
	return &Visit{Browser: browsertest.Start(t), t: t, base: base, size: size}
}

// Serve listens on a port of its own until the test ends, and returns the
// address, such as http://127.0.0.1:4711.
func (s *Server) Serve(t testing.TB) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.left.follow(s.App.Server())
	go func() { _ = s.App.Listener(listener) }() // ends when the listener is closed below
	t.Cleanup(func() {
		if err := s.App.ShutdownWithTimeout(5 * time.Second); err != nil {
			t.Error("stop the server:", err)
		}
	})
	return "http://" + listener.Addr().String()
}

// Staff adds a person who signs in with the address role@trattoria.test and
// Password. They work at the stores, or at all where none are given.
func (s *Server) Staff(role loyalty.Role, name string, stores ...loyalty.ID) loyalty.Staff {
	s.T.Helper()
	who, err := s.Services.Access.CreateStaff(s.T.Context(), s.System(), service.CreateStaff{
		Email: string(role) + "@trattoria.test", Name: name, Role: role, Password: Password, StoreIDs: stores,
	})
	if err != nil {
		s.T.Fatal(err)
	}
	return who
}

// Go opens a path and waits until the page is there.
func (v *Visit) Go(path string) {
	v.t.Helper()
	v.Open(v.t, v.base+path, v.size)
}

// SignIn signs in with Password and waits for the page after it.
func (v *Visit) SignIn(email string) {
	v.t.Helper()
	v.Go("/login")
	v.Type("#f-email", email)
	v.Type("#f-password", Password)
	v.Tap("main form button")
	v.Until("signed in", `!document.querySelector("#f-password") && document.readyState === "complete"`)
}

// Type types text into the field that the selector finds.
func (v *Visit) Type(selector, text string) {
	v.t.Helper()
	v.try("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Clear empties the field that the selector finds.
func (v *Visit) Clear(selector string) {
	v.t.Helper()
	v.try("empty "+selector, chromedp.Clear(chromedp.CSS(selector)))
}

// Tap presses what the selector finds: with a finger on a phone, where what
// lies under the bar at the bottom is scrolled from there first.
func (v *Visit) Tap(selector string) {
	v.t.Helper()
	v.settle()
	const uncover = `(e => {
		if (!e) return true;
		const r = e.getBoundingClientRect(), over = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
		if (e.closest("[popover], dialog")?.getAnimations({subtree: true}).some(a => a.playState === "running")) return false;
		if (over && over.closest("nav") && !over.contains(e) && !e.contains(over)) e.scrollIntoView({block: "center", behavior: "instant"});
		return true;
	})(document.querySelector(%q))`
	// What opens moves, and would be missed. Between two pages there is nothing.
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); time.Sleep(15 * time.Millisecond) {
		if still, err := chromedp.Run(v.Context(), chromedp.Evaluate[bool](fmt.Sprintf(uncover, selector))); err != nil || still {
			break
		}
	}
	press := chromedp.Click[chromedp.CSS]
	if v.size.Touch {
		press = chromedp.Tap[chromedp.CSS]
	}
	v.try("press "+selector, press(chromedp.CSS(selector)))
}

// settle waits, at most a second, until what was put into the page a moment
// ago has its behaviour: a test is quicker than any hand.
func (v *Visit) settle() {
	const raw = `!!document.querySelector(".htmx-added, .htmx-swapping, .htmx-settling")`
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if waiting, err := chromedp.Run(v.Context(), chromedp.Evaluate[bool](raw)); err == nil && !waiting {
			return
		}
	}
}

// Press presses keys wherever the focus is; kb has names for those that are
// not letters.
func (v *Visit) Press(keys string) {
	v.t.Helper()
	v.settle()
	v.try("press a key", chromedp.KeyEvent(keys))
}

// PressAlt presses a key together with Alt.
func (v *Visit) PressAlt(key string) {
	v.t.Helper()
	v.try("press Alt and a key", chromedp.KeyEvent(key, chromedp.KeyModifiers(chromedp.ModifierAlt)))
}

// See waits until the page is all there and shows the text.
func (v *Visit) See(text string) {
	v.t.Helper()
	v.Until("see "+text, fmt.Sprintf(`document.readyState === "complete" && document.body.innerText.replace(/\s+/g, " ").includes(%q)`, text))
}

// Until waits, at most a minute, until a JavaScript condition holds, across
// pages; what says what a person would wait for.
func (v *Visit) Until(what, condition string) {
	v.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(15 * time.Millisecond) {
		// Between two pages there is nothing to ask, which is no failure.
		if ok, err := chromedp.Run(v.Context(), chromedp.Evaluate[bool]("Boolean("+condition+")")); err == nil && ok {
			return
		}
	}
	v.fail(what + ": waited in vain for " + condition)
}

// Text is what the first element that the selector finds shows.
func (v *Visit) Text(selector string) string {
	v.t.Helper()
	return browsertest.Eval[string](v.t, v.Browser, fmt.Sprintf(`(document.querySelector(%q)?.innerText || "").replace(/\s+/g, " ").trim()`, selector))
}

// Path is the address of the page, without the host.
func (v *Visit) Path() string {
	v.t.Helper()
	return browsertest.Eval[string](v.t, v.Browser, `location.pathname + location.search`)
}

// Usable fails the test where the page breaks WCAG 2.2 AA or is wider than its
// window; name says which page and state it is.
func (v *Visit) Usable(name string) {
	v.t.Helper()
	for _, violation := range v.Axe(v.t) {
		v.t.Errorf("%s at %d px: %s", name, v.size.Width, violation)
	}
	if v.Overflows(v.t) {
		v.t.Errorf("%s is wider than %d px", name, v.size.Width)
	}
}

// NoComplaints fails the test where there are Complaints.
func (v *Visit) NoComplaints() {
	v.t.Helper()
	for _, e := range v.Complaints() {
		v.t.Errorf("the browser complains: %s", e)
	}
}

// Complaints is what the browser has had to say about a script, a missing file
// or the Content-Security-Policy. That htmx gave up a search or a preview for
// the next one, which it says twice, is none.
func (v *Visit) Complaints() []string {
	said := v.Errors()
	var out []string
	for i, e := range said {
		if !strings.HasPrefix(e, "htmx:sendAbort") && (i+1 == len(said) || !strings.HasPrefix(said[i+1], "htmx:sendAbort")) {
			out = append(out, e)
		}
	}
	return out
}

// WithoutScript turns JavaScript off from the next page on.
func (v *Visit) WithoutScript() {
	v.t.Helper()
	v.Do(v.t, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}

// BeforePages runs a script in every page from the next one on, before the
// page's own: for what a browser in a test doesn't have, such as a camera.
func (v *Visit) BeforePages(script string) {
	v.t.Helper()
	v.Do(v.t, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	}))
}

// Picture writes the whole page as name.png into the directory that
// REGULARS_PICTURES names; without it there are no pictures.
func (v *Visit) Picture(name string) {
	v.t.Helper()
	dir := os.Getenv("REGULARS_PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(v.Context(), chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(name, "/", "-")+".png"), png, 0o600)
	}
	if err != nil {
		v.t.Error("take a picture:", err)
	}
}

func (v *Visit) try(what string, action chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.Context(), time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, action); err != nil {
		v.fail(fmt.Sprintf("%s: %v", what, err))
	}
}

func (v *Visit) fail(what string) {
	v.t.Helper()
	where, shown := v.Path(), v.Text("body")
	file := filepath.Join(os.TempDir(), "regulars-"+strings.ReplaceAll(v.t.Name(), "/", "-")+".png")
	if png, err := chromedp.Run(v.Context(), chromedp.FullScreenshot(100)); err == nil {
		_ = os.WriteFile(file, png, 0o600) // the test fails either way
	}
	v.t.Fatalf("%s\non %s (picture: %s):\n%s", what, where, file, shown[:min(len(shown), 1500)])
}
