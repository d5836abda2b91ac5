// A form with data-upload sends its file in pieces, so that its size doesn't
// matter to anybody in between and a lost connection costs one piece. Without
// this script the form sends the file whole.
(() => {
  const piece = 1 << 20;
  const waits = [1000, 2000, 4000, 8000, 15000, 30000];
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  async function send(form, url, body) {
    const token = form.querySelector("[name=csrf]").value;
    for (let tries = 0; ; tries += 1) {
      const message = form.querySelector("[data-upload-message]");
      try {
        const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRF-Token": token, Accept: "application/json" }, redirect: "manual" });
        message.hidden = true;
        // The session has ended: the page asks for the password and leads back.
        if (answer.type === "opaqueredirect") {
          window.location.reload();
          return new Promise(() => {});
        }
        if (answer.ok) return (await answer.json()).to;
        if (answer.status === 422) return Promise.reject(new Error((await answer.json()).error));
        if (answer.status < 500 || tries >= waits.length) return Promise.reject(new Error(form.dataset.uploadFailed));
      } catch (lost) {
        if (!(lost instanceof TypeError)) throw lost;
        if (tries >= waits.length) throw new Error(form.dataset.uploadFailed);
        message.textContent = form.dataset.uploadLost;
        message.hidden = false;
      }
      await pause(waits[tries]);
    }
  }

  async function upload(form, file) {
    const status = form.querySelector("[data-upload-status]");
    const bar = status.querySelector("progress");
    status.hidden = bar.parentElement.hidden = false;
    const start = new URLSearchParams({ kind: new FormData(form).get("kind") || "", name: file.name, size: file.size });
    const page = await send(form, form.dataset.upload, start);
    const count = Math.ceil(file.size / piece);
    for (let n = 0; n < count; n += 1) {
      await send(form, `${page}/pieces/${n}`, file.slice(n * piece, (n + 1) * piece));
      bar.value = ((n + 1) / count) * 100;
    }
    return send(form, `${page}/received`);
  }

  // Before the listener that counts this form as sent.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset.upload) return;
    const file = form.querySelector("input[type=file]").files[0];
    if (!file || !file.size) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    try {
      window.location.assign(await upload(form, file));
    } catch (problem) {
      form.removeAttribute("aria-busy");
      const status = form.querySelector("[data-upload-status]");
      status.hidden = false;
      status.querySelector("progress").parentElement.hidden = true;
      const message = form.querySelector("[data-upload-message]");
      message.textContent = problem.message;
      message.hidden = false;
    }
  }, true);
})();
