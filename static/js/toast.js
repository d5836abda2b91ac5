// Toasts go by themselves after a while: longer with an action, never while
// pointed at or focused, and bad news stays until dismissed.
(() => {
  const region = () => document.getElementById("toasts");

  function arm(toast) {
    const close = toast.querySelector("[data-toast-close]");
    if (close) close.hidden = false;
    if (toast.dataset.tone === "bad") return;
    const wait = toast.querySelector("a, form") ? 12000 : 6000;
    const tick = () => {
      if (toast.matches(":hover, :focus-within")) setTimeout(tick, 2000);
      else toast.remove();
    };
    setTimeout(tick, wait);
  }

  function lift() {
    // A modal dialog makes the page behind it inert, toasts included, unless
    // they stand inside it.
    const toasts = region();
    if (!toasts) return;
    const dialog = document.querySelector("dialog:modal");
    const home = dialog || document.body;
    if (toasts.parentElement !== home) home.append(toasts);
  }

  window.regulars = window.regulars || {};
  window.regulars.toast = (text, tone) => {
    const toasts = region();
    if (!toasts || !text) return;
    lift();
    if ([...toasts.querySelectorAll("p")].some((said) => said.textContent === text)) return;
    const made = document.getElementById("toast").content;
    const toast = made.querySelector(`[data-tone="${tone || "note"}"]`).cloneNode(true);
    toast.querySelector("p").textContent = text;
    toasts.append(toast);
  };

  function start() {
    const toasts = region();
    if (!toasts) return;
    for (const toast of toasts.children) arm(toast);
    new MutationObserver((changes) => {
      for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) arm(node);
    }).observe(toasts, { childList: true });
  }

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-toast-close]");
    if (button) button.closest(".ui-toast").remove();
  });
  document.addEventListener("htmx:oobBeforeSwap", lift);
  // What fills the dialog anew would take the place of toasts that stand in it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const toasts = region();
    const { target } = event.detail;
    if (toasts && target instanceof Element && target.matches("dialog") && target.contains(toasts)) document.body.append(toasts);
  });
  document.addEventListener("htmx:afterSettle", () => { if (region() && region().childElementCount) lift(); });
  document.addEventListener("DOMContentLoaded", start);
  // Going back puts a whole page in, and a corner of its own.
  document.addEventListener("htmx:historyRestore", start);
})();
