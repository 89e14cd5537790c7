// The plan's form saves itself, field by field; the paper beside it follows. docs/saving.md tells what the saver does.
import { Saver, conflictPanel } from "./saving.js";

const form = document.querySelector("[data-plan-form]");
if (form) start(form);

function start(form) {
  const containers = new Map([...form.querySelectorAll("[data-field]")].map((box) => [box.dataset.field, box]));
  const writable = [...containers.keys()].filter((key) => containers.get(key).dataset.type !== "product");
  const json = (key) => JSON.stringify(read(containers.get(key)));
  const saved = new Map(writable.map((key) => [key, json(key)]));
  const bases = new Map();
  let before = Number(form.dataset.version); // the version before the last save
  const typed = new Set(); // what this window sent: a conflict with it is only an answer that got lost
  const known = new Set(form.dataset.fields.split(" "));
  const elsewhere = new Map(); // brought back from this device for fields that stand on other pages: saved with those of this one

  const collect = () => {
    const changes = Object.fromEntries(elsewhere);
    for (const key of writable) if (json(key) !== saved.get(key)) changes[key] = read(containers.get(key));
    for (const key in changes) typed.add(key + JSON.stringify(changes[key]));
    return { changes, bases: Object.fromEntries(Object.keys(changes).filter((key) => bases.has(key)).map((key) => [key, bases.get(key)])) };
  };

  const put = (key, value) => {
    if (!containers.has(key)) {
      elsewhere.set(key, value);
      return;
    }
    fill(containers.get(key), value);
    follow(form, containers);
  };

  const saver = new Saver({
    url: form.dataset.saveUrl,
    version: Number(form.dataset.version),
    collect,
    state: form.querySelector("[data-save-state]"),
    copyKey: form.dataset.copyKey,
    preview: (content) => Object.entries(content.changes || {}).map(([key, value]) => [labelOf(containers.get(key)), words(value)].filter(Boolean).join(": ")).join("\n"),
    onRestore: (content) => {
      for (const [key, base] of Object.entries(content.bases || {})) bases.set(key, base);
      for (const [key, value] of Object.entries(content.changes || {})) if (known.has(key)) put(key, value);
    },
    onSaved: (answer) => {
      for (const [key, value] of Object.entries(answer.saved)) {
        elsewhere.delete(key);
        saved.set(key, JSON.stringify(value));
        bases.set(key, answer.version);
      }
      const taken = [];
      for (const [key, other] of Object.entries(answer.merged)) {
        if (!containers.has(key)) continue;
        if (json(key) !== saved.get(key)) {
          if (!bases.has(key)) bases.set(key, before); // written here too, and not saved yet: it will be a conflict, as it should
          continue;
        }
        put(key, other.value);
        saved.set(key, json(key));
        bases.set(key, answer.version);
        taken.push(other.label);
      }
      if (taken.length) form.querySelector("[data-save-state]").textContent += ` Also taken over from another window: ${taken.join(", ")}.`;
      before = answer.version;
      for (const hidden of form.querySelectorAll("input[name=version]")) hidden.value = answer.version;
      report(form, containers, answer);
    },
    onConflict: (answer, mine) => settle(answer, mine),
  });

  function settle(answer, mine) {
    document.querySelectorAll("[data-conflict]").forEach((panel) => panel.remove());
    if (answer.locked) {
      form.querySelector("[data-save-state]").textContent = answer.message;
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
      const panel = fieldConflict(each, (keep) => {
        panel.remove();
        containers.get(each.key)?.focus();
        bases.set(each.key, answer.version);
        if (keep === "theirs" && containers.has(each.key)) {
          put(each.key, each.value);
          saved.set(each.key, json(each.key));
        } else if (keep === "theirs") elsewhere.delete(each.key);
        left -= 1;
        if (left) return;
        saver.resolve(saver.version, Object.keys(collect().changes).length ? "mine" : "theirs");
      });
      (containers.get(each.key) || form).before(panel);
    }
    document.querySelector("[data-conflict]")?.scrollIntoView({ block: "center" });
  }

  form.addEventListener("input", () => {
    follow(form, containers);
    saver.changed();
  });
  form.addEventListener("change", () => {
    follow(form, containers);
    saver.changed();
  });

  // A button goes on when everything is saved; where saving fails, the page stays, with the words in it.
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const goes = event.submitter?.name === "go_on";
    if (!(await saver.flush())) {
      form.querySelector("[data-save-state]").scrollIntoView({ block: "center" });
      return;
    }
    const at = [...document.querySelectorAll(".sections-line a")];
    const next = at[at.findIndex((link) => link.hasAttribute("aria-current")) + 1];
    const submit = document.querySelector('.subnav a[href$="/plan/submit/"]');
    if (goes) location.assign((next || submit || location).href);
  });

  growing(form, containers, () => saver.changed());
  follow(form, containers);
  openTarget();
}

// ---- Values

