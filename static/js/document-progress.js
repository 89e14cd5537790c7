// Watches a document being made and shows the finished page in its place. Without this script the page has a Refresh link.
(() => {
  "use strict";

  const place = document.querySelector("[data-document-progress]");
  if (!place) return;
  const waiting = (state) => state === "queued" || state === "claimed";
  let pause = 700;

  async function look() {
    let facts;
    try {
      const answer = await fetch(place.dataset.source, { headers: { Accept: "application/json", "X-Requested-With": "fetch" } });
      if (answer.status === 401 || answer.status === 404) {
        location.reload(); // signed out, or no longer theirs: the page itself says what to do
        return;
      }
      if (answer.ok) facts = await answer.json();
    } catch {
      // offline, or the server is starting again: the request is kept there, so asking later is enough
    }
    if (facts && !waiting(facts.state)) {
      location.reload();
      return;
    }
    if (facts) show(facts);
    pause = Math.min(pause * 1.3, 5000);
    setTimeout(look, pause);
  }

  function show(facts) {
    const message = place.querySelector("[data-message]");
    if (message && message.textContent !== facts.message) message.textContent = facts.message;
    const bar = place.querySelector("[data-bar]");
    if (bar) bar.setAttribute("width", facts.percent);
    const steps = place.querySelector("[data-steps]");
    if (steps) steps.textContent = `${facts.done} of ${facts.total}`;
  }

  if (waiting(place.dataset.state)) setTimeout(look, pause);
})();
