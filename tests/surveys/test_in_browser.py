"""Answering a survey in a real browser: on a phone, by keyboard, in two windows, without a connection, without a script."""

import re

import pytest
from playwright.sync_api import expect

from modules.models import Item
from surveys.models import Response
from tests.browsing import saved
from tests.journeys.installation import until
from tests.surveys.conftest import ADDRESS, FULL, LEAST, read

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 320, "height": 700}}


@pytest.fixture
def open_page(page_of, participant, enrolment):
    """A page of the participant's."""

    def open_page(**options):
        page = page_of(participant, **options)
        page.goto(ADDRESS)
        return page

    return open_page


def choose(page, name, value):
    page.locator(f'input[name="q-{name}"][value="{value}"]').check()


def answer(page, name, given):
    if isinstance(given, dict):
        for side, step in given.items():
            choose(page, f"{name}-{side}", step)
    elif isinstance(given, list):
        for code in given:
            choose(page, name, code)
    elif page.locator(f'input[type="radio"][name="q-{name}"]').count():
        choose(page, name, given)
    elif page.locator(f'select[name="q-{name}"]').count():
        page.locator(f'select[name="q-{name}"]').select_option(given)
    else:
        page.locator(f'[name="q-{name}"]').fill(given)


def test_on_a_phone_all_is_answered_saved_reloaded_and_submitted(open_page):
    page = open_page(**PHONE)
    for name, given in FULL.items():
        answer(page, name, given)
    page.wait_for_function("() => document.querySelector('[data-save-state]').textContent.startsWith('Saved')")
    page.wait_for_timeout(1200)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.reload()
    expect(page.locator('[name="q-explain-now"][value="3"]')).to_be_checked()
    expect(page.locator('[name="q-why"]')).to_have_value(FULL["why"])
    page.get_by_role("button", name="Submit the survey").click()
    page.get_by_text("Thank you.").wait_for()
    kept = Response.objects.get()
    assert (kept.state, kept.answers["students"], kept.answers["barriers"]) == ("submitted", 1200, ["time", "room"])


def test_by_keyboard_alone(open_page):
    page = open_page(viewport={"width": 1280, "height": 900})
    page.locator('[name="q-explain-before"]').first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")  # to the other side of the pair
    page.keyboard.press("ArrowRight")
    saved(page)
    page.wait_for_timeout(900)
    assert Response.objects.get().answers["explain"] == {"before": 2, "now": 2}
    # A group says its question and its side, a step its number and its words.
    group = page.get_by_role("group", name=re.compile("explain what work-based learning is"))
    assert group.get_by_role("group", name="Now").get_by_role("radio", name="2 Somewhat").is_checked()


def test_what_is_missing_is_listed_and_its_link_leads_there(open_page):
    page = open_page(**PHONE)
    page.get_by_role("button", name="Submit the survey").click()
    page.get_by_role("heading", name="3 questions to finish").wait_for()
    page.get_by_role("link", name="Question 3").click()
    page.wait_for_function("document.querySelector('#q-pages:target')")


def test_two_windows_meet_where_both_answered_the_same(open_page):
    first, second = open_page(), open_page()
    answer(first, "why", "from the first")
    saved(first)
    answer(second, "pages", 2)
    saved(second)  # another question: taken over without a word
    expect(second.locator('[name="q-why"]')).to_have_value("from the first")
    answer(first, "why", "from the first, later")
    first.get_by_text(re.compile(r"^Saved")).wait_for()
    first.wait_for_timeout(1500)
    answer(second, "why", "from the second")
    second.get_by_role("heading", name="Two windows").wait_for()
    second.get_by_role("button", name="Keep these").click()
    saved(second)
    second.wait_for_timeout(500)
    kept = Response.objects.get().answers
    assert (kept["why"], kept["pages"]) == ("from the second", 2)


def test_without_a_connection_nothing_is_lost(open_page):
    page = open_page()
    page.context.set_offline(True)
    answer(page, "why", "written in a tunnel")
    answer(page, "explain", {"before": 1, "now": 2})
    page.get_by_text(re.compile("kept on this device")).wait_for()
    page.context.set_offline(False)  # it saves by itself, before the reload or after it
    page.reload()
    whole = {"explain": {"before": 1, "now": 2}, "why": "written in a tunnel"}
    until(lambda: Response.objects.filter(answers=whole).exists(), "the answers at the server")
    page.goto(ADDRESS)  # the reload may have been answered a moment before they came
    expect(page.locator('[name="q-why"]')).to_have_value("written in a tunnel")


def test_without_a_script_it_is_one_form(open_page):
    page = open_page(java_script_enabled=False, **PHONE)
    for name, given in LEAST.items():
        answer(page, name, given)
    page.get_by_role("button", name="Save and go on later").click()
    page.get_by_text("Your answers are saved").wait_for()
    page.goto(ADDRESS)
    page.get_by_role("button", name="Submit the survey").click()
    page.get_by_text("Thank you.").wait_for()


def test_the_courses_own_end_survey_is_accessible(open_page, cohort, inspector):
    from tests.surveys.test_content import CONTENT

    data, _ = read((CONTENT / "finish-count-share/end-survey.toml").read_text())
    Item.objects.filter(module__edition=cohort.edition, slug="end-survey").update(data=data)
    page = open_page()
    inspector.look(page, "survey")
    page.get_by_role("button", name="Submit the survey").click()  # with all that can be wrong
    page.get_by_role("heading", name=re.compile("questions to finish")).wait_for()
    inspector.look(page, "survey, not finished")
