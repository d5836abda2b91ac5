package pages_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// A threshold follows the mouse, a finger and the arrow keys, and stops before
// it would silently pass its neighbour; the one at 0 stays.
func TestThresholdsStopAtTheirNeighbours(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	for _, size := range []browsertest.Size{browsertest.Desktop, browsertest.Phone} {
		v := r.Visit(t, size)
		v.SignIn("owner@trattoria.test")
		v.Go("/program/tiers")
		v.See("Nobody changes tier")
		value := func(i int) int {
			return browsertest.Eval[int](t, v.Browser, fmt.Sprintf(`Number(document.querySelector("[name='tiers[%d].minPoints']").value)`, i))
		}
		drag := func(i int, share float64) {
			t.Helper()
			at := browsertest.Eval[[]float64](t, v.Browser, fmt.Sprintf(`(() => {
				const grip = document.querySelector("[data-field='f-tiers[%d]-minPoints'] .ui-mark-line"), svg = grip.ownerSVGElement;
				svg.scrollIntoView({block: "center"});
				const from = grip.getBoundingClientRect(), box = svg.getBoundingClientRect();
				return [from.x, box.x + box.width * %g, box.y + box.height * 0.6];
			})()`, i, share))
			dragged(t, v, size.Touch, at[0], at[1], at[2])
		}
		silver, gold, top := value(1), value(2), value(3)
		drag(1, 0.02)
		if got := value(1); got >= silver || got < 1 {
			t.Errorf("%d px: Silver starts at %d after it was dragged down from %d", size.Width, got, silver)
		}
		drag(1, 0.95)
		if got := value(1); got != gold-1 {
			t.Errorf("%d px: Silver starts at %d after it was dragged beyond Gold, want the point before its %d", size.Width, got, gold)
		}
		drag(3, 0.01)
		if got := value(3); got != gold+1 {
			t.Errorf("%d px: Platinum starts at %d after it was dragged below Gold, want the point after its %d", size.Width, got, gold)
		}
		drag(0, 0.5)
		if got := value(0); got != 0 {
			t.Errorf("%d px: the lowest tier was dragged off 0, to %d", size.Width, got)
		}
		v.Do(t, chromedp.Focus(`[data-field="f-tiers[2]-minPoints"]`))
		v.Press(kb.End)
		if got := value(2); got != gold {
			t.Errorf("%d px: Gold starts at %d after the End key, want %d: Platinum is right behind it", size.Width, got, gold)
		}
		v.Until("the room is said", fmt.Sprintf(`document.activeElement.ariaValueMin === "%d" && document.activeElement.ariaValueMax === "%d"`, gold, gold))
		if top <= gold {
			t.Fatal("the ladder isn't what the test took it for")
		}
		v.Until("names don't run into each other", `(texts => texts.every((a, i) => texts.slice(i + 1).every(b =>
			a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 2 || b.bottom <= a.top + 2)))([...document.querySelectorAll("[data-ladder] text")].map(e => e.getBoundingClientRect()))`)
		v.Usable("thresholds that touch")
	}
}

