// After a swap the focus goes to what asks for it with data-focus (an error
// summary, the next step), so that keyboard and screen reader follow.
(() => {
  function follow(root) {
    if (!root || !root.querySelector) return;
    const asking = root.matches("[data-focus]") ? root : root.querySelector("[data-focus]");
    // An error summary may name the one field that it is about.
    const target = asking && (fieldOf(document.getElementById(asking.dataset.focus)) || asking);
    if (target) target.focus();
    // What is wrong is typed anew.
    if (target && target.matches("input[aria-invalid]")) target.select();
  }
  const fieldOf = (named) => (named && named.matches("fieldset") ? named.querySelector("input:checked, input") : named);
  document.addEventListener("htmx:afterSettle", (event) => follow(event.detail.elt));
  document.addEventListener("DOMContentLoaded", () => follow(document.body));

  // A line of an error summary leads to its field.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest('[data-focus] a[href^="#"]');
    const field = link && fieldOf(document.getElementById(link.hash.slice(1)));
    if (field) {
      event.preventDefault();
      field.focus();
    }
  });
})();
