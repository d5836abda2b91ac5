// Keys: data-shortcut="x" on a field focuses it, on anything else presses
// it, unless the reader has switched that off (data-keys-off); arrow keys move
// along data-arrows; Escape closes a menu.
(() => {
  const typing = (el) => el instanceof Element && el.closest("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]");

  function shortcut(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("[data-keys-off]")) return;
    const scope = document.querySelector("dialog:modal") || document;
    const target = [...scope.querySelectorAll("[data-shortcut]")].find((el) => el.dataset.shortcut === event.key && el.checkVisibility());
    if (!target) return;
    event.preventDefault();
    if (typing(target)) {
      target.focus();
      if (target.select) target.select();
    } else target.click();
  }

  function arrows(event) {
    const list = event.target instanceof Element && event.target.closest("[data-arrows]");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!list || !step) return;
    const items = [...list.querySelectorAll(list.dataset.arrows || "a, button")].filter((el) => el.checkVisibility());
    if (!items.length) return;
    const at = items.indexOf(document.activeElement);
    event.preventDefault();
    const next = at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length;
    items[next].focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    if (event.key === "Escape") {
      const menu = document.querySelector("details[data-menu][open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      return;
    }
    arrows(event);
    if (!event.defaultPrevented) shortcut(event);
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target) || (event.target.closest && event.target.closest(".ui-menu-item"))) menu.open = false;
    }
  });
})();
