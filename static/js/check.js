// The knowledge check: every answer is saved as it is given, and on a phone one question fills the screen. Without this script the page is one long form.
import { Saver } from "./saving.js";

const form = document.querySelector("[data-check]");
const questions = [...form.querySelectorAll("[data-question]")];
const state = form.querySelector("[data-save-state]");
const stepper = form.querySelector("[data-stepper]");
const finish = form.querySelector("[data-finish]");
const version = form.elements.namedItem("version");
const phone = matchMedia("(max-width: 767px)");

// ---- Answers, as the server knows them: an id, a list of ids, {row: value} or what was typed

const isRows = (question) => ["match", "order"].includes(question.dataset.type);
const isTyped = (question) => ["number", "text"].includes(question.dataset.type);
const fieldsOf = (question) => [...question.querySelectorAll("input, select")];

function answerOf(question) {
  const fields = fieldsOf(question);
  if (isRows(question)) return Object.fromEntries(fields.filter((field) => field.value).map((field) => [field.dataset.row, field.value]));
  if (isTyped(question)) return fields[0].value;
  const chosen = fields.filter((field) => field.checked).map((field) => field.value);
  return question.dataset.type === "multiple" ? chosen : (chosen[0] ?? "");
}

function fill(answers) {
  for (const question of questions) {
    const answer = answers[question.dataset.question];
    for (const field of fieldsOf(question)) {
      if (isRows(question)) field.value = String(answer?.[field.dataset.row] ?? "");
      else if (isTyped(question)) field.value = answer ?? "";
      else field.checked = [answer].flat().includes(field.value);
    }
  }
  count();
}

/** An answer written so that equal ones are equal texts, whoever wrote them; empty for none. */
function plain(answer) {
  if (answer === undefined || answer === null || answer === "") return "";
  if (Array.isArray(answer)) return [...answer].sort().join("|");
  if (typeof answer !== "object") return String(answer).trim().replace(/\s+/g, " ");
  return Object.keys(answer).sort().map((row) => `${row}=${answer[row]}`).join("|");
}

const isDone = (question) =>
  isRows(question) ? fieldsOf(question).every((field) => field.value) : plain(answerOf(question)) !== "";

function inWords(question, answer) {
  if (plain(answer) === "") return "no answer";
  if (isTyped(question)) return String(answer);
  const words = [];
  for (const field of fieldsOf(question)) {
    const label = field.labels[0].textContent.trim();
    if (!isRows(question)) words.push(...([answer].flat().includes(field.value) ? [label] : []));
    else if (answer[field.dataset.row]) {
      const option = [...field.options].find((each) => each.value === String(answer[field.dataset.row]));
      words.push(`${label}: ${option?.textContent ?? ""}`);
    }
  }
  return words.join("; ");
}

function count() {
  form.querySelector("[data-answered]").textContent = questions.filter(isDone).length;
}

// ---- Saving

const collect = () => ({
  attempt: Number(form.dataset.attempt),
  answers: Object.fromEntries(questions.map((question) => [question.dataset.question, answerOf(question)])),
});
let saved = collect().answers; // what the server had when it last spoke to this page

const saver = new Saver({
  url: form.dataset.saveUrl,
  version: Number(version.value),
  collect,
  state,
  copyKey: form.dataset.copyKey,
  delay: 300,
  onSaved: (json) => (saved = json.answers),
  onRestore: (content) => fill(content.answers),
  onConflict: meet,
  isOurs: (json, sent) => questions.every(({ dataset: { question } }) => plain(json.answers[question]) === plain(sent.answers[question])),
  preview: (content) => inLines(questions, content.answers),
});

function inLines(some, answers) {
  const lines = some.filter((question) => plain(answers[question.dataset.question]) !== "" || some !== questions);
  return lines.map((question) => `${questions.indexOf(question) + 1}. ${inWords(question, answers[question.dataset.question])}`).join("\n");
}

