"""Who may do what with a plan and its review: pure, no query, no HTTP."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from lessonplans.models import LessonPlan, Review
from lessonplans.template import Rubric

WORKING_DAYS = 5  # for feedback on a plan, wbl-course §2


def can_write(plan: LessonPlan) -> bool:
    """The author writes until they submit, and again when it comes back."""
    return plan.is_writable


def can_submit(plan: LessonPlan) -> bool:
    return plan.is_writable


def can_withdraw(plan: LessonPlan, review: Review | None) -> bool:
    """A submission can be taken back until someone has begun to read it."""
    return (
        plan.status == LessonPlan.Status.SUBMITTED
        and review is not None
        and review.is_open
        and review.reviewer_id is None
    )


def can_note(review: Review, user_id: int) -> bool:
    """Only the one who claimed a review writes in it."""
    return review.is_open and review.reviewer_id == user_id


def can_change_sharing(plan: LessonPlan) -> bool:
    """Whether the plan is locked but its author may still say who sees it."""
    return plan.status == LessonPlan.Status.APPROVED


def lacks_for_return(rubric: Rubric, scores: Mapping[str, Any], comments: Collection[str], overall: str) -> list[str]:
    """What keeps a plan from being returned: every row below the mark needs a word, and there must be at least one.
    `comments`: anchors.
    """
    found = [
        f"“{criterion.title}” is below {_mark(rubric)} and has no comment."
        for criterion in rubric.criteria
        if isinstance(scores.get(criterion.key), int)
        and scores[criterion.key] < rubric.approve_at
        and f"criterion:{criterion.key}" not in comments
        and not any(f"field:{key}" in comments for key in criterion.fields)
    ]
    if not comments and not overall.strip():
        found.append("Write at least one comment, so that the author knows what to change.")
    return found


def lacks_for_approval(rubric: Rubric, scores: Mapping[str, Any]) -> list[str]:
    """What keeps a plan from being approved: every row must reach the mark (wbl-course §3.2)."""
    found = []
    for criterion in rubric.criteria:
        points = scores.get(criterion.key)
        if not isinstance(points, int):
            found.append(f"“{criterion.title}” has no rating yet.")
        elif points < rubric.approve_at:
            found.append(f"“{criterion.title}” is below {_mark(rubric)}.")
    return found


def _mark(rubric: Rubric) -> str:
    return next(
        (f"“{level.label}”" for level in rubric.levels if level.points == rubric.approve_at), str(rubric.approve_at)
    )


def working_days_after(day: date, count: int, holidays: Collection[date]) -> date:
    """The date that many working days later, weekends and the region's holidays left out."""
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in holidays:
            count -= 1
    return day


def due_on(submitted_on: date, holidays: Collection[date]) -> date:
    """When feedback on a plan is promised."""
    return working_days_after(submitted_on, WORKING_DAYS, holidays)
