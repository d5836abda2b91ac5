// What the browser finds wrong in a form is said beside the field, where the
// server's own errors stand, and in the page's language: the browser's bubbles
// speak the browser's. Without JavaScript there are those.
(() => {
  const texts = { valueMissing: "missing", tooShort: "short", badInput: "unreadable", typeMismatch: "mistyped", patternMismatch: "mistyped" };
  // htmx asks each field too, also before what nobody has sent.
  const asked = new WeakSet();
  let first = true;

  const owner = (field) => (field.type === "radio" && field.closest("fieldset")) || field;

  function text(field) {
    const key = Object.keys(texts).find((why) => field.validity[why]);
    if (!key) return field.validationMessage;
    const word = texts[key] === "missing" && (field.type === "radio" || field.matches("select, [type=file]")) ? "unchosen" : texts[key];
    if (word === "short") return document.body.dataset.short.replace("{n}", field.minLength);
    return field.dataset[word] || (word === "mistyped" && field.type !== "email" ? field.validationMessage : document.body.dataset[word]);
  }

  function say(field, loud) {
    const of = owner(field);
    const id = of.id + "-error";
    let line = document.getElementById(id);
    if (!line) {
      line = document.getElementById("field-error").content.firstElementChild.cloneNode(true);
      line.id = id;
      if (of.matches("fieldset")) of.append(line);
      else (field.closest(".input, .ui-drop") || field).after(line);
      of.setAttribute("aria-describedby", ((of.getAttribute("aria-describedby") || "") + " " + id).trim());
    }
    // Where the focus is there already, moving it there says nothing.
    if (loud) line.setAttribute("role", "alert");
    line.querySelector("span").textContent = text(field);
    of.setAttribute("aria-invalid", "true");
  }

  function unsay(field) {
    const of = owner(field);
    const line = of.id && document.getElementById(of.id + "-error");
    if (!line || of.getAttribute("aria-invalid") !== "true") return;
    line.remove();
    of.removeAttribute("aria-invalid");
    const by = (of.getAttribute("aria-describedby") || "").split(" ").filter((id) => id !== line.id).join(" ");
    if (by) of.setAttribute("aria-describedby", by);
    else of.removeAttribute("aria-describedby");
  }

  document.addEventListener("htmx:validation:validate", (event) => {
    asked.add(event.target);
    queueMicrotask(() => asked.delete(event.target));
  });
  document.addEventListener("invalid", (event) => {
    const field = event.target;
    event.preventDefault();
    if (asked.has(field) || !owner(field).id) return;
    say(field, first);
    if (!first) return;
    first = false;
    setTimeout(() => { first = true; });
    for (let fold = field.closest("details:not([open])"); fold; fold = fold.parentElement.closest("details:not([open])")) fold.open = true;
    field.focus();
  }, true);
  // What is being put right isn't wrong any more.
  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => { if (event.target.validity) unsay(event.target); });
  }
})();
