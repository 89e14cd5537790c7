"""What the plan's PDF says, and to whom: the author has what is on their page, a facilitator what was handed in."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from foundation.documents import actions as documents
from foundation.documents.models import Document
from lessonplans import actions
from lessonplans.models import LessonPlan, Review
from tests.lessonplans.conftest import FULL, fresh

DRAFT = "Only half thought through"


def said_to(user: User, review: Review) -> Document:
    return documents.ask(user=user, kind="lesson-plan", subject_id=str(review.plan_id)).document


@pytest.fixture
def returned(review: Review, facilitator: User) -> Review:
    """The plan came back, and its author writes on."""
    now = timezone.now()
    actions.claim(review=review, by=facilitator, seen=None, now=now)
    actions.send_back(review=review, by=facilitator, changes={"overall": "More."}, base=1, now=now)
    enrolment = fresh(review.plan.enrolment)
    actions.save(enrolment=enrolment, changes={"title": DRAFT}, base=review.plan.version, now=now)
    return review


def test_a_facilitator_gets_what_was_handed_in_while_the_author_writes_on(
    returned: Review, facilitator: User, participant: User
) -> None:
    handed_in, page = said_to(facilitator, returned), said_to(participant, returned)
    assert handed_in.title == FULL["title"]
    assert DRAFT not in json.dumps(handed_in.context)
    assert "Returned" in json.dumps(handed_in.context["head"])
    assert page.title == DRAFT
    enrolment = fresh(returned.plan.enrolment)
    actions.save(
        enrolment=enrolment, changes={"plan_b": "Another."}, base=LessonPlan.objects.get().version, now=timezone.now()
    )
    assert said_to(facilitator, returned) == handed_in, "the same words are the same document"


def test_both_get_the_same_document_of_a_plan_that_waits(review: Review, facilitator: User, participant: User) -> None:
    assert said_to(facilitator, review) == said_to(participant, review)


def test_a_submission_that_was_taken_back_is_no_facilitator_s_business(review: Review, facilitator: User) -> None:
    actions.withdraw(enrolment=fresh(review.plan.enrolment), now=timezone.now())
    with pytest.raises(PermissionDenied):
        said_to(facilitator, review)
