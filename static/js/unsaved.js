// Forms with data-unsaved: leaving the page with something changed and not
// saved asks first, in the browser's own words. Changed is what differs from
// what the server drew; a form that it drew with what was typed says so itself
// (data-unsaved="changed"). Fields with data-unsaved-apart are not saved.
(() => {
  let leaving = false;

  function differs(field) {
    if (!field.name || field.disabled || field.matches("[type=hidden], [type=file], [data-unsaved-apart]")) return false;
    if (field instanceof HTMLSelectElement) {
      const drawn = [...field.options].findIndex((option) => option.defaultSelected);
      return field.selectedIndex !== Math.max(0, drawn);
    }
    if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
    return "defaultValue" in field && field.value !== field.defaultValue;
  }

  const changed = (form) => form.dataset.unsaved === "changed" || [...form.elements].some(differs);
  window.regulars = window.regulars || {};
  window.regulars.changed = changed;

  window.addEventListener("beforeunload", (event) => {
    if (leaving || ![...document.querySelectorAll("form[data-unsaved]")].some(changed)) return;
    event.preventDefault();
    event.returnValue = ""; // what older browsers ask for
  });

  // Sent as a page: whatever comes of it comes back with what was typed.
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && event.target.matches("[data-unsaved]")) leaving = true;
  });
  // Sent by htmx, and saved, or kept for after the sign-in.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Redirect")) leaving = true;
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-unsaved-drop]")) leaving = true;
  });
  // Coming back from the cache, or staying after all.
  window.addEventListener("pageshow", () => { leaving = false; });
})();
