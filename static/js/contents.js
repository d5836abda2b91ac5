// The contents of a long page: the part that is read is marked and unfolded,
// and following a link from the sheet on a phone puts the sheet away.
(() => {
  function mark() {
    const links = document.querySelectorAll('nav[data-contents] a[href^="#"]');
    for (const link of links) {
      if (location.hash && link.getAttribute("href") === location.hash) {
        link.setAttribute("aria-current", "location");
        const part = link.closest("details");
        if (part) part.open = true;
      } else {
        link.removeAttribute("aria-current");
      }
    }
  }
  document.addEventListener("DOMContentLoaded", mark);
  window.addEventListener("hashchange", mark);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest('[popover] a[href^="#"]');
    if (link) link.closest("[popover]").hidePopover();
  });
})();
