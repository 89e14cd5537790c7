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

const saver = new Saver({
  url: form.dataset.saveUrl,
  version: Number(version.value),
  collect: () => ({
    attempt: Number(form.dataset.attempt),
    answers: Object.fromEntries(questions.map((question) => [question.dataset.question, answerOf(question)])),
  }),
  state,
  copyKey: form.dataset.copyKey,
  delay: 300,
  onRestore: (content) => fill(content.answers),
  isOurs: (json, sent) =>
    questions.every(({ dataset: { question } }) => plain(json.answers[question]) === plain(sent.answers[question])),
  preview: (content) => questions.map((question, index) => `${index + 1}. ${inWords(question, content.answers[question.dataset.question])}`).join("\n"),
});

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
  form.requestSubmit(event.submitter);
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
