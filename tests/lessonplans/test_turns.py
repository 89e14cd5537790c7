"""Whose turn it is with a plan that was handed in: its author is late neither while it waits nor when it comes back."""

import datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from cohorts import actions as cohorts
from cohorts import schedule
from cohorts.models import Cohort, Enrolment, Override
from foundation.notices.models import Notice
from lessonplans import actions
from lessonplans.models import LessonPlan, Review
from tests.conftest import SignedIn
from tests.lessonplans.conftest import fresh

DAY = datetime.timedelta(days=1)


@pytest.fixture
def overdue(cohort: Cohort, plan: LessonPlan) -> None:
    """The day of the plan is over; all other dates are far away."""
    move(cohort, timezone.now() - 2 * DAY)


def move(cohort: Cohort, at: datetime.datetime) -> None:
    far, day = (each.astimezone(cohort.zone).date().isoformat() for each in (timezone.now() + 30 * DAY, at))
    dates = schedule.of(cohort, cohort.edition.outline)
    cohort.date_changes = dict.fromkeys((due.key for due in dates), far) | {"second/plan:due": day}
    cohort.save()


def on_board(as_: SignedIn, facilitator: User, plan: LessonPlan) -> tuple[int, str]:
    """How many dates the author has missed, and the letter of the plan's module."""
    rows = as_(facilitator).get("/c/fall/board/").context["rows"]
    row = next(each for each in rows if each.enrolment.pk == plan.enrolment_id)
    return row.late, row.cells[1].letter


def at_home(as_: SignedIn, participant: User) -> str:
    return as_(participant).get("/c/fall/").content.decode()


def send_back(review: Review, by: User) -> None:
    now = timezone.now()
    actions.claim(review=review, by=by, seen=None, now=now)
    actions.send_back(review=review, by=by, changes={"overall": "More about the partner."}, base=1, now=now)


def submit(plan: LessonPlan) -> Review:
    plan.refresh_from_db()
    enrolment = fresh(plan.enrolment)
    return actions.submit(enrolment=enrolment, base=plan.version, now=timezone.now(), resources={"continuum"})


@pytest.mark.usefixtures("overdue")
def test_a_plan_that_was_not_handed_in_is_late(
    as_: SignedIn, participant: User, facilitator: User, plan: LessonPlan
) -> None:
    assert on_board(as_, facilitator, plan) == (1, "L")
    assert "Late, still counts" in at_home(as_, participant)


@pytest.mark.usefixtures("overdue")
def test_who_handed_in_is_not_late_while_the_plan_waits(
    as_: SignedIn, participant: User, facilitator: User, plan: LessonPlan
) -> None:
    submit(plan)
    assert on_board(as_, facilitator, plan) == (0, "P")
    assert "Late, still counts" not in at_home(as_, participant)


def test_until_its_day_a_plan_that_was_handed_in_is_said_to_wait(
    as_: SignedIn, participant: User, cohort: Cohort, review: Review
) -> None:
    move(cohort, timezone.now() + 2 * DAY)
    assert "Waiting for review" in at_home(as_, participant)


@pytest.mark.usefixtures("overdue")
def test_who_got_the_plan_back_is_told_so_and_is_not_late(
    as_: SignedIn, participant: User, facilitator: User, plan: LessonPlan
) -> None:
    send_back(submit(plan), facilitator)
    assert on_board(as_, facilitator, plan) == (0, "P")
    home = at_home(as_, participant)
    assert "Returned: it’s yours again" in home
    assert "Late, still counts" not in home
    again = submit(plan)
    assert "yours again" not in at_home(as_, participant)
    send_back(again, facilitator)
    assert "yours again" in at_home(as_, participant)


@pytest.mark.usefixtures("overdue")
def test_a_plan_that_came_back_is_a_step_to_take(
    as_: SignedIn, participant: User, facilitator: User, plan: LessonPlan
) -> None:
    for key in ("first/read-me", "first/talk", "first/check", "second/read-me", "second/talk", "second/check"):
        Override.objects.create(enrolment=plan.enrolment, item=key, by=facilitator, reason="Known")
    send_back(submit(plan), facilitator)
    step = as_(participant).get("/c/fall/").context["next_step"]
    assert (step.standing.item.key, step.waits) == ("second/plan", "")


@pytest.mark.usefixtures("overdue")
def test_a_plan_that_was_taken_back_counts_as_never_handed_in(
    as_: SignedIn, facilitator: User, plan: LessonPlan
) -> None:
    submit(plan)
    actions.withdraw(enrolment=fresh(plan.enrolment), now=timezone.now())
    assert on_board(as_, facilitator, plan) == (1, "L")
    submit(plan)
    assert on_board(as_, facilitator, plan) == (0, "P")


def test_nobody_is_reminded_of_a_plan_that_waits(cohort: Cohort, plan: LessonPlan, facilitator: User) -> None:
    move(cohort, timezone.now() + DAY)
    for key in ("first/read-me", "first/talk", "first/check"):
        Override.objects.create(enrolment=plan.enrolment, item=key, by=facilitator, reason="Known")
    review = submit(plan)
    about: Any = Notice.objects.filter(kind="reminder", key__contains="second/plan")
    cohorts.remind(now=timezone.now())
    assert not about.exists()
    send_back(review, facilitator)
    cohorts.remind(now=timezone.now())
    assert about.exists()


def test_a_decision_does_not_show_that_the_author_was_here(review: Review, facilitator: User) -> None:
    long_ago = timezone.now() - 9 * DAY
    Enrolment.objects.filter(pk=review.plan.enrolment_id).update(last_active_at=long_ago)
    send_back(review, facilitator)
    assert Enrolment.objects.get(pk=review.plan.enrolment_id).last_active_at == long_ago
