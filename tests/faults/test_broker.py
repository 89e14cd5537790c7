"""The broker is away while people ask for PDFs: they notice nothing, and when it is back every PDF is made."""

import time
import urllib.parse
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse

import pytest

from tests.journeys.installation import Installation, until


class Browser:
    """A person with a cookie, without the weight of a real one."""

    def __init__(self, site: Installation, email: str) -> None:
        cookie = site.backstage("session", email=email)
        self.site, self.cookies = site, {cookie["name"]: cookie["value"]}

    def ask(self, address: str, fields: dict[str, str] | None = None) -> HTTPResponse:
        """One request, its answer as it is: no redirect is followed."""
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Origin": self.site.url,
        }
        connection = HTTPConnection("localhost", self.site.port, timeout=30)
        if fields is None:
            connection.request("GET", address, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", address, urllib.parse.urlencode(fields), headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


@pytest.fixture
def mended(site: Installation) -> Iterator[None]:
    yield
    site.bring_broker_back()


def test_ten_pdfs_asked_for_without_a_broker_are_made_when_it_is_back(site: Installation, mended: None) -> None:
    wanted = site.backstage("plans_to_print", count=10)
    assert len(wanted) == 10
    people = [(Browser(site, each["email"]), each["subject"]) for each in wanted]
    for browser, _ in people:
        browser.ask("/settings/")  # gives the token
    letter = site.backstage("mail", email="first@college.example")
    until(
        lambda: site.backstage("mails", pks=[letter])[0]["state"] == "sent",
        f"the worker has begun, and a broker to lose\n{site.log('worker')}",
    )
    site.take_broker_away()
    for browser, subject in people:
        begun = time.monotonic()
        answer = browser.ask(
            "/documents/",
            {"kind": "lesson-plan", "subject_id": subject, "csrfmiddlewaretoken": browser.cookies["csrftoken"]},
        )
        took = time.monotonic() - begun
        assert answer.status in (302, 303), answer.status
        assert took < 3, f"{took:.1f} s"
        assert browser.ask(urllib.parse.urlsplit(answer.headers["Location"]).path).status == 200
    pks = site.backstage("requested", subjects=[subject for _, subject in people])
    assert len(pks) == 10
    assert {document["state"] for document in site.backstage("documents", pks=pks)} == {"queued"}
    site.bring_broker_back()
    site.backstage("document_leases_end")  # their next turn is now; beat's own sweep takes it
    until(
        lambda: all(document["state"] == "done" for document in site.backstage("documents", pks=pks)),
        f"ten PDFs are made\n{site.log('worker')}",
        120,
    )
    assert [document["files"] for document in site.backstage("documents", pks=pks)] == [1] * 10
    site.check_invariants()
