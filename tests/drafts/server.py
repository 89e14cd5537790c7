"""A server that fails in every way that servers and networks do, and a page with one box that saves to it."""

import json
from pathlib import Path

from tests.browsing import CSP

STATIC = Path(__file__).resolve().parents[2] / "static"
HOST = "http://localhost"


class Server:
    """One draft, one session. `answers` are taken first: a status, "offline", or "lost" (kept, but the answer never arrives)."""

    def __init__(self):
        self.body, self.version, self.person, self.token = "", 0, 7, "token-1"
        self.answers, self.puts, self.sent = [], [], []

    def handle(self, route):
        request = route.request
        path = request.url.removeprefix(HOST)
        if path.startswith("/static/"):
            return route.fulfill(path=STATIC / path.removeprefix("/static/"), content_type="text/javascript")
        if path == "/drafts/token/":
            if self.answers[:1] == ["offline"]:
                return route.abort()
            return self.json(route, 200, {"token": self.token, "person": self.person})
        if path == "/accounts/login/":
            if "right" not in request.post_data:
                return self.json(route, 400, {"form": {}})
            self.person, self.token = 7, "token-2"
            return self.json(route, 200, {"location": "/"})
        if path == "/drafts/here/":
            return self.draft(route, request)
        if path == "/send/":
            self.sent.append(request.post_data)
            return route.fulfill(body="<p>Sent</p>", content_type="text/html")
        return route.fulfill(body=self.page(), content_type="text/html", headers={"Content-Security-Policy": CSP})

    def draft(self, route, request):
        self.puts.append(json.loads(request.post_data))
        answer = self.answers.pop(0) if self.answers else None
        if answer == "offline":
            return route.abort()
        if isinstance(answer, int):
            return self.json(route, answer, {"message": f"No, said {answer}."})
        if self.person is None:
            return self.json(route, 401, {"error": "signed-out"})
        if request.headers["x-csrftoken"] != self.token:
            return route.fulfill(status=403, body="<h1>Forbidden</h1>", content_type="text/html")
        sent = self.puts[-1]
        if sent["version"] != self.version and sent["body"] != self.body:
            return self.json(
                route, 409, {"version": self.version, "body": self.body, "saved_at": "2026-11-23T14:30:00Z"}
            )
        self.body, self.version = sent["body"], self.version + 1
        if answer == "lost":
            return route.abort()
        return self.json(route, 200, {"version": self.version, "body": self.body})

    def json(self, route, status, data):
        return route.fulfill(status=status, body=json.dumps(data), content_type="application/json")

    def page(self):
        return f"""<!DOCTYPE html><html lang="en"><title>Write</title><body>
        <form method="post" action="/send/" data-sent="{" ".join(self.known)}"><input type="hidden" name="csrfmiddlewaretoken" value="token-1"><input type="hidden" name="token" value="form-1">
        <label for="box">Text</label><textarea id="box" name="body" data-version="{self.version}">{self.body}</textarea>
        <p data-save-state data-person="7" data-token-url="/drafts/token/" data-sign-in="/accounts/login/" role="status"></p><button id="go">Send</button></form>
        <script type="module" src="/static/js/box.js"></script></body></html>"""

    known = ()


BOX = """
import { Saver } from "./saving.js";
const box = document.querySelector("#box");
const form = document.querySelector("form");
window.saver = new Saver({
  url: "/drafts/here/", version: Number(box.dataset.version), collect: () => ({ body: box.value }), state: document.querySelector("[data-save-state]"),
  copyKey: "here", onRestore: (content) => { box.value = content.body; }, sent: form.dataset.sent.split(" ").filter(Boolean), delay: 40,
});
box.addEventListener("input", () => window.saver.changed());
form.addEventListener("submit", async (event) => { event.preventDefault(); if (await window.saver.submitting("form-1")) form.submit(); });
"""
