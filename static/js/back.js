// The browser's Back where htmx has changed the page: it puts another page in
// this one's place, and with it what waits to be sent. Who stays after all, or
// can't get that page just now, is where they were, and so is the address.
(() => {
  let here = location.href;
  const arrived = () => { here = location.href; };
  for (const name of ["htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:historyRestore"]) document.addEventListener(name, arrived);

  function stay(why) {
    history.pushState({ htmx: true }, "", here);
    if (why) window.regulars.toast(document.body.dataset[why], "warn");
  }

  // Before htmx hears of it.
  window.addEventListener("popstate", (event) => {
    if (!event.state || !event.state.htmx) {
      arrived();
      return;
    }
    const offline = !navigator.onLine;
    if (!offline && !window.regulars.stays(document)) return;
    event.stopImmediatePropagation();
    stay(offline ? "offline" : "");
  }, true);
  document.addEventListener("htmx:historyCacheMiss", (event) => {
    event.detail.xhr.addEventListener("error", () => stay("offline"));
  });
  document.addEventListener("htmx:historyCacheMissLoadError", () => stay("failed"));
})();
