from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cohorts.access import signed_in
from lessonplans import access, fields, paper, template
from lessonplans.models import LessonPlan
from lessonplans.template import DISCIPLINES, Exemplar, PlanCourse
from modules.models import Edition, Resource

PER_PAGE = 24


def _card(plan: LessonPlan, course: PlanCourse) -> dict[str, Any]:
    """What the list shows of a plan: nothing that names the author of an anonymous one."""
    named = plan.sharing == LessonPlan.Sharing.NAMED
    return {
        "url": reverse("lessonplans:gallery-plan", args=[plan.pk]),
        **_heading(plan, course),
        "discipline": _discipline(plan.discipline, course),
        "byline": _byline(plan) if named else "",
        "summary": _summary(plan.data),
    }


def _summary(data: Mapping[str, Any]) -> str:
    """A template need not ask for one."""
    summary = data.get("activity_summary")
    return summary if isinstance(summary, str) else ""


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


def _discipline(chosen: str, course: PlanCourse) -> str:
    """The words of a discipline; one's own words stay."""
    field = course.template.taken_from(DISCIPLINES)
    return field.labels.get(chosen, chosen) if field else chosen


def _exemplar_card(edition: Edition, course: PlanCourse, exemplar: Exemplar, *, is_one_of_many: bool) -> dict[str, Any]:
    field = course.template.taken_from(DISCIPLINES)
    chosen = fields.code_or_words(exemplar.data.get(field.key)) if field else ""
    region = edition.consortium
    return {
        "url": reverse("lessonplans:exemplar", args=[exemplar.slug], query={"region": region.slug}),
        **_exemplar_heading(course, exemplar),
        "chosen": chosen,
        "byline": region.short_name if is_one_of_many else "",
        "discipline": _discipline(chosen, course),
        "summary": _summary(exemplar.data),
    }


def _exemplar_heading(course: PlanCourse, exemplar: Exemplar) -> dict[str, Any]:
    return paper.heading(course, exemplar.data, author="", college="", cohort="", status="", dated="")


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """The course's own worked examples, and approved plans that colleagues share: by name, or without."""
    user = signed_in(request)
    plans = LessonPlan.objects.in_gallery_of(user)
    courses = access.exemplars(user)
    examples = [
        _exemplar_card(edition, course, exemplar, is_one_of_many=len(courses) > 1)
        for edition, course in courses
        for exemplar in course.exemplars.values()
    ]
    choices = [
        *plans.order_by("stage", "discipline").values_list("stage", "discipline").distinct(),
        *((card["stage"], card["chosen"]) for card in examples),
    ]
    stage, discipline = request.GET.get("stage", ""), request.GET.get("discipline", "")
    found = plans.select_related("enrolment__user", "enrolment__college", "enrolment__cohort__edition").defer(
        "enrolment__cohort__edition__parts",
        "enrolment__cohort__edition__region",
        "enrolment__cohort__edition__lists",
        "field_versions",
    )
    if stage:
        found = found.filter(stage=stage)
        examples = [card for card in examples if card["stage"] == stage]
    if discipline:
        found = found.filter(discipline=discipline)
        examples = [card for card in examples if card["chosen"] == discipline]
    page = Paginator(found.order_by("-approved_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": [_card(plan, template.of(plan.enrolment.cohort.edition)) for plan in page],
        "examples": examples if page.number == 1 else [],
        "stages": sorted({stage for stage, _ in choices if stage}, key=_stage_order),
        "disciplines": _labelled(
            sorted({each for _, each in choices if each}), plans, courses[0][1] if courses else None
        ),
        "stage": stage,
        "discipline": discipline,
    }
    return render(request, "lessonplans/gallery.html", context)


def _stage_order(code: str) -> tuple[int, str]:
    order = ("ABOUT", "THROUGH", "FOR")
    return (order.index(code) if code in order else len(order), code)


def _labelled(codes: list[str], plans: Any, course: PlanCourse | None) -> list[tuple[str, str]]:
    """Disciplines with their words, from the newest edition: the exemplars' one, else that among the plans."""
    if course is None:
        newest = plans.select_related("enrolment__cohort__edition").order_by(
            "-enrolment__cohort__edition__number", "-pk"
        )
        plan = newest.first()
        course = template.of(plan.enrolment.cohort.edition) if plan else None
    return [(code, _discipline(code, course) if course else code) for code in codes]


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
    sections = paper.sections(course.template, plan.data, resources=_titles(cohort.edition_id), without=hidden)
    context = {
        "plan": plan,
        "consortium": cohort.consortium,
        "is_named": plan.sharing == LessonPlan.Sharing.NAMED,
        "paper": {"head": _heading(plan, course), "sections": sections},
    }
    return render(request, "lessonplans/gallery_plan.html", context)


@require_safe
def exemplar(request: HttpRequest, slug: str) -> HttpResponse:
    """A worked example that comes with the course, as paper, and how a facilitator read it."""
    edition, course, found = access.exemplar(request, slug)
    sections = paper.sections(course.template, found.data, resources=_titles(edition.pk))
    context = {
        "consortium": edition.consortium,
        "exemplar": found,
        "judgement": paper.judgement(course.rubric, found.scores, found.comments),
        "paper": {"head": _exemplar_heading(course, found), "sections": sections},
    }
    return render(request, "lessonplans/exemplar.html", context)


def _titles(edition_id: int) -> dict[str, str]:
    return dict(Resource.objects.filter(edition=edition_id).values_list("slug", "title"))
