"""Somebody with a browser, without the weight of a real one: cookies, a kept connection, and the patience of the page's scripts."""

import gzip
import json
import time
import urllib.parse
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

from tests.journeys.installation import Installation

KEPT = 2.0  # seconds; the server ends an idle connection after five
PAUSES = (0.3, 0.6, 1.2, 2.0)  # seconds before asking again
PATIENCE = 90.0


@dataclass(frozen=True)
class Answer:
    """What came back, how long it took, and how many times it was asked for."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float
    tries: int = 1

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def place(self) -> str:
        """Where a redirect leads on this site."""
        return urllib.parse.urlsplit(self.headers["location"]).path


class Person:
    """One signed-in person. Not for two threads at once."""

    def __init__(self, site: Installation, cookie: dict[str, str], *, timeout: float = 30) -> None:
        """`timeout` is how many seconds may pass without a byte."""
        self.site, self.cookies, self.timeout = site, {cookie["name"]: cookie["value"]}, timeout
        self.connection: HTTPConnection | None = None
        self.used_at = 0.0

    @property
    def token(self) -> str:
        return next((value for name, value in self.cookies.items() if "csrf" in name), "")

    def get(self, address: str, **headers: str) -> Answer:
        """One request that is not repeated. OSError or HTTPException where the connection was cut."""
        return self.ask("GET", address, headers=headers)

    def ask(
        self, method: str, address: str, *, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        begun = time.monotonic()
        response = self.open(method, address, body=body, headers=headers)
        try:
            content = response.read()
        except BaseException:
            self.close()
            raise
        self.used_at = time.monotonic()
        found = {name.lower(): value for name, value in response.getheaders()}
        if found.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        return Answer(response.status, found, content, time.monotonic() - begun)

    def open(
        self, method: str, address: str, *, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> HTTPResponse:
        """An answer of which only the head was read. A kept connection that the server has ended meanwhile is opened
        anew, as browsers do.
        """
        was_kept = self.connection is not None and time.monotonic() - self.used_at < KEPT
        if not was_kept:
            self.close()
        try:
            return self._send(method, address, body, headers or {})
        except ConnectionError:
            self.close()
            if not was_kept:
                raise
            return self._send(method, address, body, headers or {})
        except (OSError, HTTPException):
            self.close()
            raise

    def _send(self, method: str, address: str, body: bytes | None, headers: dict[str, str]) -> HTTPResponse:
        if self.connection is None:
            self.connection = HTTPConnection("127.0.0.1", self.site.port, timeout=self.timeout)
        sent = {
            "Host": f"localhost:{self.site.port}",
            "X-Forwarded-Proto": "https",
            "Origin": f"https://localhost:{self.site.port}",
            "Accept-Encoding": "gzip",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        self.connection.request(method, address, body=body, headers=sent | headers)
        response = self.connection.getresponse()
        for header in response.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    # ---- As a page sends it

    def form(self, address: str, fields: dict[str, str], **headers: str) -> Answer:
        """Send a form, and again the same one until somebody answers."""
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": self.token}).encode()
        return self.insist(
            "POST", address, body=body, headers={"Content-Type": "application/x-www-form-urlencoded", **headers}
        )

    def save(self, address: str, content: dict[str, Any]) -> Answer:
        """Save what is typed as the script does, and again the same words until somebody answers."""
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-Requested-With": "fetch",
            "X-CSRFToken": self.token,
        }
        return self.insist("PUT", address, body=json.dumps(content).encode(), headers=headers)

    def insist(
        self, method: str, address: str, *, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Ask until there is an answer that does not say "try again". AssertionError when patience ends."""
        begun, tries = time.monotonic(), 0
        while True:
            tries += 1
            try:
                found = self.ask(method, address, body=body, headers=headers)
            except (OSError, HTTPException) as error:
                said = repr(error)
            else:
                if found.status not in (429, 503):
                    return Answer(found.status, found.headers, found.body, time.monotonic() - begun, tries)
                said = str(found.status)
            assert time.monotonic() - begun < PATIENCE, f"{method} {address}: {tries} tries in vain, the last: {said}"
            time.sleep(PAUSES[min(tries, len(PAUSES)) - 1])
