// A list that scrolls by itself (data-keep-scroll and an id) stays where it
// was when htmx puts a new one in its place, and shows its current entry: also
// that of a page just opened, which may be far down the list.
(() => {
  const kept = new Map();

  document.addEventListener("htmx:beforeSwap", (event) => {
    const root = event.detail.target;
    if (!(root instanceof Element)) return;
    for (const list of root.querySelectorAll("[data-keep-scroll][id]")) kept.set(list.id, list.scrollTop);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const [id, top] of kept) {
      const list = document.getElementById(id);
      if (!list) continue;
      list.scrollTop = top;
      const current = list.querySelector("[aria-current]");
      if (current) (current.closest("li") || current).scrollIntoView({ block: "nearest" });
    }
    kept.clear();
    tabs();
  });

  // Of a row of tabs that is wider than the screen, the current one is in sight.
  function tabs() {
    for (const tab of document.querySelectorAll(".ui-tabs > [aria-current]")) {
      const row = tab.parentElement;
      if (row.scrollWidth > row.clientWidth) row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
    }
  }
  tabs();

  // The page itself stays at its top.
  for (const list of document.querySelectorAll("[data-keep-scroll]")) {
    const row = list.querySelector("[aria-current]")?.closest("li");
    if (row) list.scrollTop += Math.max(0, row.getBoundingClientRect().bottom - list.getBoundingClientRect().bottom);
  }
})();
