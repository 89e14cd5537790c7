"""A real Chromium for tests: the system's; where there is none, the test is skipped with the reason, and with REQUIRE_BROWSER=1 it fails."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CSP = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

# Axe describes only what it finds; to name each node that passes takes it as long again.
FOUND = {"resultTypes": ["violations"]}
ALL = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], **FOUND}
Looks = tuple[tuple[int, str, dict[str, Any]], ...]
# Both widths and both schemes; the suite is content with that, and `make prove` also crosses them.
LOOKS: Looks = ((1280, "light", ALL), (390, "dark", ALL))
# Of a second scheme at the same width only colors can be other, and of those only this rule speaks.
COLORS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, **FOUND}
CROSSED: Looks = (*LOOKS, (1280, "dark", COLORS), (390, "light", COLORS))
RUN = "async ([within, options]) => (await axe.run(within, options)).violations.map((v) => [v.id, v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + ' ' + n.failureSummary)])"


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser. Playwright keeps an event loop in this thread, so the database has to be told that it may be used beside it."""
    path = (
        os.environ.get("CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if path is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("There is no Chromium, and REQUIRE_BROWSER=1 asks for one.")
        pytest.skip("There is no Chromium on this machine (apt-get install chromium).")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=15_000)  # as good as for ever on a machine of ours, and not too short for a slow one
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            try:
                yield browser
            finally:
                browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def watched(context: Any) -> tuple[Any, list[str]]:
    """A page, and what should not have happened on it: script errors, dialogs, reports of the Content-Security-Policy."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', (e) => console.error(`Content Security Policy: ${e.violatedDirective} ${e.blockedURI}`))"
    )
    page.on(
        "console", lambda message: wrong.append(message.text) if "Content Security Policy" in message.text else None
    )
    return page, wrong


def saved(page: Any) -> None:
    """The page says that the server has what was written."""
    page.get_by_text(re.compile(r"^Saved \d{1,2}:\d\d [ap]\.m\.")).wait_for()


class Inspector:
    """Looks at a page as it is now in each look, and notes what axe finds and what does not fit."""

    def __init__(self, looks: Looks = LOOKS) -> None:
        from axe_playwright_python.sync_playwright import Axe

        self.axe: str = Axe().axe_script
        self.looks = looks
        self.found: list[str] = []

    def look(self, page: Any, name: str, within: str = "html") -> None:
        """`within` names the part that is new, where the rest of a long page was looked at before."""
        page.evaluate(self.axe)
        for width, scheme, options in self.looks:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            # As high as the page, so that nothing is behind the bar at the bottom of a phone's screen: there one scrolls.
            page.set_viewport_size({"width": width, "height": 900})
            page.set_viewport_size(
                {"width": width, "height": 1000 + page.evaluate("document.documentElement.scrollHeight")}
            )
            for rule, nodes in page.evaluate(RUN, [within, options]):
                self.found += [f"{name} at {width}, {scheme}: {rule} {node}" for node in nodes]
        page.set_viewport_size({"width": 320, "height": 900})
        sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if sideways > 0:
            self.found.append(f"{name} at 320: {sideways} pixels too wide")
        if moving := page.evaluate(
            "document.getAnimations().filter((a) => a.playState === 'running' && a.effect.getTiming().duration > 10).length"
        ):
            self.found.append(f"{name}: {moving} animations although less motion is asked for")

    def walk(self, page: Any, addresses: Any) -> None:
        for address in addresses:
            page.goto(address)
            self.look(page, address)
