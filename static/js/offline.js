// Without a connection nothing leads away from the page, for the browser would
// show one of its own: what is here stays, and a line above says why.
(() => {
  function say() {
    const line = document.querySelector("[data-offline-line]");
    if (!line) return;
    line.textContent = navigator.onLine ? "" : document.body.dataset.offline;
    line.hidden = navigator.onLine;
  }
  for (const name of ["online", "offline"]) window.addEventListener(name, say);
  document.addEventListener("DOMContentLoaded", say);

  const elsewhere = (link) => link.origin === location.origin && !link.download && !(link.hash && link.pathname === location.pathname && link.search === location.search);

  // After htmx, which says itself what couldn't be fetched.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a[href]");
    if (navigator.onLine || !link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || !elsewhere(link)) return;
    event.preventDefault();
    window.regulars.toast(document.body.dataset.offline, "warn");
  });
})();
