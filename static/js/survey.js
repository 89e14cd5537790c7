// A survey: every answer is saved as it is given. Without this script the page is one form with two buttons.
import { saveAnswers } from "./answers.js";
import "./saving.js"; // answers.js needs it; named here, the two are fetched at once

const form = document.querySelector("[data-survey]");
const questions = [...form.querySelectorAll("[data-question]")];
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

function inWords(question, answer) {
  const { type } = question.dataset;
  if (type === "pair") return SIDES.filter((side) => answer[side]).map((side) => `${side} ${answer[side]}`).join(", ");
  const fields = fieldsOf(question);
  if (fields[0].matches("select")) return [...fields[0].options].find((option) => option.value === answer)?.textContent ?? "";
  if (!["radio", "checkbox"].includes(fields[0].type) || type === "scale") return String(answer);
  const values = [answer].flat();
  return fields.filter((field) => values.includes(field.value)).map((field) => field.labels[0].textContent.trim()).join("; ");
}

saveAnswers({ form, questions, answerOf, fill, inWords, tidy: (text) => text.replace(/\r\n?/g, "\n") });
