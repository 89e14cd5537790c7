"""Every page a participant sees, and the facilitator's and staff's: axe finds nothing, light and dark, wide and on a phone; nothing scrolls sideways."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing import Inspector
from tests.journeys.installation import Installation
from tests.journeys.people import go, press

FIRST, SECOND = "/c/fall-2026/what-wbl-is", "/c/fall-2026/why-it-matters"
PARTICIPANT = (
    "/", "/c/fall-2026/", f"{FIRST}/", f"{SECOND}/", f"{FIRST}/start-here/", f"{FIRST}/about-through-for/", f"{FIRST}/discussion/", f"{FIRST}/check/",
    f"{FIRST}/check/attempts/1/", f"{FIRST}/plan/", f"{SECOND}/plan/", "/c/fall-2026/plan/?section=A", "/c/fall-2026/plan/?section=B",
    "/c/fall-2026/plan/preview/", "/c/fall-2026/plan/versions/", "/c/fall-2026/plan/submit/", "/c/fall-2026/finish/", "/toolbox/", "/gallery/", "/notices/",
    "/settings/", "/settings/notices/", "/accounts/password/change/", "/accounts/logout/",
)  # fmt: skip
VISITOR = (
    "/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/login/code/",
    "/invitations/not-one/",
    "/certificates/WBL-0000/",
)
FACILITATOR = (
    "/", "/cohorts/new/", "/c/fall-2026/", "/c/fall-2026/board/", "/c/fall-2026/roster/", "/c/fall-2026/roster/?show=invited", "/c/fall-2026/roster/import/",
    "/c/fall-2026/reviews/", "/c/fall-2026/announcements/", "/c/fall-2026/settings/", f"{FIRST}/discussion/", f"{FIRST}/check/key/",
)  # fmt: skip
STAFF = ("/", "/reports/completions/", "/toolbox/", "/gallery/")
ADMINISTRATOR = ("/", "/course/", "/regions/", "/regions/san-diego-imperial/", "/audit/")


def test_axe_sees_a_fault_where_there_is_one(open_page) -> None:
    """The canary: without it, a rule set that looks at nothing would pass every page."""
    page = open_page()
    page.goto("/accounts/login/")
    page.evaluate(
        "document.querySelector('label').remove(); document.body.style.width = '500px'; document.body.style.color = '#eee'"
    )
    inspector = Inspector()
    inspector.look(page, "sign-in")
    rules = " ".join(inspector.found)
    assert "label " in rules or "autocomplete" in rules
    assert "color-contrast" in rules
    assert "too wide" in rules


def test_participants_pages_have_no_barrier(open_page, inspector) -> None:
    inspector.walk(open_page("participant@demo.example"), PARTICIPANT)


def test_pages_with_something_going_on_have_no_barrier(site: Installation, open_page, inspector) -> None:
    """What an address alone does not show: questions, a result, a reply being written, words not saved, a PDF being made and made."""
    page = open_page("participant@demo.example")
    go(page, f"{FIRST}/check/")
    page.locator("main form button").first.click()
    expect(page.locator("[data-check]")).to_be_visible()
    inspector.look(page, "check, questions")
    page.set_viewport_size({"width": 1280, "height": 900})
    press(page, "Submit")
    expect(page.locator("[data-summary]")).to_be_visible()
    inspector.look(page, "check, not finished")
    page.set_viewport_size({"width": 1280, "height": 900})
    press(page, "Submit as it is")
    expect(page.get_by_role("heading", name="Question by question")).to_be_visible()
    inspector.look(page, "check, result")
    go(page, f"{FIRST}/discussion/")
    page.get_by_role("link", name="Reply").first.click()
    expect(page.locator("article .editor")).to_be_visible()
    inspector.look(page, "discussion, writing a reply", within="article:has(.editor)")
    page.goto(
        f"{FIRST}/discussion/posts/{site.backstage('thread', cohort='fall-2026', item='what-wbl-is/discussion')}/replies/"
    )
    inspector.look(page, "reply, on a page of its own")
    go(page, "/toolbox/")
    page.get_by_role("link", name=site.backstage("resources")[0]).click()
    expect(page).to_have_url(re.compile(r"/toolbox/.+"))
    inspector.look(page, "resource")
    go(page, "/toolbox/")
    page.get_by_role("button", name="PDF").first.click()
    expect(page.locator("[data-document-progress]")).to_be_visible()
    inspector.look(page, "document")
    expect(page.get_by_role("link", name="Download the PDF")).to_be_visible(timeout=60_000)
    inspector.look(page, "document, ready")


def test_an_ended_session_asks_without_a_barrier(site: Installation, open_page, inspector) -> None:
    writer = site.backstage("writer")
    page = open_page(writer["email"])
    go(page, f"/c/{writer['cohort']}/plan/?section=A")
    site.backstage("end_sessions", email=writer["email"])
    page.locator("#field-student_context textarea").fill("Words")
    expect(page.get_by_role("group", name="Sign in again")).to_be_visible()
    inspector.look(page, "plan, session ended")


def test_people_at_every_point_meet_no_barrier(site: Installation, open_page, inspector) -> None:
    people = site.backstage("cast")
    site.backstage("read_pages", email=people["reader"], cohort="fall-2026")
    inspector.walk(
        open_page(people["reader"]), ["/c/fall-2026/", f"{FIRST}/discussion/", f"{FIRST}/check/", f"{SECOND}/"]
    )
    for status in ("submitted", "returned", "approved"):
        inspector.walk(open_page(people[status]), ["/c/fall-2026/", "/c/fall-2026/plan/"])
    page = open_page(people["finisher"])
    inspector.walk(page, ["/", "/c/summer-2026/", "/c/summer-2026/finish/"])


def test_refusals_have_no_barrier(open_page, production: str, inspector) -> None:
    """As production shows them; with DEBUG on, Django has pages of its own."""
    for email, address, status in (
        (None, "/nowhere/", 404),
        ("participant@demo.example", "/c/nothing/", 404),
        ("participant@demo.example", "/c/fall-2026/board/", 403),
        ("participant@demo.example", "/c/fall-2026/finish-count-share/check/", 403),
    ):
        page = open_page(email, at=production)
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == status, address
        inspector.look(page, f"{address} ({status})")


def test_visitors_pages_have_no_barrier(site: Installation, open_page, inspector) -> None:
    page = open_page()
    inspector.walk(page, [*VISITOR, site.backstage("certificate"), site.backstage("invitation")])


def test_facilitators_pages_have_no_barrier(site: Installation, open_page, inspector, looks_at_a_desk) -> None:
    inspector.looks = looks_at_a_desk
    page = open_page("facilitator@demo.example")
    inspector.walk(page, [*FACILITATOR, *site.backstage("reviews", cohort="fall-2026")])


@pytest.mark.parametrize(
    ("email", "addresses"),
    [("staff@demo.example", STAFF), ("liaison@demo.example", STAFF), ("admin@demo.example", ADMINISTRATOR)],
)
def test_staff_pages_have_no_barrier(
    email: str, addresses: tuple[str, ...], open_page, inspector, looks_at_a_desk
) -> None:
    inspector.looks = looks_at_a_desk
    inspector.walk(open_page(email), addresses)
