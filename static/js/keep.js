// Forms whose person has to sign in again: what was typed waits in this tab and
// is put back when the sign-in has led back to the page. Passwords and the
// page's token don't, and after a quarter of an hour nothing does. The form's
// key and what it was drawn from do: what did arrive before isn't done twice,
// and what others changed meanwhile isn't overwritten.
(() => {
  const slot = "typed";
  const longest = 15 * 60 * 1000;
  const here = () => location.pathname + location.search;
  const forms = () => [...document.querySelectorAll("form[data-retry]")];
  const action = (form) => form.getAttribute("action");

  function typed(form) {
    return [...new FormData(form)].filter(([name, value]) => {
      const field = form.querySelector(`[name="${CSS.escape(name)}"]`);
      return typeof value === "string" && name !== "csrf" && !(field && field.type === "password");
    });
  }

  function fill(form, fields) {
    for (const field of form.elements) {
      if (!field.name || field.type === "password" || field.type === "file") continue;
      const values = fields.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
      else if (values.length && field.value !== values[0]) {
        field.value = values[0];
        if (field.type !== "hidden") field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
    // What follows the form, such as its preview, follows it now.
    form.dispatchEvent(new Event("change", { bubbles: true }));
    window.regulars.toast(document.body.dataset.kept);
  }

  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    if (xhr.status !== 401 || !xhr.getResponseHeader("HX-Redirect")) return;
    // Often it isn't the form that finds out, but its preview, or a search beside it.
    const left = forms().filter((form) => form.contains(elt) || window.regulars.changed(form));
    if (!left.length) return;
    const kept = left.map((form) => ({ action: action(form), fields: typed(form) }));
    sessionStorage.setItem(slot, JSON.stringify({ page: here(), at: Date.now(), forms: kept }));
  });

  function put({ action: to, fields }) {
    const find = () => forms().find((form) => action(form) === to);
    if (find()) return fill(find(), fields);
    // It stood in the dialog, which a link on the page opens.
    const opener = [...document.querySelectorAll("a[hx-target='#modal']")].find((link) => link.pathname === to);
    if (!opener) return;
    document.addEventListener("htmx:afterSettle", () => { if (find()) fill(find(), fields); }, { once: true });
    opener.click();
  }

  document.addEventListener("DOMContentLoaded", () => {
    const kept = JSON.parse(sessionStorage.getItem(slot) || "null");
    if (!kept || kept.page !== here()) return;
    sessionStorage.removeItem(slot);
    if (Date.now() - kept.at <= longest) kept.forms.forEach(put);
  });
})();
