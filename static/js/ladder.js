// The tier editor's ladder: a threshold can be dragged, or moved with the
// arrow keys, along the scale. It writes into the field that the server put
// beside it (data-field, an input's id) and tells that it changed, so that the
// preview follows; typing into the field moves the threshold. A threshold
// stops at its neighbours: tiers change places only where they are typed to.
// The one at 0 stays, because a ladder needs one there. Without JavaScript
// there are still the fields.
(() => {
  const max = (svg) => Number(svg.dataset.max);

  // Round to what a person would have typed: three significant digits.
  function round(points) {
    const step = Math.max(1, 10 ** (Math.floor(Math.log10(Math.max(1, points))) - 1) / 2);
    return Math.round(points / step) * step;
  }

  // How much of the narrowest drawing a label takes, in percent.
  const width = (text) => (7 * [...text.textContent].length + 12) / 3;

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
      const turned = share > 85 || (share > 50 && share + width(text) > 100);
      text.setAttribute("text-anchor", turned ? "end" : "start");
      text.setAttribute("dx", turned ? "-6" : "6");
    }
    for (const grip of mark.querySelectorAll("circle")) grip.setAttribute("cx", x);
    mark.setAttribute("aria-valuenow", String(points));
    mark.setAttribute("aria-valuetext", svg.dataset.said.replace("#", points.toLocaleString(document.documentElement.lang)));
    paint(svg);
    limit(svg);
    stack(svg);
  }

  // Names stand below those they would run into: levels of views/ui/ladder.go.
  function stack(svg) {
    const labels = inOrder(svg).map((mark) => {
      const text = mark.querySelector("text");
      const end = text.getAttribute("text-anchor") === "end";
      return { mark, text, end, share: parseFloat(text.getAttribute("x")), width: width(text), level: 0 };
    });
    labels.forEach((label, i) => {
      for (const before of labels.slice(0, i)) {
        const reach = (before.end ? 0 : before.width) + (label.end ? label.width : 0);
        if (label.share - before.share < reach) label.level = Math.max(label.level, before.level + 1);
      }
      label.text.setAttribute("y", String(14 * label.level + 10));
      label.mark.querySelector(".ui-mark-line").setAttribute("y1", String(14 * label.level));
    });
  }

  const valueOf = (mark) => Number(mark.getAttribute("aria-valuenow"));
  const inOrder = (svg) => [...svg.querySelectorAll("[data-tier]")].sort((a, b) => valueOf(a) - valueOf(b));

  // How far each threshold may go: to the point beside its neighbours.
  function limit(svg) {
    const marks = inOrder(svg);
    marks.forEach((mark, i) => {
      const at = valueOf(mark);
      const low = i ? Math.min(at, valueOf(marks[i - 1]) + 1) : 0;
      const high = Math.max(at, (i + 1 < marks.length ? valueOf(marks[i + 1]) : max(svg) + 1) - 1);
      const fixed = !i && !at;
      mark.setAttribute("aria-valuemin", String(low));
      mark.setAttribute("aria-valuemax", String(fixed ? 0 : high));
      mark.setAttribute("aria-disabled", String(fixed));
      mark.setAttribute("tabindex", fixed ? "-1" : "0");
    });
  }

  const roomOf = (mark) => ({ low: Number(mark.getAttribute("aria-valuemin")), high: Number(mark.getAttribute("aria-valuemax")) });

  // Members have the colour of the tier they would be in.
  function paint(svg) {
    const starts = [...svg.querySelectorAll("[data-tier]")].map(valueOf);
    for (const bar of svg.querySelectorAll("[data-from]")) {
      const rank = starts.filter((at) => at <= Number(bar.dataset.from)).length;
      bar.setAttribute("class", `ui-t${Math.min(6, Math.max(1, rank))}`);
    }
  }

  function move(mark, points, done, room = roomOf(mark)) {
    const field = document.getElementById(mark.dataset.field);
    const value = Math.max(room.low, Math.min(room.high, Math.round(points)));
    place(mark, value);
    if (!field) return;
    field.value = String(value);
    field.dispatchEvent(new Event(done ? "change" : "input", { bubbles: true }));
  }

  document.addEventListener("pointerdown", (event) => {
    const mark = event.target instanceof Element && event.target.closest("[data-ladder] [data-field]");
    if (!mark || mark.ariaDisabled === "true") return;
    event.preventDefault();
    mark.focus();
    const room = roomOf(mark);
    const box = mark.ownerSVGElement.getBoundingClientRect();
    const at = (e) => round((max(mark.ownerSVGElement) * (e.clientX - box.left)) / box.width);
    const follow = (e) => move(mark, at(e), false, room);
    const stop = (e) => {
      document.removeEventListener("pointermove", follow);
      if (e.type === "pointerup") move(mark, at(e), true, room);
    };
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", stop, { once: true });
    document.addEventListener("pointercancel", stop, { once: true });
  });

  document.addEventListener("keydown", (event) => {
    const mark = event.target instanceof Element && event.target.closest("[data-ladder] [data-field]");
    if (!mark || mark.ariaDisabled === "true") return;
    const step = max(mark.ownerSVGElement) / (event.shiftKey ? 20 : 200);
    const leap = max(mark.ownerSVGElement) / 20;
    const by = {
      ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -leap, PageUp: leap, Home: -Infinity, End: Infinity,
    }[event.key];
    if (!by) return;
    event.preventDefault();
    move(mark, valueOf(mark) + by, true);
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
      const letters = [...event.target.value];
      named.querySelector("text").textContent = letters.length > 20 ? `${letters.slice(0, 19).join("")}…` : event.target.value;
      place(named, valueOf(named));
    }
  });
})();
