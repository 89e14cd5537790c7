from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cohorts.access import signed_in
from lessonplans import access, paper, template
from lessonplans.models import LessonPlan
from lessonplans.template import PlanCourse
from modules.models import Resource

PER_PAGE = 24


def _card(plan: LessonPlan, course: PlanCourse) -> dict[str, Any]:
    """What the list shows of a plan: nothing that names the author of an anonymous one."""
    named = plan.sharing == LessonPlan.Sharing.NAMED
    head = _heading(plan, course)
    summary = plan.data.get("activity_summary")
    return {
        "pk": plan.pk,
        "title": head["title"],
        "stage": head["stage"],
        "stage_words": head["stage_words"],
        "discipline": _discipline(plan, course),
        "byline": _byline(plan) if named else "",
        "summary": summary if isinstance(summary, str) else "",
    }


def _byline(plan: LessonPlan) -> str:
    college = plan.enrolment.college
    return ", ".join(filter(None, (plan.enrolment.user.name, college.name if college else "")))


def _heading(plan: LessonPlan, course: PlanCourse) -> dict[str, Any]:
    named = plan.sharing == LessonPlan.Sharing.NAMED
    college = plan.enrolment.college
    return paper.heading(
        course,
        plan.data,
        author=plan.enrolment.user.name if named else "",
        college=college.name if college and named else "",
        cohort="",
        status="",
        dated="",
    )


def _discipline(plan: LessonPlan, course: PlanCourse) -> str:
    field = course.template.taken_from(template.DISCIPLINES)
    return field.labels.get(plan.discipline, plan.discipline) if field else plan.discipline


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Approved plans that colleagues share: by name, or without."""
    plans = LessonPlan.objects.in_gallery_of(signed_in(request))
    choices = plans.order_by("stage", "discipline").values_list("stage", "discipline").distinct()
    stage, discipline = request.GET.get("stage", ""), request.GET.get("discipline", "")
    found = plans.select_related("enrolment__user", "enrolment__college", "enrolment__cohort__edition").defer(
        "enrolment__cohort__edition__parts",
        "enrolment__cohort__edition__region",
        "enrolment__cohort__edition__lists",
        "field_versions",
    )
    if stage:
        found = found.filter(stage=stage)
    if discipline:
        found = found.filter(discipline=discipline)
    page = Paginator(found.order_by("-approved_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    cards = [_card(plan, template.of(plan.enrolment.cohort.edition)) for plan in page]
    context = {
        "page": page,
        "cards": cards,
        "stages": sorted({stage for stage, _ in choices if stage}, key=_stage_order),
        "disciplines": _labelled(sorted({each for _, each in choices if each}), plans),
        "stage": stage,
        "discipline": discipline,
    }
    return render(request, "lessonplans/gallery.html", context)


def _stage_order(code: str) -> tuple[int, str]:
    order = ("ABOUT", "THROUGH", "FOR")
    return (order.index(code) if code in order else len(order), code)


def _labelled(codes: list[str], plans: Any) -> list[tuple[str, str]]:
    """Disciplines with their words, from the newest edition among the plans."""
    newest = (
        plans.select_related("enrolment__cohort__edition")
        .order_by("-enrolment__cohort__edition__number", "-pk")
        .first()
    )
    field = template.of(newest.enrolment.cohort.edition).template.taken_from(template.DISCIPLINES) if newest else None
    return [(code, field.labels.get(code, code) if field else code) for code in codes]


@require_safe
def gallery_plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """A shared plan as paper. An anonymous one has no name, college, co-author or address; addresses of co-authors
    are left out of all.
    """
    plan = access.shared_plan(request, plan_id)
    cohort = plan.enrolment.cohort
    course = template.of(cohort.edition)
    hidden = {field.key for field in course.template.fields.values() if field.type == "people"} | {"sharing"}
    if plan.sharing != LessonPlan.Sharing.NAMED:
        hidden |= {field.key for field in course.template.fields.values() if field.options_from == template.COLLEGES}
    resources = dict(Resource.objects.filter(edition=cohort.edition_id).values_list("slug", "title"))
    sections = paper.sections(course.template, plan.data, resources=resources, without=hidden)
    context = {
        "plan": plan,
        "consortium": cohort.consortium,
        "is_named": plan.sharing == LessonPlan.Sharing.NAMED,
        "paper": {"head": _heading(plan, course), "sections": sections},
    }
    return render(request, "lessonplans/gallery_plan.html", context)
