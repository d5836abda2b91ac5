// The tier editor's ladder: a threshold can be dragged, or moved with the
// arrow keys, along the scale. It writes into the field that the server put
// beside it (data-field, an input's id) and tells that it changed, so that the
// preview follows; typing into the field moves the threshold. Without
// JavaScript there are still the fields.
(() => {
  const max = (svg) => Number(svg.dataset.max);

  // Round to what a person would have typed: three significant digits.
  function round(points) {
    const step = Math.max(1, 10 ** (Math.floor(Math.log10(Math.max(1, points))) - 1) / 2);
    return Math.round(points / step) * step;
  }

  function place(mark, points) {
    const svg = mark.ownerSVGElement;
    const share = Math.min(100, Math.max(0, (100 * points) / max(svg)));
    const x = `${share}%`;
    for (const line of mark.querySelectorAll("line")) {
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
    }
    for (const text of mark.querySelectorAll("text")) {
      text.setAttribute("x", x);
      // A label that would leave the right end turns to the left.
      text.setAttribute("text-anchor", share > 85 ? "end" : "start");
      text.setAttribute("dx", share > 85 ? "-6" : "6");
    }
    for (const grip of mark.querySelectorAll("circle")) grip.setAttribute("cx", x);
    mark.setAttribute("aria-valuenow", String(points));
    mark.setAttribute("aria-valuetext", svg.dataset.said.replace("#", points.toLocaleString(document.documentElement.lang)));
    paint(svg);
  }

  // Members have the colour of the tier they would be in.
  function paint(svg) {
    const starts = [...svg.querySelectorAll("[data-tier]")].map((mark) => Number(mark.getAttribute("aria-valuenow")));
    for (const bar of svg.querySelectorAll("[data-from]")) {
      const rank = starts.filter((at) => at <= Number(bar.dataset.from)).length;
      bar.setAttribute("class", `ui-t${Math.min(6, Math.max(1, rank))}`);
    }
  }

  function move(mark, points, done) {
    const field = document.getElementById(mark.dataset.field);
    const value = Math.max(0, Math.min(max(mark.ownerSVGElement), Math.round(points)));
    place(mark, value);
    if (!field) return;
    field.value = String(value);
    field.dispatchEvent(new Event(done ? "change" : "input", { bubbles: true }));
  }

  document.addEventListener("pointerdown", (event) => {
    const mark = event.target instanceof Element && event.target.closest("[data-ladder] [data-field]");
    if (!mark) return;
    event.preventDefault();
    mark.focus();
    const box = mark.ownerSVGElement.getBoundingClientRect();
    const at = (e) => round((max(mark.ownerSVGElement) * (e.clientX - box.left)) / box.width);
    const follow = (e) => move(mark, at(e), false);
    const stop = (e) => {
      document.removeEventListener("pointermove", follow);
      if (e.type === "pointerup") move(mark, at(e), true);
    };
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", stop, { once: true });
    document.addEventListener("pointercancel", stop, { once: true });
  });

  document.addEventListener("keydown", (event) => {
    const mark = event.target instanceof Element && event.target.closest("[data-ladder] [data-field]");
    if (!mark) return;
    const step = max(mark.ownerSVGElement) / (event.shiftKey ? 20 : 200);
    const leap = max(mark.ownerSVGElement) / 20;
    const by = {
      ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -leap, PageUp: leap, Home: -Infinity, End: Infinity,
    }[event.key];
    if (!by) return;
    event.preventDefault();
    move(mark, Number(mark.getAttribute("aria-valuenow")) + by, true);
  });

  const markOf = (id) => id && document.querySelector(`[data-ladder] [data-field="${CSS.escape(id)}"]`);

  document.addEventListener("input", (event) => {
    if (!event.isTrusted || !event.target.id) return;
    const mark = markOf(event.target.id);
    // Thresholds are whole numbers, so a point or a comma groups thousands.
    const points = Number(event.target.value.replace(/[.,\s]/g, ""));
    if (mark && Number.isFinite(points)) place(mark, points);
    const named = event.target.id.endsWith("-name") && markOf(event.target.id.replace(/-name$/, "-minPoints"));
    if (named && event.target.value.trim()) {
      named.setAttribute("aria-label", event.target.value);
      named.querySelector("text").textContent = event.target.value;
    }
  });
})();
