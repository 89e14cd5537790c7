"""The whole course in a real browser: axe finds nothing on any page, light and dark, wide and on a phone; nothing scrolls sideways."""

import time
from typing import Any

import pytest

from tests.browsing import CROSSED, Inspector, Looks
from tests.journeys.fixtures import browser, open_page, production, site
from tests.journeys.installation import Installation, close_shared
from tests.journeys.test_accessibility import (
    test_an_ended_session_asks_without_a_barrier,
    test_facilitators_pages_have_no_barrier,
    test_pages_with_something_going_on_have_no_barrier,
    test_participants_pages_have_no_barrier,
    test_people_at_every_point_meet_no_barrier,
    test_refusals_have_no_barrier,
    test_staff_pages_have_no_barrier,
    test_visitors_pages_have_no_barrier,
)
from tests.prove.conftest import Say

# The walks of the suite, which looks at each page twice, come along: here they are seen in all four looks.
__all__ = [
    "browser", "open_page", "production", "site",
    "test_an_ended_session_asks_without_a_barrier", "test_facilitators_pages_have_no_barrier",
    "test_pages_with_something_going_on_have_no_barrier", "test_participants_pages_have_no_barrier",
    "test_people_at_every_point_meet_no_barrier", "test_refusals_have_no_barrier",
    "test_staff_pages_have_no_barrier", "test_visitors_pages_have_no_barrier",
]  # fmt: skip
pytestmark = [pytest.mark.prove, pytest.mark.browser]


@pytest.fixture(scope="module", autouse=True)
def _close() -> Any:
    yield
    close_shared()


@pytest.fixture
def looks() -> Looks:
    return CROSSED


@pytest.fixture
def looks_at_a_desk() -> Looks:
    return CROSSED


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
