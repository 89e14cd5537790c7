// A page marks itself read when its end was on the screen for two seconds. Without this script the button at the end does.
"use strict";

const form = document.querySelector("[data-end-of-page]");
let timer = null;

function markRead() {
  fetch(window.location.pathname, {
    method: "POST",
    body: new FormData(form),
    headers: { "X-Requested-With": "fetch" },
    keepalive: true,
  })
    .then((answer) => {
      if (answer.ok) {
        form.querySelector("[data-read]").hidden = false;
        watcher.disconnect();
      }
    })
    .catch(() => {
      // No connection: the button at the end of the page still does it, and so does the next visit.
    });
}

const watcher = new IntersectionObserver((entries) => {
  window.clearTimeout(timer);
  if (entries.some((entry) => entry.isIntersecting)) {
    timer = window.setTimeout(markRead, 2000);
  }
});

if (form) {
  watcher.observe(form);
}
