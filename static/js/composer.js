// Where one writes at length: boxes become editors, forms with a draft save themselves, and "Reply" opens its form in place.

import { enhance, focus, read, write } from "./editor.js";
import { Saver, forgetSent, wordsOf } from "./saving.js";

function wire(form) {
  const textarea = form.querySelector("textarea[data-editor]");
  const state = form.querySelector("[data-save-state]");
  if (!textarea || form.dataset.wired) return;
  form.dataset.wired = "true";
  enhance(textarea).catch(() => {
    // the editor did not load: one writes in the plain box
  });
  if (!form.dataset.draft || !state) return;

  const saver = new Saver({
    url: form.dataset.draft,
    version: Number(form.dataset.version),
    collect: () => ({ body: read(textarea) }),
    state,
    copyKey: form.dataset.draft,
    sent: (form.dataset.sent || "").split(" ").filter(Boolean),
    onRestore: (content) => write(textarea, content.body, wordsOf),
  });
  let last = read(textarea);
  textarea.addEventListener("input", () => {
    const now = read(textarea);
    if (now !== last) saver.changed();
    last = now;
  });

  form.addEventListener("submit", async (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (form.dataset.going) return; // a second press while the first one waits
    form.dataset.going = "true";
    if (await saver.submitting(form.elements.token?.value ?? "")) form.submit();
    setTimeout(() => delete form.dataset.going, 3000);
  });
  window.addEventListener("pageshow", () => delete form.dataset.going);
}

const opened = new WeakMap();

async function open(link) {
  let place = opened.get(link);
  if (!place) {
    const response = await fetch(link.href, { headers: { "X-Requested-With": "fetch", Accept: "text/html" } });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    place = document.createElement("div");
    place.innerHTML = await response.text();
    link.closest("article").append(place);
    opened.set(link, place);
    wire(place.querySelector("form"));
  }
  const textarea = place.querySelector("textarea");
  await enhance(textarea).catch(() => {});
  focus(textarea);
}

document.querySelectorAll("[data-sent]").forEach((each) => forgetSent(each.dataset.sent.split(" ").filter(Boolean)));
document.querySelectorAll("form").forEach((form) => form.querySelector("textarea[data-editor]") && wire(form));
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open-composer]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  open(link).catch(() => (location.href = link.href));
});
