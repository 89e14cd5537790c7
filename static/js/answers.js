// A form of questions that saves every answer as it is given: what checks and surveys do alike. How an answer is read and shown, their own scripts say.
import { Saver, conflictPanel } from "./saving.js";

/**
 * form       with data-save-url, data-copy-key, a field `version` and the line of _save_state.html
 * questions  its elements with data-question, in their order
 * answerOf   (question) => its answer, as the server knows it: a value, a list, or an object of parts
 * fill       (answers) puts answers, by the names of their questions, into the page
 * inWords    (question, answer) => an answer for people to read; never asked for none
 * tidy       (text) => a typed answer as the server keeps it
 * also       what is sent beside the answers
 */
export function saveAnswers({ form, questions, answerOf, fill, inWords, tidy, also = {}, delay }) {
  const state = form.querySelector("[data-save-state]");
  const version = form.elements.namedItem("version");
  const name = (question) => question.dataset.question;
  const collect = () => ({ ...also, answers: Object.fromEntries(questions.map((question) => [name(question), answerOf(question)])) });
  let saved = collect().answers; // what the server had when it last spoke to this page

  /** An answer written so that equal ones are equal texts, whoever wrote them; empty for none. */
  function plain(answer) {
    if (Array.isArray(answer)) return [...answer].sort().join("|");
    if (typeof (answer ?? "") !== "object") return tidy(String(answer ?? ""));
    return Object.keys(answer).filter((part) => answer[part]).sort().map((part) => `${part}=${answer[part]}`).join("|");
  }

  const differsIn = (some, others) => (question) => plain(some[name(question)]) !== plain(others[name(question)]);

  const saver = new Saver({
    url: form.dataset.saveUrl,
    version: Number(version.value),
    collect,
    state,
    copyKey: form.dataset.copyKey,
    delay,
    onSaved: (json) => (saved = json.answers),
    onRestore: (content) => fill(content.answers),
    onConflict: meet,
    isOurs: (json, sent) => !questions.some(differsIn(json.answers, sent.answers)),
    preview: ({ answers }) => inLines(questions.filter(differsIn(answers, {})), answers),
  });

  function inLines(some, answers) {
    const words = (question) => (differsIn(answers, {})(question) ? inWords(question, answers[name(question)]) : "no answer");
    return some.map((question) => `${questions.indexOf(question) + 1}. ${words(question)}`).join("\n");
  }

  /** Another window saved answers. Those to other questions are taken over; only where both answered the same one must somebody choose. */
  function meet(theirs, mine) {
    const changedHere = questions.filter(differsIn(theirs.answers, mine.answers)).filter(differsIn(mine.answers, saved));
    const both = changedHere.filter(differsIn(theirs.answers, saved));
    let panel;
    const keep = (chosen) => {
      const now = collect().answers;
      // Somebody may have gone on answering while the two stood side by side.
      const kept = [...chosen, ...questions.filter(differsIn(now, mine.answers))];
      fill({ ...theirs.answers, ...Object.fromEntries(kept.map((question) => [name(question), now[name(question)]])) });
      saved = theirs.answers;
      panel?.remove();
      if (panel) both[0].focus();
      saver.resolve(theirs.version, "mine");
    };
    if (!both.length) {
      keep(changedHere);
      return;
    }
    panel = conflictPanel("Two windows", [
      { title: "Answered here", words: inLines(both, mine.answers), label: "Keep these", keep: () => keep(changedHere) },
      {
        title: "Answered in the other window",
        words: inLines(both, theirs.answers),
        label: "Keep those",
        keep: () => keep(changedHere.filter((question) => !both.includes(question))),
      },
    ]);
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
    // Enter in a field would submit the whole form. The fields to sign in again stand here too, and have a form of their own.
    if (event.key === "Enter" && event.target.matches("input") && event.target.form === form) event.preventDefault();
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
}
