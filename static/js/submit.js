// A form is sent once: a second press while the first is under way does
// nothing. The server's idempotency key is what makes it safe; this makes it
// visible. A lost connection is said in words and everything typed is kept.
(() => {
  const busy = new WeakSet();
  const say = (key) => window.regulars.toast(document.body.dataset[key], "warn");

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.matches("[hx-post],[hx-get],[hx-put],[hx-patch],[hx-delete]")) return;
    if (busy.has(form)) {
      event.preventDefault();
      return;
    }
    // The browser would leave the page for one that says no more than this.
    if (!navigator.onLine) {
      event.preventDefault();
      say("offline");
      return;
    }
    busy.add(form);
    form.setAttribute("aria-busy", "true");
  });
  // A form that only looks something up leaves out what nobody has filled in,
  // so that the address says what is looked for and no more.
  document.addEventListener("formdata", (event) => {
    if (event.target.method !== "get") return;
    for (const name of new Set(event.formData.keys())) {
      const given = event.formData.getAll(name).filter((value) => value !== "");
      event.formData.delete(name);
      for (const value of given) event.formData.append(name, value);
    }
  });

  // Coming back from the cache, a form is usable again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[aria-busy]")) {
      busy.delete(form);
      form.removeAttribute("aria-busy");
    }
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (!(form instanceof HTMLFormElement)) return;
    if (form.getAttribute("aria-busy") === "true" && event.detail.requestConfig.verb !== "get") event.preventDefault();
    else form.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt instanceof HTMLFormElement) event.detail.elt.removeAttribute("aria-busy");
  });

  // What is asked with Enter ends what the field asks while one types, and the
  // field asks nothing more until that is answered: its answer would come into
  // another page.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail;
    if (!(elt instanceof Element)) return;
    if (elt.matches("form[role=search]")) for (const field of elt.querySelectorAll("[type=search]")) window.htmx.trigger(field, "htmx:abort");
    else if (elt.matches("form[role=search][aria-busy=true] [type=search]")) event.preventDefault();
  });

  // A form that is sent again by itself says so itself.
  const again = (event) => event.detail.elt instanceof Element && event.detail.elt.matches("form[data-retry]");
  // What a search, a filter or a preview shows is of what was asked before:
  // it is dimmed until an answer comes.
  const asks = "input, select, form:not([data-retry]), [hx-trigger*=input]";
  const stale = ({ detail: { elt, target } }) => {
    if (elt instanceof Element && elt.matches(asks) && target instanceof Element) target.setAttribute("data-stale", "");
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.shouldSwap) event.detail.target.removeAttribute("data-stale");
  });
  const lost = (event) => {
    stale(event);
    if (!again(event)) say("offline");
  };
  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:timeout", lost);
  // The server, or the proxy before it, can't take anything just now.
  window.regulars = window.regulars || {};
  window.regulars.busy = (event) => [429, 502, 503, 504].includes(event.detail.xhr.status);
  document.addEventListener("htmx:responseError", (event) => {
    stale(event);
    if (!window.regulars.busy(event)) say("failed");
    else if (!again(event)) say("busy");
  });
})();
