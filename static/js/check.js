// The knowledge check: every answer is saved as it is given, and on a phone one question fills the screen. Without this script the page is one long form.
import { saveAnswers } from "./answers.js";
import "./saving.js"; // answers.js needs it; named here, the two are fetched at once

const form = document.querySelector("[data-check]");
const questions = [...form.querySelectorAll("[data-question]")];
const stepper = form.querySelector("[data-stepper]");
const finish = form.querySelector("[data-finish]");
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

const isDone = (question) =>
  isRows(question) ? fieldsOf(question).every((field) => field.value) : String(answerOf(question)).trim() !== "";

function inWords(question, answer) {
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

form.addEventListener("input", count);

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
  bringAlong();
}

/** What the saver says, and what hangs below it to read or sign, would be seen by nobody in a question that is hidden. */
function bringAlong() {
  const state = form.querySelector("[data-save-state]");
  const left = state.closest("[data-question][hidden]");
  if (!left) return;
  const parts = [...left.children];
  questions[here].append(...parts.slice(parts.indexOf(state)));
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
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input") && event.target.form === form && !stepper.hidden && here < questions.length - 1) go(here + 1);
});
phone.addEventListener("change", show);
window.addEventListener("hashchange", goToHash);

here = Math.max(0, questions.findIndex((question) => !isDone(question)));
show();
goToHash();

saveAnswers({
  form,
  questions,
  answerOf,
  fill,
  inWords,
  tidy: (text) => text.trim().replace(/\s+/g, " "),
  also: { attempt: Number(form.dataset.attempt) },
  delay: 300,
});
