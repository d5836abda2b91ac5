// A form with data-retry is sent again when the connection was lost on the
// way or the server was too busy to take it: after a while, after a longer while, and at once when the browser is
// back online. It is the same form with the same idempotency key, so that what
// did arrive the first time isn't done twice. What was typed stays.
(() => {
  const waits = [2000, 4000, 8000, 15000, 30000];
  const pending = new Map();

  function say(form, key) {
    const line = form.querySelector("[data-retry-status]");
    const text = key ? document.body.dataset[key] : "";
    if (line) {
      line.textContent = text;
      line.hidden = !text;
    } else if (text) window.regulars.toast(text, "warn");
  }

  function send(form) {
    const entry = pending.get(form);
    if (!entry) return;
    clearTimeout(entry.timer);
    if (!form.isConnected) {
      pending.delete(form);
      return;
    }
    form.requestSubmit(entry.button && entry.button.isConnected ? entry.button : undefined);
  }

  function later(form, button, why) {
    const entry = pending.get(form) || { tries: 0, button };
    clearTimeout(entry.timer);
    pending.set(form, entry);
    if (entry.tries >= waits.length) {
      // Only by hand from here on; whether it has arrived is as unsure as before.
      entry.tries = 0;
      entry.byHand = true;
      say(form, "gaveup");
      return;
    }
    entry.byHand = false;
    say(form, why);
    entry.timer = setTimeout(() => send(form), waits[entry.tries]);
    entry.tries += 1;
  }

  const form = (event) => {
    const el = event.detail.elt;
    return el instanceof HTMLFormElement && el.matches("[data-retry]") ? el : null;
  };
  const button = (event) => event.detail.requestConfig.triggeringEvent && event.detail.requestConfig.triggeringEvent.submitter;
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      const lost = form(event);
      if (lost) later(lost, button(event), "retrying");
    });
  }
  document.addEventListener("htmx:responseError", (event) => {
    const unheard = form(event);
    if (unheard && window.regulars.busy(event)) later(unheard, button(event), "retryingBusy");
  });
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const arrived = form(event);
    if (!arrived || !pending.has(arrived) || window.regulars.busy(event)) return;
    clearTimeout(pending.get(arrived).timer);
    pending.delete(arrived);
    say(arrived, "");
  });
  // It was promised to be sent again: who goes on before that is asked first,
  // as is who doesn't wait for the answer.
  const unsure = (within) => [...within.querySelectorAll("form[data-retry]")].filter((sent) => pending.has(sent) || sent.getAttribute("aria-busy") === "true");
  const leave = () => window.confirm(document.body.dataset.unsure);
  window.regulars = window.regulars || {};
  // Whether something was sent from a part of the page of which it isn't
  // certain that it has arrived.
  window.regulars.unsure = (within) => unsure(within).length > 0;
  // Whether that keeps people there.
  window.regulars.stays = (within) => unsure(within).length > 0 && !leave();
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, target } = event.detail;
    const left = unsure(document).filter((sent) => !sent.contains(elt) && target.contains(sent));
    if (left.length && !leave()) event.preventDefault();
  });
  // Closing a dialog throws its form away: by its buttons, beside it, by the
  // device's own way back, or by Escape, which is asked about once and for good.
  document.addEventListener("click", (event) => {
    const dialog = event.target instanceof Element && event.target.closest("dialog[open]");
    if (!dialog || (event.target !== dialog && !event.target.closest("[data-dialog-close]")) || !window.regulars.stays(dialog)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("cancel", (event) => {
    if (event.target instanceof HTMLDialogElement && window.regulars.stays(event.target)) event.preventDefault();
  }, true);
  document.addEventListener("keydown", (event) => {
    const dialog = event.key === "Escape" && document.querySelector("dialog:modal");
    if (!dialog || !unsure(dialog).length) return;
    event.preventDefault();
    if (leave()) dialog.close();
  }, true);
  window.addEventListener("beforeunload", (event) => {
    if (!unsure(document).some((sent) => pending.has(sent))) return;
    event.preventDefault();
    event.returnValue = "";
  });
  window.addEventListener("online", () => {
    for (const [lost, entry] of [...pending]) if (!entry.byHand) send(lost);
  });
})();
