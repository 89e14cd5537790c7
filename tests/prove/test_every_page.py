"""The whole course in a real browser: axe finds nothing on any page, light and dark, wide and on a phone; nothing scrolls sideways."""

import time
from typing import Any

import pytest

from tests.browsing import Inspector
from tests.journeys.fixtures import browser, open_page, site
from tests.journeys.installation import Installation, close_shared
from tests.prove.conftest import Say

__all__ = ["browser", "open_page", "site"]
pytestmark = [pytest.mark.prove, pytest.mark.browser]


@pytest.fixture(scope="module", autouse=True)
def _close() -> Any:
    yield
    close_shared()


def test_no_page_of_the_course_has_a_barrier(
    site: Installation, open_page: Any, inspector: Inspector, say: Say
) -> None:
    """Seen by somebody who completed it, to whom everything is open."""
    addresses = site.backstage("everything_to_read", cohort="summer-2026")
    begun = time.monotonic()
    inspector.walk(open_page(site.backstage("cast")["finisher"]), addresses)
    say(
        f"axe: {len(addresses)} pages in four looks each, {len(inspector.found)} findings, {time.monotonic() - begun:.0f} s"
    )
    assert len(addresses) > 80
