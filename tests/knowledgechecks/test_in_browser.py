"""Taking a check in a real browser: on a phone one question a screen, on a desk by keyboard, in two windows at once."""

import pytest
from playwright.sync_api import expect

from knowledgechecks.models import Attempt
from tests.browsing import saved
from tests.journeys.installation import until
from tests.knowledgechecks.conftest import ADDRESS, QUESTIONS, RIGHT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


@pytest.fixture
def open_page(page_of, participant):
    """A page of the participant's."""

    def open_page(**options):
        page = page_of(participant, **options)
        page.goto(ADDRESS)
        return page

    return open_page


def question(page, name):
    return page.locator(f'[data-question="{name}"]')


def choose(page, name, value):
    question(page, name).locator(f'input[value="{value}"]').check()


def answer(page, each):
    """As a person would, whatever the type."""
    right = RIGHT[each["id"]]
    if isinstance(right, dict):
        for row, value in right.items():
            question(page, each["id"]).locator(f'[data-row="{row}"]').select_option(str(value))
    elif each["type"] in ("number", "text"):
        question(page, each["id"]).locator("input").fill(right)
    else:
        for value in right if isinstance(right, list) else [right]:
            choose(page, each["id"], value)


def test_on_a_phone_one_question_fills_the_screen_and_a_reload_goes_on_there(open_page):
    page = open_page(**PHONE)
    page.get_by_role("button", name="Begin").click()
    visible = page.locator("[data-question]:visible")
    page.get_by_role("button", name="Next question").wait_for()  # the script has put the others away
    for each in QUESTIONS[:3]:
        expect(visible).to_have_count(1)
        answer(page, each)
        page.get_by_role("button", name="Next question").click()
    until(lambda: len(Attempt.objects.get().answers) == 3, "the server has all three answers")
    page.reload()
    page.get_by_role("button", name="Next question").wait_for()
    expect(visible).to_have_attribute("data-question", QUESTIONS[3]["id"])
    page.get_by_role("button", name="Back").click()
    expect(page.locator('input[value="false"]')).to_be_checked()
    page.get_by_role("button", name="Next question").click()
    for each in QUESTIONS[3:]:
        answer(page, each)
        if page.get_by_role("button", name="Next question").is_visible():
            page.get_by_role("button", name="Next question").click()
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("heading", name="You passed").wait_for()
    assert Attempt.objects.get().score == 100


def test_what_is_missing_is_listed_and_its_link_leads_there_on_a_phone(open_page, begun):
    page = open_page(**PHONE)
    for _ in QUESTIONS[1:]:
        page.get_by_role("button", name="Next question").click()
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("heading", name="8 questions to finish").wait_for()
    page.get_by_role("link", name="Question 5").click()
    expect(page.locator("[data-question]:visible")).to_have_attribute("data-question", QUESTIONS[4]["id"])


def test_on_a_phone_the_fields_to_sign_in_again_come_along_to_the_next_question(open_page, begun):
    page = open_page(**PHONE)
    page.get_by_role("button", name="Next question").wait_for()
    page.context.clear_cookies()
    choose(page, "one", "b")
    page.get_by_role("button", name="Next question").click()
    page.get_by_role("group", name="Sign in again").wait_for()
    page.get_by_label("E-mail address").fill("participant@example.org")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")  # signs in; it neither submits the check nor goes to the next question
    page.get_by_text("The address or the password isn’t right.").wait_for()
    expect(page.locator("[data-question]:visible")).to_have_attribute("data-question", QUESTIONS[1]["id"])


def test_all_on_one_page_by_keyboard_alone(open_page, begun):
    page = open_page()
    expect(page.locator("[data-question]:visible")).to_have_count(len(QUESTIONS))
    page.locator("#q-one input").first.focus()
    page.keyboard.press("Space")
    saved(page)
    page.locator("#q-working input").focus()
    page.keyboard.type("28")
    page.keyboard.press("Enter")  # in a field it does not hand in the check
    until(lambda: Attempt.objects.get().answers.get("working") == "28", "the server has the second answer")
    assert Attempt.objects.get().is_open
    expect(page.locator("[data-answered]")).to_have_text("2")
    page.get_by_role("button", name="Submit").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="6 questions to finish").wait_for()


def test_two_windows_that_answer_different_questions_keep_both(open_page, begun):
    first, second = open_page(), open_page()
    choose(first, "one", "b")
    saved(first)
    choose(second, "campus", "false")
    saved(second)
    expect(second.locator('#q-one input[value="b"]')).to_be_checked()
    assert Attempt.objects.get().answers == {"one": "b", "campus": "false"}


def test_two_windows_that_answer_the_same_question_let_one_choose(open_page, begun):
    first, second = open_page(), open_page()
    choose(first, "one", "b")
    saved(first)
    choose(second, "one", "c")
    second.get_by_role("heading", name="Two windows").wait_for()
    assert second.locator(".conflict-side").all_inner_texts()[0].endswith("Keep these")
    second.get_by_role("button", name="Keep those").click()
    expect(question(second, "one")).to_be_focused()
    saved(second)
    expect(second.locator('#q-one input[value="b"]')).to_be_checked()
    assert Attempt.objects.get().answers == {"one": "b"}


def test_without_a_connection_the_answer_waits_on_the_device(open_page, begun):
    page = open_page()
    page.context.set_offline(True)
    choose(page, "one", "b")
    page.get_by_text("kept on this device").wait_for()
    assert Attempt.objects.get().answers == {}
    page.context.set_offline(False)
    saved(page)
    assert Attempt.objects.get().answers == {"one": "b"}


def test_axe_finds_nothing(open_page, begun, inspector):
    page = open_page(**PHONE)
    inspector.look(page, "questions, one at a time")
    page.set_viewport_size(PHONE["viewport"])
    for each in QUESTIONS:
        page.evaluate("name => (location.hash = `#q-${name}`)", each["id"])
        question(page, each["id"]).wait_for()
        answer(page, each)
        if each["id"] == "one":
            choose(page, "one", "a")  # so that the result has a wrong answer, too
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("heading", name="You passed").wait_for()
    inspector.look(page, "result")
    page.goto(ADDRESS)
    inspector.look(page, "rules and tries")
