// A list of time zones begins with the browser's own, and learns what is
// posted from it like any other choice.
(() => {
  document.addEventListener("DOMContentLoaded", () => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    for (const list of document.querySelectorAll("select[data-own-zone]")) {
      if (!list.value && [...list.options].some((option) => option.value === zone)) list.value = zone;
    }
  });
})();
