// Package browsertest drives a real, headless Chromium from tests: it opens
// pages in the sizes, themes and languages people use, and asks axe-core
// whether everyone can use them. For tests only.
package browsertest

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

//go:embed axe.min.js
var axe string

// Size is a window.
type Size struct {
	Width, Height int64
	Touch         bool // a phone: fingers, and a page laid out for one
}

// The two windows every page is looked at in.
var (
	Phone   = Size{360, 740, true}
	Desktop = Size{1440, 900, false}
)

// Browser is one tab, closed when the test ends.
type Browser struct {
	ctx context.Context

	mu     sync.Mutex
	errors []string
}

// Start opens a window with cookies and storage of its own. Without Chromium on
// the machine the test is skipped, except in CI, where it fails.
func Start(t testing.TB) *Browser {
	t.Helper()
	path := find()
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no Chromium on this machine: apt-get install chromium")
		}
		t.Skip("no Chromium on this machine")
	}
	return tab(t, shared.join(t, path), chromedp.WithNewBrowserContext())
}

// shared is the one Chromium of all tests that run at the same time: to start
// one takes longer than many a test.
var shared process

type process struct {
	mu    sync.Mutex
	users int
	ctx   context.Context
	stop  func()
}

// join starts Chromium for the first who needs it; after the last one it is stopped.
func (p *process) join(t testing.TB, path string) context.Context {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.users == 0 {
		opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.DisableGPU)
		if os.Geteuid() == 0 {
			opts = append(opts, chromedp.NoSandbox)
		}
		allocator, stop := chromedp.NewExecAllocator(context.Background(), opts...)
		ctx, quit := chromedp.NewContext(allocator)
		p.ctx, p.stop = ctx, func() { quit(); stop() }
		// The first action starts the browser and must not carry a deadline.
		if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
			p.stop()
			t.Fatal("start Chromium:", err)
		}
	}
	p.users++
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.users--; p.users == 0 {
			p.stop()
		}
	})
	return p.ctx
}

// Tab opens another tab of the same browser, with the same cookies.
func (b *Browser) Tab(t testing.TB) *Browser {
	t.Helper()
	return tab(t, b.ctx)
}

func tab(t testing.TB, parent context.Context, opts ...chromedp.ContextOption) *Browser {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(parent, opts...)
	t.Cleanup(closeTab)
	b := &Browser{ctx: ctx}
	// A tab comes with its first action, which must not carry a deadline.
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal("open a tab:", err)
	}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.IsException() {
				b.mu.Lock()
				b.errors = append(b.errors, fmt.Sprintf("%s (%s)", m.Text, m.URL))
				b.mu.Unlock()
			}
		}
	}()
	return b
}

// Do runs actions, for at most 30 seconds, and fails the test when one does.
func (b *Browser) Do(t testing.TB, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// Open shows a page in a window of the given size.
func (b *Browser) Open(t testing.TB, url string, size Size) {
	t.Helper()
	var opts []chromedp.EmulateViewportOption
	if size.Touch {
		opts = append(opts, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.Do(t, chromedp.EmulateViewport(size.Width, size.Height, opts...), chromedp.Navigate(url))
}

// Eval is the value of a JavaScript expression in the page, awaited.
func Eval[T any](t testing.TB, b *Browser, expression string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("evaluate %s: %v", expression, err)
	}
	return v
}

// Keys presses keys, as github.com/chromedp/chromedp/kb names them, wherever
// the focus is.
func (b *Browser) Keys(t testing.TB, keys string) {
	t.Helper()
	b.Do(t, chromedp.KeyEvent(keys))
}

// Wait waits, at most five seconds, until a JavaScript condition holds; what
// is what a person would see then.
func (b *Browser) Wait(t testing.TB, what, condition string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+condition+")", chromedp.WithPollingTimeout(25*time.Second))); err != nil {
		t.Fatalf("%s: not so, waiting for %s (%v); the focus is on %s", what, condition, err,
			Eval[string](t, b, `document.activeElement.outerHTML.slice(0, 120)`))
	}
}

// arrived lets nothing be on its way: colours that are belong to no theme.
const arrived = `(() => { for (const going of document.getAnimations()) if (going.timeline === document.timeline) try { going.finish(); } catch { going.cancel(); } return true; })()`

// answered waits for what htmx has asked for. To Wait for it would count as a
// hand's doing, and whoever has touched a page with something unsaved is asked
// before leaving it.
const answered = `(async () => { while (document.querySelector(".htmx-request")) await new Promise(r => setTimeout(r, 20)); return true; })()`

// AxeInPages brings axe along in every page from the next one on, for whoever
// asks it in all of them: that is quicker than to hand it to each.
func (b *Browser) AxeInPages(t testing.TB) {
	t.Helper()
	b.Do(t, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: axe})
		return err
	}))
}

// Axe lists what on the page breaks WCAG 2.2 AA, one line for each element, as
// it is when what was asked for has come.
func (b *Browser) Axe(t testing.TB) []string {
	t.Helper()
	return b.AxeBeside(t, "")
}

// AxeBeside is Axe without what a selector names: what is the same on every
// page, a long menu say, needs to be looked at on one of them only.
func (b *Browser) AxeBeside(t testing.TB, selector string) []string {
	t.Helper()
	Eval[bool](t, b, answered)
	if !Eval[bool](t, b, `typeof axe === "object"`) {
		Eval[bool](t, b, axe+";true")
	}
	Eval[bool](t, b, arrived)
	return Eval[[]string](t, b, axeRun+"("+strconv.Quote(selector)+")")
}

// AxeThemes is Axe in the other theme too, where only colours can be wrong
// that weren't before, and alike in all elements of a kind.
func (b *Browser) AxeThemes(t testing.TB) []string {
	t.Helper()
	found := b.Axe(t)
	return append(found, Eval[[]string](t, b, axeOther)...)
}

// Overflows reports whether the page is wider than its window. A phone's
// innerWidth grows with what overflows; its clientWidth stays.
func (b *Browser) Overflows(t testing.TB) bool {
	t.Helper()
	return Eval[bool](t, b, `document.documentElement.scrollWidth > document.documentElement.clientWidth`)
}

// Errors are what the browser has complained about since it started: broken
// scripts, missing files, breaches of the Content-Security-Policy.
func (b *Browser) Errors() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.errors)
}

// Context is the tab, for what this package has no word for.
func (b *Browser) Context() context.Context { return b.ctx }

func find() string {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
