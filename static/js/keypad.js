// A keypad for thumbs: its keys type into the field that data-keypad names,
// and where there are thumbs the device's own keyboard stays away.
(() => {
  const field = (pad) => document.getElementById(pad.dataset.keypad);

  document.addEventListener("DOMContentLoaded", () => {
    if (!window.matchMedia("(pointer: coarse)").matches) return;
    for (const pad of document.querySelectorAll("[data-keypad]")) {
      const input = field(pad);
      if (input) input.inputMode = "none";
    }
  });

  document.addEventListener("click", (event) => {
    const key = event.target instanceof Element && event.target.closest("[data-keypad] [data-key]");
    const input = key && field(key.closest("[data-keypad]"));
    if (!input) return;
    const digit = key.dataset.key;
    if (!digit) input.value = input.value.slice(0, -1);
    else if (input.value.length < input.maxLength) input.value += digit;
    // Setting a value says nothing by itself.
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
