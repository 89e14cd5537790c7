from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from cohorts.models import Enrolment
from lessonplans import actions
from lessonplans.models import LessonPlan, PlanVersion
from lessonplans.template import PlanCourse
from tests.conftest import SignedIn
from tests.lessonplans.conftest import fresh


def save(enrolment: Enrolment, minutes: int, **changes: Any) -> LessonPlan:
    kept = LessonPlan.objects.filter(enrolment=enrolment).first()
    now = timezone.now() + timedelta(minutes=minutes)
    base = kept.version if kept else 0
    return actions.save(enrolment=fresh(enrolment), changes=changes, base=base, now=now).plan


def test_ten_minutes_of_writing_are_one_version(enrolment: Enrolment, course: PlanCourse) -> None:
    save(enrolment, 0, title="One")
    save(enrolment, 5, title="Two")
    assert list(PlanVersion.objects.values_list("number", "data__title")) == [(2, "Two")]
    save(enrolment, 9, title="Three")
    save(enrolment, 11, title="Four")
    assert list(PlanVersion.objects.values_list("number", "data__title")) == [(4, "Four"), (3, "Three")]


def test_two_versions_are_compared_field_by_field(
    as_: SignedIn, participant: User, enrolment: Enrolment, course: PlanCourse
) -> None:
    save(enrolment, 0, title="One", skills=["empathy"])
    save(enrolment, 11, title="Two", skills=["empathy"])
    text = as_(participant).get("/c/fall/plan/versions/?from=2&to=1").content.decode()
    assert "<h3>Plan title</h3>" in text
    assert "<p>One</p>" in text
    assert "<p>Two</p>" in text
    assert "<h3>Skills students practice</h3>" not in text


def test_restoring_makes_a_new_version_and_loses_nothing(
    as_: SignedIn, participant: User, enrolment: Enrolment, course: PlanCourse
) -> None:
    save(enrolment, 0, title="One")
    version = save(enrolment, 11, title="Two", plan_b="Rain").version
    answer = as_(participant).post("/c/fall/plan/versions/1/restore/", {"version": version})
    assert answer.status_code == 303
    plan = LessonPlan.objects.get()
    assert plan.title == "One"
    assert "plan_b" not in plan.data
    assert plan.version == 3
    assert list(PlanVersion.objects.values_list("number", "reason")) == [
        (3, "restored"),
        (2, "autosave"),
        (1, "autosave"),
    ]


def test_a_stale_page_does_not_restore(
    as_: SignedIn, participant: User, enrolment: Enrolment, course: PlanCourse
) -> None:
    save(enrolment, 0, title="One")
    version = save(enrolment, 11, title="Two").version
    save(enrolment, 12, title="Three")
    as_(participant).post("/c/fall/plan/versions/1/restore/", {"version": version})
    assert LessonPlan.objects.get().title == "Three"


def test_a_tab_that_is_older_than_a_restored_version_gets_a_conflict(
    as_: SignedIn, participant: User, enrolment: Enrolment, course: PlanCourse
) -> None:
    save(enrolment, 0, title="One")
    version = save(enrolment, 11, title="Two").version
    client = as_(participant)
    client.post("/c/fall/plan/versions/1/restore/", {"version": version})
    body = {"version": version, "changes": {"title": "Typed on"}}
    assert client.put("/c/fall/plan/fields/", body, content_type="application/json").status_code == 409


def test_a_submitted_plan_is_not_restored(as_: SignedIn, participant: User, review: Any) -> None:
    as_(participant).post("/c/fall/plan/versions/1/restore/", {"version": review.plan.version})
    assert LessonPlan.objects.get().status == "submitted"


def test_versions_of_others_are_not_there(as_: SignedIn, classmate: User, participant: User, plan: LessonPlan) -> None:
    assert as_(classmate).get("/c/fall/plan/versions/?from=1&to=1").status_code == 404
    assert as_(classmate).post("/c/fall/plan/versions/1/restore/", {"version": 1}).status_code == 404
