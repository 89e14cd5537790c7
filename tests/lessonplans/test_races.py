"""Many at once: a submission counts once, no field is lost, one reviewer has a review, one decision holds."""

from typing import Any

import pytest

from accounts.models import User
from cohorts.models import ProgressEvent
from foundation.audit import actions as audit
from lessonplans import actions, invariants
from lessonplans.models import LessonPlan, Review
from lessonplans.template import PlanCourse
from tests import factories
from tests.conftest import SignedIn
from tests.drafts.test_drafts import in_threads
from tests.lessonplans.conftest import good_scores

pytestmark = pytest.mark.django_db(transaction=True)


def test_sixty_submits_of_one_plan_are_one_submission(as_: SignedIn, participant: User, plan: LessonPlan) -> None:
    clients = [as_(participant) for _ in range(60)]
    answers = in_threads(60, lambda n: clients[n].post("/c/fall/plan/submit/", {"version": plan.version}))
    assert {(answer.status_code, answer.url) for answer in answers} == {(303, "/c/fall/plan/")}
    assert Review.objects.count() == 1
    assert ProgressEvent.objects.filter(name="submitted").count() == 1
    assert list(invariants.problems()) == []


def test_windows_that_save_at_once_lose_nothing(as_: SignedIn, participant: User, course: PlanCourse) -> None:
    keys = [
        "title",
        "plan_b",
        "access_plan",
        "equal_alternative",
        "evidence",
        "partner_role",
        "technology",
        "udl_options",
    ]
    clients = [as_(participant) for _ in keys]

    def save(n: int) -> Any:
        body = {"version": 0, "changes": {keys[n]: f"Text {n}"}}
        return clients[n].put("/c/fall/plan/fields/", body, content_type="application/json")

    answers = in_threads(len(keys), save)
    assert {answer.status_code for answer in answers} == {200}
    kept = LessonPlan.objects.get()
    assert [kept.data[key] for key in keys] == [f"Text {n}" for n in range(len(keys))]
    assert kept.version == len(keys)


def test_windows_that_save_one_field_at_once_leave_one_and_tell_the_others(
    as_: SignedIn, participant: User, course: PlanCourse
) -> None:
    clients = [as_(participant) for _ in range(8)]

    def save(n: int) -> Any:
        body = {"version": 0, "changes": {"title": f"Window {n}"}}
        return clients[n].put("/c/fall/plan/fields/", body, content_type="application/json")

    answers = in_threads(8, save)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert LessonPlan.objects.get().version == 1


def test_of_many_claims_one_holds(as_: SignedIn, review: Review) -> None:
    cohort = review.plan.enrolment.cohort
    people = [factories.FacilitationFactory.create(cohort=cohort).user for _ in range(6)]
    clients = [as_(person) for person in people]
    answers = in_threads(6, lambda n: clients[n].post(f"/c/fall/reviews/{review.plan_id}/claim/", {"seen": ""}))
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 5


def test_of_a_return_and_an_approval_one_holds(
    as_: SignedIn, facilitator: User, review: Review, course: PlanCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tests of this kind end by emptying all tables, and the audit table refuses that, as it should.
    monkeypatch.setattr(audit, "record", lambda **entry: None)
    actions.claim(review=review, by=facilitator, seen=None, now=review.opened_at)
    notes = {f"n.{key}": value for key, value in good_scores(course).items()} | {"n.overall": "Well done"}
    form = {"review": review.pk, "version": 1, **notes}
    clients = [as_(facilitator) for _ in range(8)]
    address = f"/c/fall/reviews/{review.plan_id}/"
    in_threads(8, lambda n: clients[n].post(address + ("approve/" if n % 2 else "return/"), form))
    decided = Review.objects.get()
    assert decided.state == LessonPlan.objects.get().status
    assert decided.state in ("returned", "approved")
    assert ProgressEvent.objects.filter(name="approved").count() == (decided.state == "approved")
    assert list(invariants.problems()) == []
