// The till: Escape leads on to the next guest.
(() => {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], [popover]:popover-open")) return;
    const next = document.querySelector("[data-till] [data-escape]");
    if (next) {
      event.preventDefault();
      next.click();
    }
  });
})();
