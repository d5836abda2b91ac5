package pages_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
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
