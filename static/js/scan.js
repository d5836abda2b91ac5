// A card's QR code through the device's camera: the button is there only
// where the browser itself can read codes. What was read goes into the field
// that a scanner would type into, and the form is sent as if by Enter.
(() => {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return;
  const able = window.BarcodeDetector.getSupportedFormats().then((formats) => formats.includes("qr_code"), () => false);
  let stream = null;

  async function show(root) {
    if (!(await able)) return;
    for (const button of root.querySelectorAll("[data-scan][hidden]")) button.hidden = false;
  }
  document.addEventListener("DOMContentLoaded", () => show(document));
  document.addEventListener("htmx:load", (event) => show(event.detail.elt));

  function stop() {
    if (stream) for (const track of stream.getTracks()) track.stop();
    stream = null;
  }

  function found(video, text) {
    const field = document.getElementById(video.dataset.scanField);
    video.closest("dialog").close();
    if (!field) return;
    field.value = text;
    field.form.querySelector("[data-scan-submit]").click();
  }

  async function look(video, detector) {
    if (!stream || !video.closest("dialog").open) return;
    const [code] = await detector.detect(video).catch(() => []);
    if (code && stream) found(video, code.rawValue);
    else setTimeout(() => look(video, detector), 120);
  }

  async function start(dialog) {
    const video = dialog.querySelector("[data-scan-video]");
    const problem = dialog.querySelector("[data-scan-problem]");
    problem.hidden = true;
    video.hidden = false;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      if (!dialog.open) return stop();
      video.srcObject = stream;
      await video.play();
      await look(video, new window.BarcodeDetector({ formats: ["qr_code"] }));
    } catch {
      stop();
      video.hidden = true;
      problem.hidden = false;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-scan]");
    if (button) start(document.getElementById(button.dataset.dialogOpen));
  });
  document.addEventListener("close", (event) => {
    if (event.target instanceof HTMLDialogElement && event.target.querySelector("[data-scan-video]")) stop();
  }, true);
})();
