// Badges follow the server's events: data-live-from on the frame names the
// stream, data-live="anomalies" is a place for the badge. Only a page that is
// looked at listens, because a browser has but a few connections to one host.
(() => {
  let source = null;
  let later = 0;

  function show(event) {
    const { count, badge } = JSON.parse(event.data);
    for (const place of document.querySelectorAll('[data-live="anomalies"]')) place.innerHTML = badge;
    // What says that there is more than the page shows.
    for (const more of document.querySelectorAll("[data-live-more]")) more.hidden = count <= Number(more.dataset.liveMore);
  }

  function listen() {
    const frame = document.querySelector("[data-live-from]");
    if (!frame || source || document.hidden) return;
    source = new EventSource(frame.dataset.liveFrom);
    source.addEventListener("anomalies", show);
    // A lost connection it takes up again itself; where it was answered that
    // the server can't, it gives up for good.
    source.addEventListener("error", () => {
      if (!source || source.readyState !== EventSource.CLOSED) return;
      source = null;
      clearTimeout(later);
      later = setTimeout(listen, 5000);
    });
  }

  function stop() {
    if (source) source.close();
    source = null;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", listen);
})();