/** What is written in a field, in the shape docs/course-format.md gives its type. */
function read(box) {
  const all = (selector) => [...box.querySelectorAll(selector)];
  const rows = () => all("[data-rows] > [data-row]");
  const blank = (value) => (typeof value === "string" ? !value.trim() : Object.values(value).every(blank));
  const trimmed = (list) => {
    while (list.length && blank(list[list.length - 1])) list.pop();
    return list;
  };
  switch (box.dataset.type) {
    case "multi":
    case "resources":
      return all("input:checked").map((input) => input.value);
    case "stage":
      return { primary: box.querySelector("input:checked")?.value || "", secondary: box.querySelector("select").value };
    case "select": {
      const select = box.querySelector("select");
      return select.dataset.other && select.value === "other" ? { other: box.querySelector("input[type=text]").value } : select.value;
    }
    case "rows":
    case "people":
      return trimmed(rows().map((row) => row.querySelector("textarea, input").value));
    case "keyed":
      return Object.fromEntries(all("[data-key]").map((row) => [row.dataset.key, row.querySelector("textarea").value]).filter(([, text]) => text.trim()));
    case "table":
      return trimmed(rows().map((row) => Object.fromEntries([...row.querySelectorAll("[data-part]")].map((cell) => [cell.dataset.part, cell.value]))));
    case "rubric":
      return trimmed(rows().map((row) => ({ criterion: row.querySelector("[data-part=criterion]").value, levels: trimmed([...row.querySelectorAll("[data-level] textarea")].map((level) => level.value)) })));
    case "checklist":
      return Object.fromEntries(
        all("[data-key]")
          .map((row) => [row.dataset.key, { state: row.querySelector("input:checked")?.value || "", note: row.querySelector("input[type=text]").value }])
          .filter(([, answer]) => !blank(answer)),
      );
    default:
      return box.querySelector("textarea, input:not([type=hidden])").value;
  }
}

/** Puts a value into a field, rows included. */
function fill(box, value) {
  const all = (selector) => [...box.querySelectorAll(selector)];
  const list = Array.isArray(value) ? value : [];
  switch (box.dataset.type) {
    case "multi":
    case "resources":
      all("input[type=checkbox]").forEach((input) => (input.checked = list.includes(input.value)));
      break;
    case "stage":
      all("input[type=radio]").forEach((input) => (input.checked = input.value === value?.primary));
      box.querySelector("select").value = value?.secondary || "";
      break;
    case "select": {
      const other = value && typeof value === "object";
      box.querySelector("select").value = other ? "other" : value || "";
      if (other) box.querySelector("input[type=text]").value = value.other;
      break;
    }
    case "keyed":
      all("[data-key]").forEach((row) => (row.querySelector("textarea").value = value?.[row.dataset.key] || ""));
      break;
    case "checklist":
      all("[data-key]").forEach((row) => {
        const answer = value?.[row.dataset.key] || {};
        row.querySelectorAll("input[type=radio]").forEach((input) => (input.checked = input.value === answer.state));
        row.querySelector("input[type=text]").value = answer.note || "";
      });
      break;
    case "rows":
    case "people":
    case "table":
    case "rubric":
      while (all("[data-rows] > [data-row]").length < list.length) appendRow(box); // even beyond the most: what was written is shown
      all("[data-rows] > [data-row]").forEach((row, at) => fillRow(box, row, list[at]));
      break;
    default:
      box.querySelector("textarea, input:not([type=hidden])").value = value ?? "";
  }
  box.querySelectorAll("[data-counter]").forEach((counter) => document.getElementById(counter.dataset.counter)?.dispatchEvent(new Event("input")));
}

function fillRow(box, row, value) {
  if (box.dataset.type === "rows" || box.dataset.type === "people") {
    row.querySelector("textarea, input").value = value || "";
    return;
  }
  row.querySelectorAll("[data-part]").forEach((cell) => (cell.value = value?.[cell.dataset.part] ?? ""));
  (value?.levels || []).forEach(() => row.querySelectorAll("[data-level]").length < value.levels.length && addLevel(row));
  row.querySelectorAll("[data-level] textarea").forEach((level, at) => (level.value = value?.levels?.[at] || ""));
}

function words(value) {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(words).join("; ");
  if (typeof value === "object") return Object.values(value).map(words).filter(Boolean).join(", ");
  return String(value);
}

const labelOf = (box) => (box?.querySelector("legend, label")?.firstChild?.textContent || "").trim();

// ---- Rows that grow

function addRow(box) {
  const rows = box.querySelector("[data-rows]");
  return rows.children.length >= Number(rows.dataset.max) ? null : appendRow(box);
}

function appendRow(box) {
  const rows = box.querySelector("[data-rows]");
  const number = rows.children.length;
  const fresh = box.querySelector("template[data-blank]").content.cloneNode(true).querySelector("[data-row]");
  fresh.querySelectorAll("[name]").forEach((control) => (control.name = control.name.replace(".NN.", `.${number}.`)));
  fresh.querySelectorAll("[aria-label]").forEach((part) => part.setAttribute("aria-label", `${part.getAttribute("aria-label")} ${number + 1}`));
  const wide = rows.querySelectorAll("[data-row]:first-child [data-level]").length;
  while (wide && fresh.querySelectorAll("[data-level]").length < wide) addLevel(fresh);
  rows.append(fresh);
  return fresh;
}

