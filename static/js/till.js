// The till: Escape leads on to the next guest, Alt+L locks, and a device that
// people share locks itself when it lies about. While a form waits for the
// connection nothing locks: what was typed would be lost.
(() => {
  const form = () => document.querySelector("[data-till-lock]");

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    if (event.altKey && event.code === "KeyL" && form()) {
      event.preventDefault();
      form().requestSubmit();
    }
    // In a search it empties the field first.
    const typed = event.target instanceof HTMLInputElement && event.target.type === "search" && event.target.value;
    if (event.key !== "Escape" || typed || document.querySelector("dialog[open], [popover]:popover-open")) return;
    const next = document.querySelector("[data-till] [data-escape]");
    if (next) {
      event.preventDefault();
      next.click();
    }
  });

  // On a phone the rewards that are found stand below the field, where the
  // keyboard would hide them.
  document.addEventListener("focusin", (event) => {
    const part = event.target instanceof Element && event.target.matches("[data-till] section [type=search]") && event.target.closest("section");
    if (part && window.matchMedia("(width < 64rem)").matches) part.scrollIntoView({ block: "start" });
  });

  // A new guest who is half typed in, or waits to be sent, stays while the
  // search goes on below another name; what leads on asks first.
  const half = (card) => {
    const form = card && card.querySelector("form");
    return Boolean(form) && (form.hasAttribute("data-came-back") || window.regulars.changed(form) || window.regulars.unsure(card));
  };
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const card = event.detail.target;
    if (!card.matches("[data-till-new]") || !half(card)) return;
    event.detail.shouldSwap = false;
    card.querySelector("[data-till-kept]").hidden = false;
  });
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, target } = event.detail;
    const card = document.querySelector("[data-till-new]");
    // What was sent already is asked about as everywhere.
    if (event.defaultPrevented || !half(card) || window.regulars.unsure(card) || card.contains(elt) || !target.contains(card)) return;
    if (!window.confirm(card.dataset.tillNew)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const card = event.target instanceof Element && event.target.closest("[data-till-drop]") && event.target.closest("[data-till-new]");
    if (!card || window.regulars.stays(card)) return;
    card.replaceChildren();
    card.hidden = true;
    const field = document.getElementById("f-q");
    field.focus();
    window.htmx.trigger(field, "search");
  });

  let used = Date.now();
  for (const name of ["pointerdown", "keydown", "input"]) {
    document.addEventListener(name, () => { used = Date.now(); }, { passive: true });
  }
  setInterval(() => {
    const lock = form();
    const waiting = !navigator.onLine || document.querySelector("[data-retry-status]:not([hidden])");
    if (lock && lock.dataset.idle && !waiting && Date.now() - used > 1000 * Number(lock.dataset.idle)) {
      used = Date.now();
      lock.requestSubmit();
    }
  }, 1000);
})();
