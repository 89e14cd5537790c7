"""A participant at their plan: writing it section by section, and reading it as it will be printed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from lessonplans import access, completeness, forms, policies
from lessonplans.access import Desk
from lessonplans.models import LessonPlan
from lessonplans.views import saving, sheets


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, cohort: str) -> HttpResponse:
    """The plan, a section at a time beside its paper; as a whole and read-only once it is handed in."""
    desk = access.desk(request, cohort)
    if not policies.can_write(desk.plan):
        return saving.show_unsaved(request, desk) if request.method == "POST" else sheets.show_locked(request, desk)
    state = completeness.of(desk.course.template, desk.plan.data, resources=desk.resources)
    section = desk.course.template.by_letter.get(request.GET.get("section", ""))
    if section is None:
        letter = next((each.letter for each in state.sections if each.gaps), desk.course.template.sections[0].letter)
        section = desk.course.template.by_letter[letter]
    letters = [each.letter for each in desk.course.template.sections]
    at = letters.index(section.letter)
    following = letters[at + 1] if at + 1 < len(letters) else ""
    keys = [field.key for field in section.fields]
    if request.method == "POST":
        forward = f"?section={following}" if following else ""
        here = f"{reverse('lessonplans:plan', args=[cohort])}?section={section.letter}"
        onward = (
            reverse("lessonplans:plan", args=[cohort]) + forward
            if following
            else reverse("lessonplans:submit", args=[cohort])
        )
        return saving.save_form(
            request,
            desk,
            keys,
            onward if "go_on" in request.POST else here,
            "lessonplans/plan.html",
            _at(desk, section.letter, keys),
        )
    return render(request, "lessonplans/plan.html", sheets.basics(desk) | _at(desk, section.letter, keys))


def _at(desk: Desk, letter: str, keys: list[str]) -> dict[str, Any]:
    """The page of one section."""
    template = desk.course.template
    letters = [section.letter for section in template.sections]
    at = letters.index(letter)
    return {
        "section": template.sections[at],
        "before": template.sections[at - 1] if at else None,
        "after": template.sections[at + 1] if at + 1 < len(letters) else None,
        "state": completeness.of(template, desk.plan.data, resources=desk.resources),
        "fields": forms.shown(
            template, keys, desk.plan.data, resources=desk.resources, comments=sheets.current_comments(desk)
        ),
        "paper": sheets.as_paper(desk, gaps="needed"),
    } | (sheets.decision(desk) if desk.plan.status == LessonPlan.Status.RETURNED else {})


@require_safe
def preview(request: HttpRequest, cohort: str) -> HttpResponse:
    """The plan as it will be printed."""
    desk = access.desk(request, cohort)
    return render(
        request,
        "lessonplans/preview.html",
        sheets.basics(desk) | {"paper": sheets.as_paper(desk, gaps="needed" if desk.plan.is_writable else "")},
    )
