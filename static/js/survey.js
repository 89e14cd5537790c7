// A survey: every answer is saved as it is given. Without this script the page is one form with two buttons.
import { Saver } from "./saving.js";

const form = document.querySelector("[data-survey]");
const questions = [...form.querySelectorAll("[data-question]")];
const state = form.querySelector("[data-save-state]");
const version = form.elements.namedItem("version");
const SIDES = ["before", "now"];

// ---- Answers, as the server knows them: a step, {before, now}, a code, a list of codes, or what was typed

const fieldsOf = (question) => [...question.querySelectorAll("input, select, textarea")];
const chosenIn = (fields) => fields.find((field) => field.checked)?.value ?? "";
const sideOf = (question, side) => fieldsOf(question).filter((field) => field.name.endsWith(`-${side}`));

function answerOf(question) {
  const fields = fieldsOf(question);
  const { type } = question.dataset;
  if (type === "pair") return Object.fromEntries(SIDES.map((side) => [side, Number(chosenIn(sideOf(question, side)))]).filter(([, step]) => step));
  if (type === "multi") return fields.filter((field) => field.checked).map((field) => field.value);
  if (type === "scale") return Number(chosenIn(fields)) || "";
  return fields[0].type === "radio" ? chosenIn(fields) : fields[0].value;
}

function fill(answers) {
  for (const question of questions) {
    const answer = answers[question.dataset.question];
    for (const field of fieldsOf(question)) {
      if (field.type === "checkbox") field.checked = (answer ?? []).includes(field.value);
      else if (field.type === "radio") field.checked = field.value === String((question.dataset.type === "pair" ? answer?.[SIDES.find((side) => field.name.endsWith(`-${side}`))] : answer) ?? "");
      else field.value = answer ?? "";
    }
  }
}

/** An answer written so that equal ones are equal texts, whoever wrote them; empty for none. */
function plain(answer) {
  if (answer === undefined || answer === null || answer === "") return "";
  if (Array.isArray(answer)) return [...answer].sort().join("|");
  if (typeof answer !== "object") return String(answer).replace(/\r\n?/g, "\n");
  return SIDES.filter((side) => answer[side]).map((side) => `${side}=${answer[side]}`).join("|");
}

function inWords(question, answer) {
  if (plain(answer) === "") return "no answer";
  const { type } = question.dataset;
  if (type === "pair") return SIDES.filter((side) => answer[side]).map((side) => `${side} ${answer[side]}`).join(", ");
  const fields = fieldsOf(question);
  if (fields[0].matches("select")) return [...fields[0].options].find((option) => option.value === answer)?.textContent ?? "";
  if (!["radio", "checkbox"].includes(fields[0].type) || type === "scale") return String(answer);
  const values = [answer].flat();
  return fields.filter((field) => values.includes(field.value)).map((field) => field.labels[0].textContent.trim()).join("; ");
}

// ---- Saving

const collect = () => ({ answers: Object.fromEntries(questions.map((question) => [question.dataset.question, answerOf(question)])) });
let saved = collect().answers; // what the server had when it last spoke to this page

const saver = new Saver({
  url: form.dataset.saveUrl,
  version: Number(version.value),
  collect,
  state,
  copyKey: form.dataset.copyKey,
  onSaved: (json) => (saved = json.answers),
  onRestore: (content) => fill(content.answers),
  onConflict: meet,
  isOurs: (json, sent) => questions.every(({ dataset: { question } }) => plain(json.answers[question]) === plain(sent.answers[question])),
  preview: (content) => inLines(questions, content.answers),
});

function inLines(some, answers) {
  const lines = some.filter((question) => plain(answers[question.dataset.question]) !== "" || some !== questions);
  return lines.map((question) => `${question.dataset.number}. ${inWords(question, answers[question.dataset.question])}`).join("\n");
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
  saver.changed();
});

form.addEventListener("keydown", (event) => {
  // Enter in a field would submit the whole survey.
  if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
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

document.querySelector("[data-summary]")?.focus();
