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
