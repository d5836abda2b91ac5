// A form with data-picks="name" decides about the ticked boxes of that name:
// data-picked says how many they are, data-pick-all ticks them all, and the
// form's buttons wait for the first.
(() => {
  const boxes = (form) => [...form.elements].filter((box) => box.name === form.dataset.picks);

  function count(form) {
    const all = boxes(form);
    const picked = all.filter((box) => box.checked).length;
    for (const place of form.querySelectorAll("[data-picked]")) place.textContent = picked;
    for (const every of form.querySelectorAll("[data-pick-all]")) {
      every.checked = picked > 0 && picked === all.length;
      every.indeterminate = picked > 0 && picked < all.length;
    }
    for (const button of form.querySelectorAll("button")) button.disabled = picked === 0;
  }

  const countAll = () => document.querySelectorAll("form[data-picks]").forEach(count);
  document.addEventListener("DOMContentLoaded", countAll);
  document.addEventListener("htmx:afterSettle", countAll);
  window.addEventListener("pageshow", countAll);

  document.addEventListener("change", (event) => {
    const box = event.target;
    const form = box instanceof HTMLInputElement && box.form;
    if (!form || !form.matches("[data-picks]")) return;
    if (box.matches("[data-pick-all]")) for (const other of boxes(form)) other.checked = box.checked;
    count(form);
  });
})();
