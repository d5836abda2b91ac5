// The theme switch takes effect at once; the form keeps the choice for the
// next page, which the server then draws in it.
(() => {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-switch]");
    const button = event.submitter;
    if (!form || !button || button.name !== "theme") return;
    event.preventDefault();
    const root = document.documentElement;
    if (button.value === "system") delete root.dataset.theme;
    else root.dataset.theme = button.value;
    for (const other of document.querySelectorAll("[data-theme-switch] [name=theme]")) {
      other.setAttribute("aria-pressed", String(other.value === button.value));
    }
    const body = new URLSearchParams(new FormData(form, button));
    fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" }, redirect: "manual", credentials: "same-origin" });
  });
})();
