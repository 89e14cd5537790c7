"""What the pages of a participant's desk have in common: the plan as paper, the last decision, two versions, and the
plan that can't be changed now.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone

from lessonplans import paper, policies
from lessonplans.access import Desk
from lessonplans.models import LessonPlan, Review


def basics(desk: Desk) -> dict[str, Any]:
    """What every page of the desk needs."""
    cohort = desk.place.cohort
    return {"place": desk.place, "cohort": cohort, "consortium": cohort.consortium, "desk": desk, "plan": desk.plan}


def as_paper(desk: Desk, *, gaps: str = "") -> dict[str, Any]:
    cohort, plan = desk.place.cohort, desk.plan
    college = desk.place.enrolment.college if desk.place.enrolment else None
    dated = formats.date_format(timezone.localtime(plan.updated_at, cohort.zone), "F j, Y") if plan.is_kept else ""
    head = paper.heading(
        desk.course,
        plan.data,
        author=desk.place.user.name,
        college=college.name if college else "",
        cohort=cohort.title,
        status=plan.get_status_display(),
        dated=dated,
    )
    return {
        "head": head,
        "sections": paper.sections(desk.course.template, plan.data, resources=desk.resources, gaps=gaps),
    }


def _comments(review: Review | None) -> dict[str, list[Any]]:
    """Comments of a decided review by the field or criterion they stand at."""
    found: dict[str, list[Any]] = {}
    for comment in review.comments.all() if review else ():
        found.setdefault(comment.anchor, []).append(comment)
    return found


def current_comments(desk: Desk) -> dict[str, list[Any]]:
    """Comments that the author is working on: those of the last decision, while the plan is returned."""
    return _comments(desk.last_decision) if desk.plan.status == LessonPlan.Status.RETURNED else {}


def decision(desk: Desk) -> dict[str, Any]:
    """What the last decided review said: the ratings with their comments, and comments at fields in the template's
    order.
    """
    decision = desk.last_decision
    if decision is None:
        return {}
    anchors = _comments(decision)
    return {
        "decision": decision,
        "judgement": paper.judgement(
            desk.course.rubric, decision.scores, {key: notes[0].text for key, notes in anchors.items()}
        ),
        "commented": [
            {
                "key": field.key,
                "label": field.label,
                "section": field.section,
                "comments": anchors[f"field:{field.key}"],
            }
            for field in desk.course.template.fields.values()
            if f"field:{field.key}" in anchors
        ],
    }


def both_versions(desk: Desk, theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Two versions of fields, in words."""
    template = desk.course.template
    return [
        {
            "key": key,
            "label": template.fields[key].label,
            "mine": paper.words(paper.entry(template.fields[key], mine, template, desk.resources)),
            "theirs": paper.words(
                paper.entry(template.fields[key], {**mine, key: theirs[key]}, template, desk.resources)
            ),
        }
        for key in template.fields
        if key in theirs
    ]


def show_locked(
    request: HttpRequest, desk: Desk, status: int = 200, unsaved: list[dict[str, Any]] | None = None
) -> HttpResponse:
    """The plan as a whole, read-only. `unsaved`: words that came too late for it, as `both_versions` gives them."""
    context = (
        basics(desk)
        | decision(desk)
        | {
            "review": desk.open_review,
            "unsaved": unsaved,
            "can_withdraw": policies.can_withdraw(desk.plan, desk.open_review),
            "can_change_sharing": policies.can_change_sharing(desk.plan),
            "sharing_choices": LessonPlan.Sharing.choices,
            "due_on": policies.due_on(
                desk.open_review.opened_at.astimezone(desk.place.cohort.zone).date(), desk.course.holidays
            )
            if desk.open_review
            else None,
            "paper": as_paper(desk),
        }
    )
    return render(request, "lessonplans/locked.html", context, status=status)
