// An answer that a page waits for — a search's, a preview's, what comes by
// itself after the page — and that didn't come is asked for again: after a
// while, after a longer while, and at once when the browser is back online.
// Nobody has to type the same again. Forms that change something are retry.js's.
(() => {
  const waits = [2000, 4000, 8000];
  const lost = new Map();
  const asks = ":is(input, select, [hx-trigger*=input], [hx-trigger*=load]):not(form)";

  function drop(elt) {
    const entry = lost.get(elt);
    if (entry) clearTimeout(entry.timer);
    lost.delete(elt);
  }

  function ask(elt) {
    const { verb, path, timer } = lost.get(elt);
    clearTimeout(timer);
    if (elt.isConnected) window.htmx.ajax(verb, path, { source: elt });
    else lost.delete(elt);
  }

  function missed(event) {
    const { elt, requestConfig, pathInfo, target } = event.detail;
    if (!(elt instanceof Element) || !elt.matches(asks)) return;
    const tries = lost.has(elt) ? lost.get(elt).tries : 0;
    drop(elt);
    const entry = { verb: requestConfig.verb, path: pathInfo.requestPath, at: target, tries: tries + 1 };
    if (tries < waits.length) entry.timer = setTimeout(() => ask(elt), waits[tries]);
    // The link that is there for browsers without scripts helps here, too.
    else for (const link of elt.querySelectorAll("[data-noscript-only]")) link.removeAttribute("data-noscript-only");
    lost.set(elt, entry);
  }
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, missed);
  document.addEventListener("htmx:responseError", (event) => {
    // What is refused stays refused: who is signed out, or may not.
    if (event.detail.xhr.status >= 500 || window.regulars.busy(event)) missed(event);
    else drop(event.detail.elt);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt, shouldSwap, target } = event.detail;
    if (!shouldSwap) return;
    drop(elt);
    // Another's answer stands where this one's would have.
    for (const [other, { at }] of lost) if (at === target || !other.isConnected) drop(other);
  });
  window.addEventListener("online", () => { for (const elt of [...lost.keys()]) ask(elt); });
})();
