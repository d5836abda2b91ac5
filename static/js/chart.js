// The values of the step of a chart that is pointed at, read from the table
// that stands behind every chart.
(() => {
  const span = (className, text) => {
    const el = document.createElement("span");
    el.className = className;
    el.textContent = text;
    return el;
  };

  function fill(tip, table, row) {
    const heads = table.tHead.rows[0].cells;
    const title = document.createElement("strong");
    title.textContent = row.cells[0].textContent;
    tip.replaceChildren(title);
    for (let i = 1; i < row.cells.length; i += 1) {
      const line = document.createElement("p");
      line.className = heads[i].className.replace("ui-num", "").trim();
      line.append(span("ui-swatch", ""), span("", heads[i].textContent), span("tabular-nums", row.cells[i].textContent));
      tip.append(line);
    }
  }

  function show(area, event) {
    const table = area.closest("figure").querySelector("figcaption table");
    const rows = table ? table.tBodies[0].rows : [];
    if (!rows.length) return;
    const box = area.getBoundingClientRect();
    const at = Math.min(rows.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * rows.length)));
    if (area.dataset.at === String(at)) return;
    area.dataset.at = String(at);
    if (!area.firstChild) {
      area.append(document.createElement("div"), document.createElement("div"));
      area.firstChild.className = "ui-guide";
      area.lastChild.className = "ui-tip";
    }
    const [guide, tip] = area.children;
    fill(tip, table, rows[at]);
    const x = ((at + 0.5) / rows.length) * 100;
    guide.style.left = `${x}%`;
    // On the side with more room, so that it never leaves the chart.
    tip.style.left = x < 50 ? `calc(${x}% + 0.5rem)` : "auto";
    tip.style.right = x < 50 ? "auto" : `calc(${100 - x}% + 0.5rem)`;
  }

  const area = (event) => event.target instanceof Element && event.target.closest("[data-tips]");
  for (const name of ["pointermove", "pointerdown"]) {
    document.addEventListener(name, (event) => {
      const over = area(event);
      for (const other of document.querySelectorAll("[data-tips][data-at]")) if (other !== over) clear(other);
      if (over) show(over, event);
    });
  }

  function clear(other) {
    delete other.dataset.at;
    other.replaceChildren();
  }
})();