// Ten tiers crowded at the low end keep apart: each grip is taken by itself with
// a thumb, nothing scrolls under it, and what is held is named with its points.
func TestTenTiersOnALadder(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	fields := service.ProgramFields{Name: service.Given("Diez"), Rate: service.Given(loyalty.Rate(loyalty.RateScale)), CurrencyPerPoint: service.Given(int64(1))}
	var tiers []service.TierFields
	benefits := "A dessert on the birthday, a table kept on Fridays and a coffee on the house after lunch, all year round"
	for i, at := range []int64{0, 100, 250, 500, 1000, 1500, 2000, 3000, 5000, 7500} {
		tiers = append(tiers, service.TierFields{
			Name: service.Given(fmt.Sprintf("Grand tier %d", i)), MinPoints: service.Given(at), Multiplier: service.Given(int64(100)), Benefits: service.Given(benefits),
		})
	}
	fields.Tiers = service.Given(tiers)
	if _, err := s.Services.Programs.Create(t.Context(), s.System(), service.CreateProgram{Fields: fields}); err != nil {
		t.Fatal(err)
	}
	for _, size := range []browsertest.Size{browsertest.Desktop, browsertest.Phone} {
		v := s.Visit(t, size)
		v.SignIn("owner@trattoria.test")
		v.Go("/program/tiers")
		v.See("Nobody changes tier")
		v.Until("nothing of the benefits is cut", `[...document.querySelectorAll("textarea")].every(e => e.scrollHeight <= e.clientHeight + 1)`)
		const shown = `const shown = (all) => [...document.querySelectorAll("[data-ladder] " + all)].filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect());`
		if got := browsertest.Eval[[]string](t, v.Browser, `(() => { `+shown+`
			const grips = shown("circle"), names = shown("text"), out = [];
			grips.forEach((a, i) => grips.slice(i + 1).forEach((b) => { if (Math.hypot(a.x - b.x, a.y - b.y) < 24) out.push("two grips " + Math.round(a.x) + "," + Math.round(a.y)); }));
			for (const a of names) {
				for (const b of grips) if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) out.push("a name and a grip");
				if (a.right > innerWidth) out.push("a name is cut");
			}
			return out;
		})()`); len(got) > 0 {
			t.Errorf("%d px: in each other's way: %v", size.Width, got)
		}
		at := browsertest.Eval[[]float64](t, v.Browser, `(() => {
			const grip = document.querySelector("[data-field='f-tiers[2]-minPoints'] circle");
			grip.ownerSVGElement.scrollIntoView({block: "center"});
			const box = grip.getBoundingClientRect();
			return [box.x + box.width / 2, box.y + box.height / 2, scrollY];
		})()`)
		held(t, v, size.Touch, at[0], at[1])
		v.Until("what is held is named", `/^Grand tier 2: \d+ points$/.test(document.querySelector("[data-ladder-said]").textContent)`)
		v.Until("it moved", `(v => v > 250 && v < 500)(Number(document.querySelector("[name='tiers[2].minPoints']").value))`)
		v.Until("and no other did", `[..."013456789"].every((n) => document.querySelector("[name='tiers[" + n + "].minPoints']").value === document.querySelector("[name='tiers[" + n + "].minPoints']").defaultValue)`)
		if now := browsertest.Eval[float64](t, v.Browser, "scrollY"); now != at[2] {
			t.Errorf("%d px: the page went from %g to %g under the finger", size.Width, at[2], now)
		}
		before := browsertest.Eval[int](t, v.Browser, `Number(document.querySelector("[name='tiers[2].minPoints']").value)`)
		v.Press(kb.ArrowLeft)
		v.Until("an arrow key moves it on", fmt.Sprintf(`Number(document.querySelector("[name='tiers[2].minPoints']").value) < %d`, before))
		v.Usable("ten tiers")
	}
}

// held drags a little to the right and far down.
func held(t *testing.T, v *webtest.Visit, finger bool, x, y float64) {
	t.Helper()
	for i := range 6 {
		at := &input.TouchPoint{X: x + float64(i), Y: y + 20*float64(i)}
		switch {
		case finger && i == 0:
			touch(t, v, input.DispatchTouchEventTypeTouchStart, at)
		case finger:
			touch(t, v, input.DispatchTouchEventTypeTouchMove, at)
		case i == 0:
			v.Do(t, chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, at.X, at.Y, chromedp.ButtonLeft))
		default:
			v.Do(t, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X, at.Y, chromedp.ButtonLeft))
		}
	}
	if finger {
		touch(t, v, input.DispatchTouchEventTypeTouchEnd)
		return
	}
	v.Do(t, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x+5, y+100, chromedp.ButtonLeft))
}

// dragged moves a pressed mouse, or a finger, in steps, as hands do.
func dragged(t *testing.T, v *webtest.Visit, finger bool, from, to, y float64) {
	t.Helper()
	steps := []float64{from, from + (to-from)/3, from + (to-from)*2/3, to}
	for i, x := range steps {
		if !finger {
			kind := input.DispatchMouseEventTypeMouseMoved
			if i == 0 {
				kind = input.DispatchMouseEventTypeMousePressed
			}
			v.Do(t, chromedp.MouseEvent(kind, x, y, chromedp.ButtonLeft))
			continue
		}
		kind := input.DispatchTouchEventTypeTouchMove
		if i == 0 {
			kind = input.DispatchTouchEventTypeTouchStart
		}
		touch(t, v, kind, &input.TouchPoint{X: x, Y: y})
	}
	if finger {
		touch(t, v, input.DispatchTouchEventTypeTouchEnd)
		return
	}
	v.Do(t, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, to, y, chromedp.ButtonLeft))
}

func touch(t *testing.T, v *webtest.Visit, kind input.DispatchTouchEventType, at ...*input.TouchPoint) {
	t.Helper()
	if at == nil {
		at = []*input.TouchPoint{}
	}
	if _, err := chromedp.Call(v.Context(), input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: at}); err != nil {
		t.Fatal(err)
	}
}
