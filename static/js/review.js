// Ratings and comments of a review save themselves as they are written; docs/saving.md tells what the saver does.
import { fieldConflict } from "./plan.js";
import { Saver } from "./saving.js";

const form = document.querySelector("[data-review-form]");
if (form) start(form);

function start(form) {
  const notes = new Map();
  for (const control of form.querySelectorAll("[data-note]")) notes.set(control.dataset.note, [...(notes.get(control.dataset.note) || []), control]);
  const read = (key) => {
    const controls = notes.get(key);
    if (controls[0].type !== "radio") return controls[0].value.trim();
    const chosen = controls.find((control) => control.checked);
    return chosen ? Number(chosen.value) : "";
  };
  const fill = (key, value) => {
    for (const control of notes.get(key)) {
      if (control.type === "radio") control.checked = control.value === String(value);
      else control.value = value;
    }
  };
  const saved = new Map([...notes.keys()].map((key) => [key, read(key)]));
  const bases = new Map();
  let before = Number(form.dataset.version); // the version before the last save
  const typed = new Set();
  const state = form.querySelector("[data-save-state]");

  const collect = () => {
    const changes = {};
    for (const key of notes.keys()) if (read(key) !== saved.get(key)) changes[key] = read(key);
    for (const key in changes) typed.add(key + JSON.stringify(changes[key]));
    const seen = Object.keys(changes).filter((key) => bases.has(key));
    return { review: Number(form.dataset.review), changes, bases: Object.fromEntries(seen.map((key) => [key, bases.get(key)])) };
  };

  const saver = new Saver({
    url: form.dataset.saveUrl,
    version: Number(form.dataset.version),
    collect,
    state,
    copyKey: `review:${form.dataset.review}`,
    preview: (content) => Object.values(content.changes || {}).join("\n"),
    onRestore: (content) => {
      for (const [key, base] of Object.entries(content.bases || {})) bases.set(key, base);
      for (const [key, value] of Object.entries(content.changes || {})) if (notes.has(key)) fill(key, value);
    },
    onSaved: (answer) => {
      for (const [key, value] of Object.entries(answer.saved)) {
        saved.set(key, value);
        bases.set(key, answer.version);
      }
      let taken = false;
      for (const [key, value] of Object.entries(answer.merged)) {
        if (!notes.has(key)) continue;
        if (read(key) !== saved.get(key)) {
          if (!bases.has(key)) bases.set(key, before); // written here too, and not saved yet: it will be a conflict, as it should
          continue;
        }
        taken ||= value !== saved.get(key);
        fill(key, value);
        saved.set(key, read(key));
        bases.set(key, answer.version);
      }
      if (taken) state.textContent += " Also taken over: notes from another window.";
      before = answer.version;
      form.querySelector("input[name=version]").value = answer.version;
    },
    onConflict: (answer) => settle(answer),
  });

  function settle(answer) {
    document.querySelectorAll("[data-conflict]").forEach((panel) => panel.remove());
    if (answer.locked) {
      state.textContent = answer.message;
      return;
    }
    const open = answer.conflicts.filter((each) => !typed.has(each.key + JSON.stringify(each.value)));
    for (const each of answer.conflicts) if (!open.includes(each)) bases.set(each.key, answer.version);
    // From the old version, so that the next save also brings what the other window changed elsewhere.
    if (!open.length) {
      saver.resolve(saver.version, "mine");
      return;
    }
    let left = open.length;
    for (const each of open) {
      const control = notes.get(each.key)[0];
      const panel = fieldConflict(each, (keep) => {
        panel.remove();
        control.focus();
        bases.set(each.key, answer.version);
        if (keep === "theirs") {
          fill(each.key, each.value);
          saved.set(each.key, each.value);
        }
        left -= 1;
        if (!left) saver.resolve(saver.version, Object.keys(collect().changes).length ? "mine" : "theirs");
      });
      (control.closest("dd, td, .after-table, .field") || control).append(panel);
    }
    document.querySelector("[data-conflict]")?.scrollIntoView({ block: "center" });
  }

  form.addEventListener("input", () => saver.changed());

  // A decision is sent as the form is, with everything in it; before that, what was typed last is saved.
  let ready = false;
  form.addEventListener("submit", async (event) => {
    if (ready) return;
    event.preventDefault();
    const button = event.submitter;
    const done = await saver.flush();
    if (!button?.hasAttribute("data-decides")) return;
    if (!done) {
      state.scrollIntoView({ block: "center" });
      return;
    }
    ready = true;
    setTimeout(() => form.requestSubmit(button)); // not before this submission has ended: a form ignores a second one meanwhile
  });
}