function addLevel(row) {
  const last = [...row.querySelectorAll("[data-level]")].pop();
  const fresh = last.cloneNode(true);
  fresh.querySelector("textarea").value = "";
  fresh.querySelector(".sub-label").textContent = `Level ${row.querySelectorAll("[data-level]").length + 1}`;
  last.after(fresh);
}

function growing(form, containers, changed) {
  for (const box of containers.values()) {
    const rows = box.querySelector("[data-rows]");
    const add = box.querySelector("[data-add]");
    if (!rows || !add) continue;
    const level = box.querySelector("[data-add-level]");
    const limits = () => {
      add.hidden = rows.children.length >= Number(rows.dataset.max);
      if (level) level.hidden = rows.querySelectorAll("[data-row]:first-child [data-level]").length >= Number(level.dataset.maxLevels);
    };
    add.addEventListener("click", () => {
      addRow(box)?.querySelector("textarea, input, select").focus();
      limits();
      changed();
    });
    level?.addEventListener("click", () => {
      rows.querySelectorAll("[data-row]").forEach(addLevel);
      limits();
      rows.querySelector("[data-row]:first-child [data-level]:last-child textarea")?.focus();
    });
    limits();
  }
}

/** Fields that depend on others: words for "other", a line for each chosen skill, the types that belong to the chosen stages. */
function follow(form, containers) {
  for (const select of form.querySelectorAll("select[data-other]")) {
    const box = document.getElementById(`${select.dataset.other}-words`);
    if (box) box.hidden = select.value !== "other";
  }
  for (const box of containers.values()) {
    if (box.dataset.type === "keyed") {
      const before = [...containers.values()].filter((each) => each.dataset.type === "multi" && each.querySelector(`input[value="${box.querySelector("[data-key]")?.dataset.key}"]`));
      if (!before.length) continue; // what it depends on is on another page
      const chosen = new Set(read(before[0]));
      box.querySelectorAll("[data-key]").forEach((row) => (row.hidden = !chosen.has(row.dataset.key)));
      box.querySelector("[data-none]").hidden = chosen.size > 0;
    }
    const groups = box.querySelectorAll("[data-group]");
    const stage = [...containers.values()].find((each) => each.dataset.type === "stage");
    if (groups.length && stage) {
      const { primary, secondary } = read(stage);
      groups.forEach((group) => (group.hidden = Boolean(primary) && ![primary, secondary].includes(group.dataset.group) && !group.querySelector("input:checked")));
    }
  }
}

// ---- What the page says after a save

function report(form, containers, answer) {
  for (const [key, box] of containers) {
    const problems = answer.problems[key] || [];
    const list = box.querySelector("[data-problem]");
    list.replaceChildren(...problems.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    list.hidden = !problems.length;
    box.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio]), textarea, select").forEach((control) => {
      if (problems.length) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    });
    const optional = box.querySelector("[data-optional]");
    if (optional) optional.hidden = answer.required.includes(key) || box.dataset.type === "product";
    const computed = box.querySelector("[data-computed] strong");
    if (computed) computed.textContent = answer.computed[key] === null ? "–" : answer.computed[key].toLocaleString("en-US");
  }
  const progress = document.querySelector("[data-progress]");
  if (progress) progress.textContent = answer.progress.words;
  for (const section of answer.progress.sections) {
    const station = document.querySelector(`.sections-line [data-letter="${section.letter}"]`);
    if (!station) continue;
    station.classList.remove("is-done", "is-part", "is-none");
    station.classList.add(`is-${section.state}`);
    station.querySelector("[data-words]").textContent = section.words;
  }
  for (const [part, html] of Object.entries(answer.preview)) {
    const old = part === "head" ? document.querySelector("[data-paper] [data-paper-head]") : document.querySelector(`[data-paper] [data-paper-section="${part}"]`);
    if (!old) continue;
    const parsed = new DOMParser().parseFromString(html, "text/html");
    if (part === "head") old.replaceWith(parsed.querySelector("[data-paper-head]"));
    else old.replaceChildren(...parsed.body.childNodes);
  }
}

/** Both versions of a field; `choose` hears "mine" or "theirs". */
export function fieldConflict(each, choose) {
  const versions = [
    { title: "Written here", words: each.mine, label: "Keep this one", keep: () => choose("mine") },
    { title: "Saved in another window", words: each.theirs, label: "Keep that one", keep: () => choose("theirs") },
  ];
  const panel = conflictPanel(`Two versions of “${each.label}”`, versions, `Two versions of ${each.label}`);
  panel.dataset.conflict = each.key;
  return panel;
}

/** A link from the list of what is missing leads to the field: its first control takes the focus. */
function openTarget() {
  const box = location.hash.startsWith("#field-") ? document.getElementById(location.hash.slice(1)) : null;
  const focus = () => box?.querySelector("textarea, select, input:not([type=hidden])")?.focus();
  if (document.readyState === "complete") focus();
  else window.addEventListener("load", () => setTimeout(focus)); // after the browser has gone to the fragment itself
}
