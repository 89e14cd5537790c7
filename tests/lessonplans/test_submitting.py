from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from cohorts.models import Enrolment, ProgressEvent
from foundation.notices.models import Notice
from lessonplans import actions, invariants
from lessonplans.models import LessonPlan, PlanVersion, Review
from lessonplans.template import PlanCourse
from tests.conftest import SignedIn
from tests.lessonplans.conftest import fresh


def save(enrolment: Enrolment, **changes: Any) -> LessonPlan:
    kept = LessonPlan.objects.filter(enrolment=enrolment).first()
    return actions.save(
        enrolment=fresh(enrolment), changes=changes, base=kept.version if kept else 0, now=timezone.now()
    ).plan


def test_submit_lists_what_is_missing_and_links_to_each_field(
    as_: SignedIn, participant: User, enrolment: Enrolment, plan: LessonPlan
) -> None:
    version = save(enrolment, title="", plan_b="x" * 500).version
    answer = as_(participant).post("/c/fall/plan/submit/", {"version": version})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert '<a href="/c/fall/plan/?section=A#field-title">Plan title</a>' in text
    assert '<a href="/c/fall/plan/?section=J#field-plan_b">Plan B</a>' in text
    assert text.count("#field-") == 2
    assert LessonPlan.objects.get().status == "draft"


def test_a_whole_plan_is_submitted_with_a_snapshot_and_word_to_the_facilitators(
    as_: SignedIn, participant: User, facilitator: User, plan: LessonPlan
) -> None:
    client = as_(participant)
    assert "Submit for review" in client.get("/c/fall/plan/submit/").content.decode()
    answer = client.post("/c/fall/plan/submit/", {"version": plan.version}, follow=True)
    assert "It’s submitted" in answer.content.decode()
    plan.refresh_from_db()
    assert plan.status == "submitted"
    assert plan.submitted_at
    review = Review.objects.get()
    assert review.snapshot.data == plan.data
    assert ProgressEvent.objects.filter(name="submitted", item="second/plan").count() == 1
    assert Notice.objects.get(user=facilitator).url == f"/c/fall/reviews/{plan.pk}/"
    assert list(invariants.problems()) == []


def test_submitting_twice_counts_once(as_: SignedIn, participant: User, plan: LessonPlan) -> None:
    client = as_(participant)
    for _ in range(2):
        assert client.post("/c/fall/plan/submit/", {"version": plan.version}).status_code == 303
    assert Review.objects.count() == 1
    assert PlanVersion.objects.filter(reason="submitted").count() == 1


def test_a_stale_page_does_not_submit_what_its_reader_has_not_seen(
    as_: SignedIn, participant: User, enrolment: Enrolment, plan: LessonPlan
) -> None:
    seen = plan.version
    save(enrolment, title="Changed in another window")
    answer = as_(participant).post("/c/fall/plan/submit/", {"version": seen})
    assert answer.status_code == 409
    assert LessonPlan.objects.get().status == "draft"


def test_nothing_is_submitted_before_anything_is_written(as_: SignedIn, participant: User, course: PlanCourse) -> None:
    assert as_(participant).post("/c/fall/plan/submit/", {"version": "0"}).status_code == 422


def test_a_submission_can_be_taken_back_until_someone_reads_it(
    as_: SignedIn, participant: User, facilitator: User, review: Review
) -> None:
    client = as_(participant)
    assert "Take it back" in client.get("/c/fall/plan/").content.decode()
    assert client.post("/c/fall/plan/withdraw/").status_code == 303
    plan = LessonPlan.objects.get()
    assert plan.status == "draft"
    assert client.post("/c/fall/plan/withdraw/").status_code == 303
    again = actions.submit(
        enrolment=fresh(plan.enrolment), base=plan.version, now=timezone.now(), resources={"continuum"}
    )
    assert again.snapshot == review.snapshot
    actions.claim(review=again, by=facilitator, seen=None, now=timezone.now())
    page = client.get("/c/fall/plan/").content.decode()
    assert "Fran Facilitator is reading it" in page
    assert "Take it back" not in page
    assert client.post("/c/fall/plan/withdraw/").status_code == 409
    assert LessonPlan.objects.get().status == "submitted"
    assert list(invariants.problems()) == []


def test_a_withdrawn_submission_is_not_there_for_facilitators(
    as_: SignedIn, participant: User, facilitator: User, review: Review
) -> None:
    as_(participant).post("/c/fall/plan/withdraw/")
    assert as_(facilitator).get(f"/c/fall/reviews/{review.plan_id}/").status_code == 404


def test_a_draft_is_nobody_else_s_business(as_: SignedIn, facilitator: User, plan: LessonPlan) -> None:
    assert as_(facilitator).get(f"/c/fall/reviews/{plan.pk}/").status_code == 404
    assert "1 more is being written" in as_(facilitator).get("/c/fall/reviews/").content.decode()


@pytest.mark.parametrize("address", ["plan/preview/", "plan/versions/", "plan/submit/"])
def test_pages_of_an_untouched_plan_open(as_: SignedIn, participant: User, course: PlanCourse, address: str) -> None:
    assert as_(participant).get(f"/c/fall/{address}").status_code == 200
    assert not LessonPlan.objects.exists()


def test_invariants_see_what_is_broken(review: Review) -> None:
    Review.objects.update(state="withdrawn")
    assert any("has no open review" in problem for problem in invariants.problems())
