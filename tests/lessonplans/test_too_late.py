"""A form without a script that comes when the plan was handed in already: its words are shown again, never lost."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from lessonplans import actions
from lessonplans.models import LessonPlan, Review
from tests.conftest import SignedIn
from tests.lessonplans.conftest import FULL

WORDS = {"f.title": "Written a moment too late", "f.course_code_title": FULL["course_code_title"]}


@pytest.mark.parametrize("address", ["/c/fall/plan/?section=A", "/c/fall/first/plan/"])
def test_words_for_a_plan_that_was_handed_in_come_back(
    as_: SignedIn, participant: User, review: Review, address: str
) -> None:
    answer = as_(participant).post(address, {**WORDS, "version": review.plan.version})
    assert answer.status_code == 409
    assert [each["label"] for each in answer.context["unsaved"]] == ["Plan title"]
    assert "<p>Written a moment too late</p>" in answer.content.decode()
    assert LessonPlan.objects.get().data["title"] == FULL["title"]


def test_words_that_race_with_the_submission_come_back(
    as_: SignedIn, participant: User, plan: LessonPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = actions.save

    def after_the_submission(**kwargs: Any) -> Any:
        now = timezone.now()
        actions.submit(enrolment=kwargs["enrolment"], base=plan.version, now=now, resources={"continuum"})
        return save(**kwargs)

    monkeypatch.setattr(actions, "save", after_the_submission)
    answer = as_(participant).post("/c/fall/plan/?section=A", {**WORDS, "version": plan.version})
    assert answer.status_code == 409
    assert "<p>Written a moment too late</p>" in answer.content.decode()


def test_what_is_in_the_plan_already_is_not_said_to_be_missing(
    as_: SignedIn, participant: User, review: Review
) -> None:
    answer = as_(participant).post("/c/fall/plan/?section=A", {"f.title": FULL["title"], "version": "1"})
    assert answer.status_code == 409
    assert not answer.context["unsaved"]


@pytest.mark.parametrize("hostile", ["a\x00b", "x" * 300_000])
def test_words_that_no_plan_could_hold_do_no_harm(
    as_: SignedIn, participant: User, review: Review, hostile: str
) -> None:
    assert as_(participant).post("/c/fall/plan/?section=A", {"f.title": hostile}).status_code == 409