/** Another window saved answers. Those to other questions are taken over; only where both answered the same one must somebody choose. */
function meet(theirs, mine) {
  const name = (question) => question.dataset.question;
  const differing = questions.filter((question) => plain(theirs.answers[name(question)]) !== plain(mine.answers[name(question)]));
  const changedHere = differing.filter((question) => plain(mine.answers[name(question)]) !== plain(saved[name(question)]));
  const both = changedHere.filter((question) => plain(theirs.answers[name(question)]) !== plain(saved[name(question)]));
  let panel;
  const keep = (chosen) => {
    const now = collect().answers;
    // Somebody may have gone on answering while the two stood side by side.
    const since = questions.filter((question) => plain(now[name(question)]) !== plain(mine.answers[name(question)]));
    const kept = [...chosen, ...since];
    fill({ ...theirs.answers, ...Object.fromEntries(kept.map((question) => [name(question), now[name(question)]])) });
    saved = theirs.answers;
    panel?.remove();
    saver.resolve(theirs.version, "mine");
  };
  if (!both.length) {
    keep(changedHere);
    return;
  }
  panel = document.createElement("section");
  panel.className = "conflict";
  panel.setAttribute("aria-label", "Two windows");
  panel.innerHTML = '<h2>Two windows</h2><div class="conflict-sides"><div class="conflict-side"></div><div class="conflict-side"></div></div>';
  const sides = [
    ["Answered here", mine.answers, "Keep these", changedHere],
    ["Answered in the other window", theirs.answers, "Keep those", changedHere.filter((question) => !both.includes(question))],
  ];
  panel.querySelectorAll(".conflict-side").forEach((side, index) => {
    const [title, answers, label, kept] = sides[index];
    const [heading, words, button] = ["h3", "p", "button"].map((tag) => document.createElement(tag));
    heading.textContent = title;
    words.className = "kept-words";
    words.textContent = inLines(both, answers);
    button.type = "button";
    button.className = "btn btn-secondary";
    button.textContent = label;
    button.addEventListener("click", () => keep(kept));
    side.append(heading, words, button);
  });
  state.after(panel);
}

form.addEventListener("input", (event) => {
  const question = event.target.closest("[data-question]");
  if (!question) return;
  // The line that says "Saved" goes where one is looking, unless something to read or sign hangs below it.
  if (!state.nextElementSibling?.matches(".callout, .conflict")) question.append(state);
  count();
  saver.changed();
});

form.addEventListener("keydown", (event) => {
  // Enter in a field would submit the whole check.
  if (event.key !== "Enter" || !event.target.matches("input")) return;
  event.preventDefault();
  if (!stepper.hidden && here < questions.length - 1) go(here + 1);
});

let isLeaving = false;
form.addEventListener("submit", async (event) => {
  if (isLeaving) return;
  event.preventDefault();
  if (!(await saver.flush())) {
    state.scrollIntoView({ block: "center" });
    return;
  }
  version.value = saver.version;
  isLeaving = true;
  // Not before this event is over: while it lasts, browsers ignore another submit.
  setTimeout(() => form.requestSubmit(event.submitter));
});
window.addEventListener("pageshow", () => {
  isLeaving = false;
});

// ---- One question a screen, on a phone

let here = 0;

function show() {
  const isStepped = phone.matches;
  const isLast = here === questions.length - 1;
  questions.forEach((question, index) => (question.hidden = isStepped && index !== here));
  stepper.hidden = !isStepped || (isLast && here === 0);
  stepper.querySelector("[data-back]").hidden = here === 0;
  stepper.querySelector("[data-next]").hidden = isLast;
  finish.hidden = isStepped && !isLast;
}

function go(index) {
  here = Math.max(0, Math.min(questions.length - 1, index));
  show();
  const question = questions[here];
  question.focus({ preventScroll: true });
  question.scrollIntoView({ block: "start" });
}

function goToHash() {
  const index = questions.findIndex((question) => `#${question.id}` === location.hash);
  if (index >= 0) go(index);
}

stepper.querySelector("[data-next]").addEventListener("click", () => go(here + 1));
stepper.querySelector("[data-back]").addEventListener("click", () => go(here - 1));
phone.addEventListener("change", show);
window.addEventListener("hashchange", goToHash);

here = Math.max(0, questions.findIndex((question) => !isDone(question)));
show();
goToHash();
document.querySelector("[data-summary]")?.focus();
