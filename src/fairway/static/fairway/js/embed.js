// A form of this installation in another page: put in the place of its link, and as high as what is in it.
(() => {
  const own = new URL(document.currentScript.src).origin;
  const frames = new Map();
  window.addEventListener("message", (event) => {
    const frame = frames.get(event.source);
    if (!frame || event.origin !== own || event.data?.fairway !== "height") return;
    const height = Math.min(6000, Math.max(120, Number(event.data.height) || 0));
    frame.height = String(Math.ceil(height));
  });
  const put = (place) => {
    const address = new URL("embed/", place.dataset.fairwayForm);
    if (address.origin !== own || place.dataset.fairwayDone !== undefined) return;
    place.dataset.fairwayDone = "";
    const frame = document.createElement("iframe");
    frame.title = place.textContent.trim() || "Form";
    frame.width = "100%";
    frame.height = "720";
    frame.frameBorder = "0";
    frame.referrerPolicy = "no-referrer";
    frame.src = address.href;
    place.replaceChildren(frame);
    frames.set(frame.contentWindow, frame);
  };
  const all = () => document.querySelectorAll("[data-fairway-form]").forEach(put);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
  else all();
})();
