// Small conveniences that aren't there without JavaScript: copy buttons, and
// selects and switches that send their form when changed (data-autosubmit).
(() => {
  function show(root) {
    for (const button of root.querySelectorAll("[data-copy][hidden], [data-print][hidden], [data-script-only][hidden]")) button.hidden = false;
    for (const button of root.querySelectorAll("[data-noscript-only]")) button.hidden = true;
  }
  document.addEventListener("DOMContentLoaded", () => show(document));
  document.addEventListener("htmx:load", (event) => show(event.detail.elt));

  document.addEventListener("click", async (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest("[data-print]")) {
      window.print();
      return;
    }
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.querySelector("[aria-live]");
    const before = label.textContent;
    label.textContent = button.dataset.copied;
    setTimeout(() => { label.textContent = before; }, 2000);
  });

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field instanceof Element && field.matches("[data-autosubmit]") && field.form) field.form.requestSubmit();
  });

  // The name of the file that was chosen, where the browser's own field is unseen.
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || field.type !== "file" || !field.files.length) return;
    const face = field.parentElement.querySelector("[data-file-name]");
    if (face) face.textContent = field.files[0].name;
  });

  // A suggestion that was chosen is a change; waiting until the field is left
  // would look like nothing had happened.
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || !field.matches("[data-autosubmit][list]") || !field.form) return;
    const chosen = field.value === "" || [...field.list.options].some((option) => option.value === field.value);
    if (chosen) field.form.requestSubmit();
  });
})();
