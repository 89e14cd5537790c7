"""A browser over the installation, for journeys and faults alike; every page is watched for errors."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright

from tests.journeys import installation
from tests.journeys.installation import Installation, free_port

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def site() -> Installation:
    return installation.shared()


@pytest.fixture(autouse=True)
def _no_leftovers() -> None:
    """The database is the installation's; the test process needs none."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A module's own: while it runs, Django refuses synchronous queries in this process."""
    if not CHROMIUM.exists():
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(f"There is no {CHROMIUM}, and REQUIRE_BROWSER=1 asks for it.")
        pytest.skip(f"There is no {CHROMIUM}; install the system's Chromium to run the browser journeys.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def production(site: Installation) -> Iterator[str]:
    """The address of a second web server over the same data, with DEBUG off and hashed files."""
    port = free_port()
    address = f"http://localhost:{port}"
    site.start(
        "web",
        as_="production",
        PORT=str(port),
        DEBUG="0",
        BEHIND_TLS_PROXY="1",
        SITE_URL="https://localhost",
        CSRF_TRUSTED_ORIGINS=address,
    )
    site.wait_for_web(port, "production")
    yield address
    site.kill("production")


class Watch:
    """What went wrong on any page: errors of scripts, violations of the Content-Security-Policy, failed files, answers of 500 and more."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def page(self, page: Page) -> None:
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.found.append(f"{page.url}: {error}"))
        page.on("response", self.response)

    def console(self, message: ConsoleMessage) -> None:
        # What did not load is judged by its answer, below.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.found.append(message.text)

    def response(self, response: Response) -> None:
        kind = response.request.resource_type
        if response.status >= 500 or (response.status >= 400 and kind not in ("document", "fetch", "xhr")):
            self.found.append(f"{response.status} {response.url}")


def cookie(site: Installation, email: str, at: str) -> dict[str, Any]:
    """With which a browser is signed in at an address; production has a name of its own for it, and wants it over TLS."""
    found: dict[str, Any] = site.backstage("session", email=email)
    if at == site.url:
        return found | {"url": at}
    return found | {"name": "__Host-session", "url": at.replace("http:", "https:"), "secure": True}


Opener = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: Installation) -> Iterator[Opener]:
    """`open_page("participant@demo.example")` is a page of a browser of its own in which this person is signed in; without an address, a visitor's."""
    watch, contexts = Watch(), []

    def open_(email: str | None = None, *, at: str = site.url, **options: Any) -> Page:
        if at != site.url:  # production: what the proxy in front of it would say
            options["extra_http_headers"] = {"X-Forwarded-Proto": "https"}
        context: BrowserContext = browser.new_context(
            **({"base_url": at, "timezone_id": "America/Los_Angeles"} | options)
        )
        context.set_default_timeout(15_000)
        context.on("page", watch.page)
        contexts.append(context)
        if email:
            context.add_cookies([cookie(site, email, at)])  # type: ignore[list-item]
        return context.new_page()

    yield open_
    for context in contexts:
        context.close()
    assert not watch.found, "\n".join(watch.found)
