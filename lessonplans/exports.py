"""The lesson plan as a document: what its pages say, as plain JSON."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils import formats, timezone

from accounts.models import Role, User
from foundation.documents.registry import Content
from lessonplans import paper, template
from lessonplans.models import LessonPlan, Review
from modules.models import Resource


def plan_content(subject_id: str, user: User) -> Content:
    """What the plan's PDF says now: to its author what is on their page, to others what was handed in.

    Raises ObjectDoesNotExist where there is no such plan.
    """
    plan = _plan(subject_id)
    if plan is None:
        raise ObjectDoesNotExist(f"There is no plan {subject_id!r}.")
    handed_in = _handed_in(plan) if plan.is_writable and user.pk != plan.enrolment.user_id else None
    context = plan_context(plan, handed_in)
    return Content(title=context["head"]["title"], context=context)


def _handed_in(plan: LessonPlan) -> Review | None:
    """The submission that the review page shows, while its author writes on."""
    return plan.reviews.exclude(state=Review.State.WITHDRAWN).select_related("snapshot").first()


def plan_context(plan: LessonPlan, handed_in: Review | None = None) -> dict[str, Any]:
    """Everything the print template needs, of the plan as it stands or as it was handed in."""
    data = handed_in.snapshot.data if handed_in else plan.data
    enrolment = plan.enrolment
    cohort, author = enrolment.cohort, enrolment.user
    course = template.of(cohort.edition)
    resources = dict(Resource.objects.filter(edition=cohort.edition_id).values_list("slug", "title"))
    college = enrolment.college.name if enrolment.college else ""
    moment = handed_in.opened_at if handed_in else plan.approved_at or plan.updated_at
    day = timezone.localtime(moment, cohort.zone).date()
    status = handed_in.get_state_display() if handed_in else plan.get_status_display()
    head = paper.heading(
        course,
        data,
        author=author.name,
        college=college,
        cohort=cohort.title,
        status=status,
        dated=formats.date_format(day, "F j, Y"),
    )
    return {
        "lang": "en-US",
        "summary": f"Work-based learning lesson plan by {author.name}",
        "authors": [author.name],
        "dated": day.isoformat(),
        "running": head["title"],
        "foot": f"{author.name} · {cohort.consortium.short_name}",
        "kicker": "Work-based learning lesson plan",
        "accent": course.accent.get("light", ""),
        "head": head,
        "sections": paper.sections(
            course.template, data, resources=resources, gaps="needed" if plan.is_writable and not handed_in else ""
        ),
    }


def may_read_plan(user: User, subject_id: str) -> bool:
    """The author, the cohort's facilitators, an administrator; consortium staff only what was approved and is shared
    by name.

    An anonymous plan's pages would name its author, so staff read it in the gallery.
    """
    plan = _plan(subject_id)
    if plan is None:
        return False
    enrolment = plan.enrolment
    if user.is_superuser or (enrolment.user_id == user.pk and enrolment.withdrawn_at is None):
        return True
    if LessonPlan.objects.reviewable_by(user).filter(pk=plan.pk).exists() and _handed_in(plan) is not None:
        return True
    if plan.status != LessonPlan.Status.APPROVED or plan.sharing != LessonPlan.Sharing.NAMED:
        return False
    roles = Role.objects.filter(user=user, consortium=enrolment.cohort.consortium_id)
    return any(
        role.kind == Role.Kind.STAFF or (role.kind == Role.Kind.LIAISON and role.college_id == enrolment.college_id)
        for role in roles
    )


def _plan(subject_id: str) -> LessonPlan | None:
    if not (subject_id.isascii() and subject_id.isdigit() and len(subject_id) < 19):
        return None
    related = ("enrolment__user", "enrolment__college", "enrolment__cohort__consortium", "enrolment__cohort__edition")
    return LessonPlan.objects.select_related(*related).filter(pk=int(subject_id)).first()
