package pages_test

import (
	"fmt"
	"testing"

	"regulars/internal/browsertest"
)

// Where the answer to what is typed doesn't come, because the connection is
// lost or the server too busy, it is said, what was typed stays, and what is
// shown doesn't pass for an answer. The next one that comes is shown as ever.
func TestAnAnswerThatDoesNotCome(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Phone)
	v.SignIn("manager@trattoria.test")
	const spoil = `(() => {
		const send = XMLHttpRequest.prototype.send, status = %d;
		window.restore = () => { XMLHttpRequest.prototype.send = send; return true; };
		XMLHttpRequest.prototype.send = function () {
			if (!status) return void setTimeout(() => this.dispatchEvent(new ProgressEvent("error")));
			Object.defineProperty(this, "status", {get: () => status});
			send.apply(this, arguments);
		};
		return true;
	})()`
	for _, on := range []struct{ path, field, first, then, shows, target string }{
		{"/till/" + r.guests[0].String(), "#f-total", "10", "0", "+100 points", "#till-preview"},
		{"/customers", "#search input[name=search]", "Luc", "ía", "Lucía Peña", "#customers"},
	} {
		for status, says := range map[int]string{0: "You are offline. What you typed is kept", 429: "The service is busy. Please try again in a moment.", 503: "The service is busy. Please try again in a moment."} {
			v.Go(on.path)
			v.Type(on.field, on.first)
			v.See(on.shows)
			browsertest.Eval[bool](t, v.Browser, fmt.Sprintf(spoil, status))
			v.Type(on.field, on.then)
			v.See(says)
			v.Until("what was typed", fmt.Sprintf(`document.querySelector(%q).value === %q`, on.field, on.first+on.then))
			v.Until("dimmed", fmt.Sprintf(`document.querySelector(%q).matches("[data-stale]")`, on.target))
			v.Picture(fmt.Sprintf("stale-%d-%s", status, on.target[1:]))
			browsertest.Eval[bool](t, v.Browser, `window.restore()`)
			v.Type(on.field, " ")
			v.Until("an answer again", fmt.Sprintf(`!document.querySelector(%q).matches("[data-stale]")`, on.target))
		}
	}
}
