// Dialogs. The layout's one dialog opens when htmx fills it and empties when
// it closes; a page's own dialogs open by data-dialog-open.
(() => {
  let opener = null;

  const title = (dialog) => dialog.querySelector("[autofocus]") || dialog.querySelector("[data-dialog-title]");

  function open(dialog) {
    if (!dialog.open) {
      opener = document.activeElement;
      dialog.showModal();
    }
    dialog.classList.toggle("ui-dialog-wide", Boolean(dialog.querySelector("[data-wide]")));
    const first = title(dialog);
    if (first) first.focus();
  }

  document.addEventListener("click", (event) => {
    const target = event.target;
    if (!(target instanceof Element)) return;
    const button = target.closest("[data-dialog-open]");
    if (button) {
      const dialog = document.getElementById(button.dataset.dialogOpen);
      if (dialog) {
        event.preventDefault();
        open(dialog);
      }
      return;
    }
    const close = target.closest("[data-dialog-close]");
    const dialog = target.closest("dialog");
    if (dialog && (close || target === dialog)) {
      event.preventDefault();
      dialog.close();
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const modal = event.target.closest && event.target.closest("dialog[data-modal]");
    if (modal && modal.childElementCount) open(modal);
  });

  // "close" doesn't bubble, so it is caught on the way down.
  document.addEventListener("close", (event) => {
    const dialog = event.target;
    if (dialog.matches("dialog[data-modal]")) dialog.replaceChildren();
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  }, true);

  document.addEventListener("dialog:close", () => {
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  });
})();
