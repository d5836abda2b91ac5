// A list of time zones begins with the browser's own, and learns what is
// posted from it like any other choice. Asking for the zone loads the browser's
// tables of languages, which takes longer than all else here: only where there
// is such a list.
(() => {
  document.addEventListener("DOMContentLoaded", () => {
    for (const list of document.querySelectorAll("select[data-own-zone]")) {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      if (!list.value && [...list.options].some((option) => option.value === zone)) list.value = zone;
    }
  });
})();
