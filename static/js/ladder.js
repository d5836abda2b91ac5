// The tier editor's ladder: a threshold can be dragged, or moved with the
// arrow keys, along the scale. It writes into the field that the server put
// beside it (data-field, an input's id) and tells that it changed, so that the
// preview follows; typing into the field moves the threshold. A threshold
// stops at its neighbours: tiers change places only where they are typed to.
// Where they stand close, their grips do so one below the other, and what is
// pressed is the grip that is nearest. Above the drawing stands what is held.
// The one at 0 stays, because a ladder needs one there. Without JavaScript
// there are still the fields.
(() => {
  const max = (svg) => Number(svg.dataset.max);

  // Round to what a person would have typed: three significant digits.
  function round(points) {
    const step = Math.max(1, 10 ** (Math.floor(Math.log10(Math.max(1, points))) - 1) / 2);
    return Math.round(points / step) * step;
  }

  // How much of the drawing a label takes, in percent. The server reckons with
  // the narrowest there is.
  const width = (text) => (100 * (7 * [...text.textContent].length + 12)) / (text.ownerSVGElement.clientWidth || 300);

  function place(mark, points) {
    const svg = mark.ownerSVGElement;
    const share = Math.min(100, Math.max(0, (100 * points) / max(svg)));
    const x = `${share}%`;
    for (const line of mark.querySelectorAll("line")) {
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
    }
    for (const text of mark.querySelectorAll("text")) text.setAttribute("x", x);
    for (const grip of mark.querySelectorAll("circle")) grip.setAttribute("cx", x);
    mark.setAttribute("aria-valuenow", String(points));
    mark.setAttribute("aria-valuetext", svg.dataset.said.replace("#", points.toLocaleString(document.documentElement.lang)));
    paint(svg);
    limit(svg);
    if (!held) arrange(svg);
    say(mark);
  }

  let held = null; // the threshold that is being dragged: nothing else moves

  function arrange(svg) {
    stack(svg);
    spread(svg);
  }

  // The name and the points of the threshold that has the focus.
  function say(mark) {
    const said = mark.closest("figure").querySelector("[data-ladder-said]");
    if (said && mark === document.activeElement) said.textContent = `${mark.getAttribute("aria-label")}: ${mark.getAttribute("aria-valuetext")}`;
  }

  // A label that would leave the right end turns to the left.
  function turn(text, share) {
    const turned = share > 85 || (share > 50 && share + width(text) > 100);
    text.setAttribute("text-anchor", turned ? "end" : "start");
    text.setAttribute("dx", turned ? "-6" : "6");
    return turned;
  }

  // Names stand below those they would run into, and those that would reach the
  // grips are left out: levels of views/ui/ladder.go.
  function stack(svg) {
    const labels = inOrder(svg).map((mark) => {
      const text = mark.querySelector("text");
      const share = parseFloat(text.getAttribute("x"));
      const end = turn(text, share);
      return { mark, text, end, share, width: width(text), level: 0 };
    });
    const named = Math.floor((Number(svg.dataset.grips) - 26) / 14);
    labels.forEach((label, i) => {
      for (const before of labels.slice(0, i)) {
        if (before.level > named) continue;
        const reach = (before.end ? 0 : before.width) + (label.end ? label.width : 0);
        if (label.share - before.share < reach) label.level = Math.min(Math.max(label.level, before.level + 1), named + 1);
      }
      label.text.toggleAttribute("hidden", label.level > named);
      label.text.setAttribute("y", String(14 * label.level + 10));
      label.mark.querySelector(".ui-mark-line").setAttribute("y1", String(14 * label.level));
    });
  }

  // Grips that would touch stand in rows: grips of views/ui/ladder.go.
  function spread(svg) {
    const from = Number(svg.dataset.grips);
    const last = Array(Math.floor((svg.clientHeight - from) / 26) + 1).fill(-Infinity);
    for (const mark of inOrder(svg)) {
      const grip = mark.querySelector("circle");
      if (!grip || mark.ariaDisabled === "true") continue;
      const x = (svg.clientWidth / 100) * parseFloat(grip.getAttribute("cx"));
      const free = last.findIndex((before) => x - before >= 26);
      const row = free >= 0 ? free : last.indexOf(Math.min(...last));
      last[row] = x;
      grip.setAttribute("cy", String(from + 26 * row));
    }
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

  // Members have the colour of the tier they would be in; above the tenth the
  // last six come again, as on the server.
  function paint(svg) {
    const starts = [...svg.querySelectorAll("[data-tier]")].map(valueOf);
    for (const bar of svg.querySelectorAll("[data-from]")) {
      const rank = starts.filter((at) => at <= Number(bar.dataset.from)).length;
      bar.setAttribute("class", `ui-t${rank > 10 ? 5 + ((rank - 11) % 6) : Math.max(1, rank)}`);
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

  // The threshold meant by pressing there: the nearest grip under the finger,
  // or else the nearest line.
  function meant(svg, event) {
    const far = (grip, down) => {
      const box = grip.getBoundingClientRect();
      return Math.hypot(event.clientX - box.x - box.width / 2, down * (event.clientY - box.y - box.height / 2));
    };
    const grips = [...svg.querySelectorAll('[data-field][aria-disabled="false"] circle')];
    const nearest = (down, reach) => grips.filter((grip) => far(grip, down) <= reach).sort((a, b) => far(a, down) - far(b, down))[0];
    const grip = nearest(1, 20) || nearest(0, 16);
    return grip && grip.closest("[data-field]");
  }

  document.addEventListener("pointerdown", (event) => {
    const near = event.target instanceof Element && event.target.closest("[data-ladder] [data-field]");
    const mark = near && !held && meant(near.ownerSVGElement, event);
    if (!mark) return;
    event.preventDefault();
    mark.focus();
    held = mark;
    const room = roomOf(mark);
    const box = mark.ownerSVGElement.getBoundingClientRect();
    const at = (e) => round((max(mark.ownerSVGElement) * (e.clientX - box.left)) / box.width);
    const follow = (e) => e.pointerId === event.pointerId && move(mark, at(e), false, room);
    const stop = (e) => {
      if (e.pointerId !== event.pointerId) return;
      for (const [type, listener] of listeners) document.removeEventListener(type, listener);
      held = null;
      if (e.type === "pointerup") move(mark, at(e), true, room);
      else arrange(mark.ownerSVGElement);
    };
    const listeners = [["pointermove", follow], ["pointerup", stop], ["pointercancel", stop]];
    for (const [type, listener] of listeners) document.addEventListener(type, listener);
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

  document.addEventListener("focusin", (event) => {
    const mark = event.target.closest("[data-ladder] [data-field]");
    if (mark) say(mark);
  });
  document.addEventListener("focusout", (event) => {
    const mark = event.target.closest("[data-ladder] [data-field]");
    const said = mark && mark.closest("figure").querySelector("[data-ladder-said]");
    if (said) said.textContent = "";
  });

  // The drawing is as wide as the page leaves it.
  const arrangeAll = () => document.querySelectorAll("[data-ladder]:has([data-field])").forEach(arrange);
  for (const type of ["DOMContentLoaded", "htmx:afterSettle"]) document.addEventListener(type, arrangeAll);
  window.addEventListener("resize", arrangeAll);

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
