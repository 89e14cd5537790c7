// What every page has. It runs in the head so that the chosen theme is set before anything is painted; the rest waits for the document.
(() => {
  "use strict";

  const root = document.documentElement;
  const stored = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage may be closed to us: the system's choice holds
    }
  };
  const setTheme = (choice) => {
    if (choice === "light" || choice === "dark") root.setAttribute("data-bs-theme", choice);
    else root.removeAttribute("data-bs-theme");
  };
  setTheme(stored());

  function themeChooser() {
    for (const chooser of document.querySelectorAll("[data-theme-chooser]")) {
      const buttons = chooser.querySelectorAll("[data-theme-choice]");
      const mark = (choice) => buttons.forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.themeChoice === choice)));
      mark(stored() || "auto");
      chooser.hidden = false;
      chooser.addEventListener("click", (event) => {
        const choice = event.target.closest("[data-theme-choice]")?.dataset.themeChoice;
        if (!choice) return;
        setTheme(choice);
        mark(choice);
        try {
          if (choice === "auto") localStorage.removeItem("theme");
          else localStorage.setItem("theme", choice);
        } catch {
          // the choice holds for this page only
        }
      });
    }
  }

  // A date is written in the cohort's zone; where it is another time in the reader's, that is added below it. The reader's zone is the one of their profile.
  function localTimes(within) {
    const zone = root.dataset.zone || Intl.DateTimeFormat().resolvedOptions().timeZone;
    for (const time of within.querySelectorAll("time[data-local-time]")) {
      const moment = new Date(time.dateTime);
      if (Number.isNaN(moment.getTime()) || time.querySelector(".local-time")) continue;
      const onTheirClock = moment.toLocaleString("sv-SE", { timeZone: zone }); // 2026-11-26 23:59:00
      if (onTheirClock.slice(0, 16) === time.dateTime.slice(0, 16).replace("T", " ")) continue;
      const note = document.createElement("span");
      note.className = "local-time meta";
      const there = moment.toLocaleString("en-US", { weekday: "short", hour: "numeric", minute: "2-digit", timeZone: zone });
      note.textContent = `${there.replace(/\s([AP])M$/, (_, half) => ` ${half.toLowerCase()}.m.`)} your time`;
      note.title = zone.replaceAll("_", " ");
      time.append(note);
    }
  }

  const words = (text) => (text.trim().match(/[^\s]+/gu) || []).length;

  function counters(within) {
    for (const counter of within.querySelectorAll("[data-counter]")) {
      const box = document.getElementById(counter.dataset.counter);
      if (!box) continue;
      const update = () => {
        if (counter.dataset.words) {
          const least = Number(counter.dataset.words);
          const now = words(box.value);
          counter.textContent = now >= least ? `${now} words` : `${now} of at least ${least} words`;
          counter.classList.toggle("is-short", now > 0 && now < least);
        } else {
          const left = Number(counter.dataset.limit) - [...box.value].length;
          counter.textContent = left >= 0 ? `${left} characters left` : `${-left} characters too many`;
          counter.classList.toggle("is-over", left < 0);
        }
      };
      box.addEventListener("input", update);
      update();
    }
  }

  function copyButtons(within) {
    if (!navigator.clipboard) return;
    for (const button of within.querySelectorAll("[data-copy]")) {
      const before = button.textContent;
      button.hidden = false;
      button.addEventListener("click", async () => {
        const source = document.querySelector(button.dataset.copy);
        try {
          await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
          button.textContent = "Copied";
        } catch {
          button.textContent = "Press Ctrl+C to copy";
          source.select?.();
        }
        setTimeout(() => (button.textContent = before), 3000);
      });
    }
  }

  function printButtons(within) {
    for (const button of within.querySelectorAll("[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
  }

  function ready() {
    themeChooser();
    localTimes(document);
    counters(document);
    copyButtons(document);
    printButtons(document);

    document.addEventListener("submit", (event) => {
      const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
      if (question && !window.confirm(question)) event.preventDefault();
    });

    // A menu closes like one expects: by Escape, and by a click elsewhere.
    const openMenus = () => document.querySelectorAll("details[data-menu][open]");
    document.addEventListener("click", (event) => openMenus().forEach((menu) => menu.contains(event.target) || (menu.open = false)));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      openMenus().forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    });

    document.addEventListener("htmx:afterSwap", (event) => {
      localTimes(event.target);
      counters(event.target);
      copyButtons(event.target);
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
