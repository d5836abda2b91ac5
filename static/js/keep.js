// A form whose person has to sign in again: what was typed waits in this tab
// and is put back when the sign-in has led back to the page. Passwords and the
// form's own tokens don't, and after a quarter of an hour nothing does.
(() => {
  const slot = "typed";
  const longest = 15 * 60 * 1000;
  // The forms of pages and dialogs; the till's are retry.js's.
  const kinds = "[data-retry]:is([hx-target='#main'], [hx-target='#modal'])";
  const here = () => location.pathname + location.search;

  function keep(form) {
    const fields = [...new FormData(form)].filter(([name, value]) => {
      const field = form.querySelector(`[name="${CSS.escape(name)}"]`);
      return typeof value === "string" && name !== "csrf" && name !== "key" && !(field && field.type === "password");
    });
    sessionStorage.setItem(slot, JSON.stringify({ page: here(), action: form.getAttribute("action"), at: Date.now(), fields }));
  }

  function put(form, fields) {
    for (const field of form.elements) {
      if (!field.name || field.type === "hidden" || field.type === "password" || field.type === "file") continue;
      const values = fields.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
      else if (values.length) [field.value] = values;
    }
    // What follows the form, such as its preview, follows it now.
    form.dispatchEvent(new Event("change", { bubbles: true }));
    window.regulars.toast(document.body.dataset.kept);
  }

  document.addEventListener("htmx:beforeOnLoad", (event) => {
    // Often it is the form's preview that finds out.
    const form = event.detail.xhr.status === 401 && event.detail.elt instanceof Element && event.detail.elt.closest(kinds);
    if (form) keep(form);
  });

  document.addEventListener("DOMContentLoaded", () => {
    const kept = JSON.parse(sessionStorage.getItem(slot) || "null");
    if (!kept || kept.page !== here()) return;
    sessionStorage.removeItem(slot);
    if (Date.now() - kept.at > longest) return;
    const find = () => [...document.querySelectorAll(kinds)].find((form) => form.getAttribute("action") === kept.action);
    if (find()) return put(find(), kept.fields);
    // It stood in the dialog, which a link on the page opens.
    const opener = [...document.querySelectorAll("a[hx-target='#modal']")].find((link) => link.getAttribute("href") === kept.action);
    if (!opener) return;
    document.addEventListener("htmx:afterSettle", () => { if (find()) put(find(), kept.fields); }, { once: true });
    opener.click();
  });
})();
