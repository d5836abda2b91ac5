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

  // After settling rather than swapping: only then does htmx know the form
  // inside, and a key pressed at once must not send it as a plain page.
  document.addEventListener("htmx:afterSettle", (event) => {
    const modal = event.detail.target;
    if (modal instanceof Element && modal.matches("dialog[data-modal]") && modal.childElementCount) open(modal);
  });

  // "close" doesn't bubble, so it is caught on the way down.
  document.addEventListener("close", (event) => {
    const dialog = event.target;
    if (!(dialog instanceof HTMLDialogElement)) return;
    // The toasts were lifted into the dialog to be seen; they outlive it.
    const toasts = dialog.querySelector("#toasts");
    if (toasts) document.body.append(toasts);
    if (dialog.matches("[data-modal]")) dialog.replaceChildren();
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  }, true);

  document.addEventListener("dialog:close", () => {
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  });
})();
