"""The plan in a real browser: it saves itself, its paper follows, two windows see each other, axe finds nothing."""

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from lessonplans import actions
from lessonplans.models import LessonPlan, Review
from lessonplans.template import PlanCourse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVED = re.compile(r"^Saved \d{1,2}:\d\d [ap]\.m\.")


def test_words_save_themselves_and_the_paper_follows(page_of: Any, participant: User, course: PlanCourse) -> None:
    page = page_of(participant)
    page.goto("/c/fall/plan/?section=A")
    page.get_by_label("Plan title").fill("Neighborhood map")
    expect(page.locator("[data-save-state]")).to_have_text(SAVED)
    expect(page.locator("[data-paper] .paper-title")).to_have_text("Neighborhood map")
    page.get_by_role("link", name=re.compile("^C Skills")).click()
    page.locator("[data-field=skills] input[value=empathy]").check()
    row = page.locator("[data-field=skill_evidence] [data-key=empathy]")
    expect(row).to_be_visible()
    row.locator("textarea").fill("They ask before they draw.")
    page.get_by_role("button", name=re.compile("^Save and go to D")).click()
    page.wait_for_url("**section=D")
    kept = LessonPlan.objects.get()
    assert kept.title == "Neighborhood map"
    assert kept.data["skill_evidence"] == {"empathy": "They ask before they draw."}


def test_two_windows_merge_and_show_a_conflict(page_of: Any, participant: User, course: PlanCourse) -> None:
    one, two = page_of(participant), page_of(participant)
    for page in (one, two):
        page.goto("/c/fall/plan/?section=A")
    one.get_by_label("Plan title").fill("From the first")
    expect(one.locator("[data-save-state]")).to_have_text(SAVED)
    two.get_by_label("Course code and title").fill("GEOG 2")
    expect(two.get_by_label("Plan title")).to_have_value("From the first")
    two.get_by_label("Plan title").fill("From the second")
    expect(two.locator("[data-paper] .paper-title")).to_have_text("From the second")
    one.get_by_label("Plan title").fill("From the first again")
    panel = one.get_by_role("region", name="Two versions of Plan title")
    expect(panel).to_contain_text("From the second")
    panel.get_by_role("button", name="Keep this one").click()
    expect(one.locator("#field-title")).to_be_focused()
    expect(one.locator("[data-paper] .paper-title")).to_have_text("From the first again")
    assert LessonPlan.objects.get().title == "From the first again"


def test_after_a_conflict_a_window_also_takes_over_what_the_other_changed_elsewhere(
    page_of: Any, participant: User, course: PlanCourse
) -> None:
    """It would go on showing the old words, and save them over the new ones with the next change there."""
    one, two = page_of(participant), page_of(participant)
    for page in (one, two):
        page.goto("/c/fall/plan/?section=A")
    two.get_by_label("Plan title").fill("From the second")
    two.get_by_label("Course code and title").fill("GEOG 9")
    expect(two.locator("[data-paper]")).to_contain_text("GEOG 9")
    one.get_by_label("Plan title").fill("From the first")
    one.get_by_role("region", name="Two versions of Plan title").get_by_role("button", name="Keep this one").click()
    expect(one.get_by_label("Course code and title")).to_have_value("GEOG 9")
    kept = LessonPlan.objects.get()
    assert (kept.title, kept.data["course_code_title"]) == ("From the first", "GEOG 9")


def test_words_of_a_conflict_are_offered_again_after_a_reload(
    page_of: Any, participant: User, course: PlanCourse
) -> None:
    one, two = page_of(participant), page_of(participant)
    for page in (one, two):
        page.goto("/c/fall/plan/?section=A")
    two.get_by_label("Plan title").fill("From the second")
    expect(two.locator("[data-save-state]")).to_have_text(SAVED)
    one.get_by_label("Plan title").fill("From the first")
    one.get_by_role("region", name="Two versions of Plan title").wait_for()
    for _ in range(2):
        one.reload()
        offer = one.get_by_role("group", name="Words kept on this device")
        expect(offer).to_contain_text("From the first")
        expect(one.get_by_label("Plan title")).to_have_value("From the second")
    offer.get_by_role("button", name="Use it instead").click()
    expect(one.locator("[data-save-state]")).to_have_text(SAVED)
    assert LessonPlan.objects.get().title == "From the first"


def test_words_kept_on_the_device_come_back_whichever_section_is_opened_next(
    page_of: Any, participant: User, course: PlanCourse
) -> None:
    page = page_of(participant)
    page.goto("/c/fall/plan/?section=A")
    page.context.set_offline(True)
    page.get_by_label("Plan title").fill("Written on the train")
    expect(page.locator("[data-save-state]")).to_contain_text("kept on this device")
    context = page.context
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto("/c/fall/plan/?section=C")
    expect(page.locator("[data-save-state]")).to_contain_text("with what you wrote on this device")
    assert LessonPlan.objects.get().title == "Written on the train"


def test_a_reviewer_s_second_window_takes_over_the_notes_of_the_first(
    page_of: Any, facilitator: User, review: Review
) -> None:
    actions.claim(review=review, by=facilitator, seen=None, now=timezone.now())
    one, two = page_of(facilitator), page_of(facilitator)
    for page in (one, two):
        page.goto(f"/c/fall/reviews/{review.plan_id}/")
    one.get_by_label("Comment on “Plan title”").fill("A fine title.")
    expect(one.locator("[data-save-state]")).to_have_text(SAVED)
    two.get_by_label("Summary for the author").fill("Nearly there.")
    expect(two.get_by_label("Comment on “Plan title”")).to_have_value("A fine title.")
    two.get_by_label("Comment on “Plan title”").fill("A fine title. Say where.")
    expect(two.locator("[data-save-state]")).to_have_text(SAVED)
    review.refresh_from_db()
    assert review.overall == "Nearly there."
    assert review.comments.get().text.startswith("A fine title.")


def test_a_reviewer_s_notes_save_themselves(page_of: Any, facilitator: User, review: Review) -> None:
    page = page_of(facilitator)
    page.goto(f"/c/fall/reviews/{review.plan_id}/")
    page.get_by_role("button", name="Claim this review").click()
    page.get_by_label("Comment on “Plan title”").fill("A fine title.")
    page.locator("input[name='n.score:partner'][value='2']").check()
    expect(page.locator("[data-save-state]")).to_have_text(SAVED)
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url("**/approve/")
    expect(page.get_by_role("alert")).to_contain_text("“Sequence” has no rating yet.")
    expect(page.get_by_label("Comment on “Plan title”")).to_have_value("A fine title.")
    review.refresh_from_db()
    assert review.scores == {"partner": 2}
