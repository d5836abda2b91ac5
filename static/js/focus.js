// After a swap the focus goes to what asks for it with data-focus (an error
// summary, the next step), so that keyboard and screen reader follow.
(() => {
  function follow(root) {
    if (!root || !root.querySelector) return;
    const target = root.matches("[data-focus]") ? root : root.querySelector("[data-focus]");
    if (target) target.focus();
    // What is wrong is typed anew.
    if (target && target.matches("input[aria-invalid]")) target.select();
  }
  document.addEventListener("htmx:afterSettle", (event) => follow(event.detail.elt));
  document.addEventListener("DOMContentLoaded", () => follow(document.body));

  // A line of an error summary leads to its field.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest('[data-focus] a[href^="#"]');
    const named = link && document.getElementById(link.hash.slice(1));
    const field = named && named.matches("fieldset") ? named.querySelector("input:checked, input") : named;
    if (field) {
      event.preventDefault();
      field.focus();
    }
  });
})();
