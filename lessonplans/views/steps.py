"""A plan step inside its module."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from cohorts.access import Place, item_row
from lessonplans import access, forms, policies
from lessonplans.views import saving, sheets
from modules.outline import ItemOutline


def step(request: HttpRequest, place: Place, item: ItemOutline) -> HttpResponse:
    """A plan step of a module: its introduction, and just its fields of the one plan."""
    row = item_row(item)
    keys = list(item.facts.get("fields", ()))
    if place.enrolment is None:
        course = access.course_at(place)
        asked = [course.template.fields[key] for key in keys if key in course.template.fields]
        context = {
            "place": place,
            "cohort": place.cohort,
            "consortium": place.cohort.consortium,
            "item": item,
            "body": row.body,
            "asked": asked,
        }
        return render(request, "lessonplans/step.html", context)
    if request.method not in ("GET", "HEAD", "POST"):
        raise Http404
    desk = access.desk_at(place)
    writable = policies.can_write(desk.plan)
    shown = forms.shown(
        desk.course.template, keys, desk.plan.data, resources=desk.resources, comments=sheets.current_comments(desk)
    )
    context = {
        "item": item,
        "body": row.body,
        "fields": shown if writable else [],
        "standing": place.standing.by_key[item.key],
        "module": place.outline.module_by_slug[item.module],
    }
    if request.method == "POST":
        if not writable:
            return saving.show_unsaved(request, desk)
        return saving.save_form(request, desk, keys, request.path, "lessonplans/step.html", context)
    return render(request, "lessonplans/step.html", sheets.basics(desk) | context)
