package pages_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

func cardCode(t *testing.T, s *webtest.Server, guest loyalty.ID) string {
	t.Helper()
	made, err := s.Services.Cards.Issue(t.Context(), s.System(), service.IssueCard{CustomerID: guest, Key: []byte("key")})
	if err != nil {
		t.Fatal(err)
	}
	return made.Code
}

// A scanner types a card's code into the till's field, with Enter or without,
// and the guest is there; a bill and Enter, and the points are given.
func TestTillScansCards(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	ann, maria := cardCode(t, s, ids["Ann Lee"]), cardCode(t, s, ids["María García"])
	v := s.Visit(t, browsertest.Desktop)
	v.SignIn("cashier@trattoria.test")
	v.Until("at the till", `document.activeElement.id === "f-q"`)
	v.Press(ann + kb.Enter)
	v.Until("the bill's field", `document.activeElement.id === "f-total" && document.querySelector("h1").innerText === "Ann Lee"`)
	v.Press("20")
	v.See("+200 points")
	v.Press(kb.Enter)
	v.Until("the result", `location.pathname.endsWith("/done") && document.activeElement.innerText.includes("Next guest")`)
	balance(t, s, ids["Ann Lee"], 200)
	v.Press(kb.Escape)
	v.Until("the search again", `document.activeElement.id === "f-q"`)
	v.Press(strings.ToLower(loyalty.GroupedCode(maria)))
	v.Until("the other guest", `document.activeElement.id === "f-total" && document.querySelector("h1").innerText === "María García"`)
	if want := "/till/" + ids["María García"].String(); v.Path() != want {
		t.Errorf("the address is %s, want %s", v.Path(), want)
	}
	v.NoComplaints()
}

// Where the browser can read codes, the camera is a scanner too.
func TestTillScansWithTheCamera(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	v.Until("no button without the ability", `document.querySelector("[data-scan]").hidden`)
	v.BeforePages(`
		window.BarcodeDetector = class {
			static async getSupportedFormats() { return ["qr_code"]; }
			async detect(video) { return video.videoWidth ? [{ rawValue: "` + cardCode(t, s, ids["Ann Lee"]) + `" }] : []; }
		};
		navigator.mediaDevices.getUserMedia = async () => {
			const canvas = document.createElement("canvas");
			window.camera = canvas.captureStream(10);
			setInterval(() => canvas.getContext("2d").fillRect(0, 0, 9, 9), 50);
			return window.camera;
		};`)
	v.Go("/till")
	v.Tap("[data-scan]")
	v.Until("the guest", `document.activeElement.id === "f-total" && document.querySelector("h1").innerText === "Ann Lee"`)
	v.Until("the camera is off", `window.camera.getTracks().every((track) => track.readyState === "ended")`)
	v.NoComplaints()
}

// What people type to find a guest is in no address, and only the till may
// use the camera.
func TestTillSearchLeavesNoTrace(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	p := signIn(t, s, "cashier@trattoria.test")
	page := p.do("GET", "/till?q=987654321", nil)
	if strings.Contains(page.Body, "María") || !strings.Contains(page.Body, `method="post"`) {
		t.Errorf("the till takes a number from the address: %s", page.Body)
	}
	csrf := field(page.Body, "csrf")
	found := p.do("POST", "/till", url.Values{"csrf": {csrf}, "q": {"987654321"}})
	if found.Status != 200 || !strings.Contains(found.Body, "María G.") || strings.Contains(found.Body, "García") {
		t.Errorf("status %d: %s", found.Status, found.Body)
	}
	lone := p.do("POST", "/till", url.Values{"csrf": {csrf}, "q": {"987654321"}, "go": {"1"}})
	if lone.Status != 303 || lone.Header.Get("Location") != "/till/"+ids["María García"].String() {
		t.Errorf("status %d to %q", lone.Status, lone.Header.Get("Location"))
	}
	for path, camera := range map[string]string{"/till": "camera=(self)", "/till/" + ids["Ann Lee"].String(): "camera=(self)", "/customers": "camera=()"} {
		if got := p.do("GET", path, nil).Header.Get("Permissions-Policy"); !strings.Contains(got, camera) {
			t.Errorf("%s has the policy %q", path, got)
		}
	}
}
