from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from lessonplans import access, actions, forms, paper
from lessonplans.models import PlanVersion
from lessonplans.views import answers

PER_PAGE = 30


@require_safe
def versions(request: HttpRequest, cohort: str) -> HttpResponse:
    """Earlier versions of one's plan; `?from=3&to=7` says what differs between two, field by field."""
    desk = access.desk(request, cohort)
    rows = (
        PlanVersion.objects.filter(plan=desk.plan.pk).defer("data") if desk.plan.is_kept else PlanVersion.objects.none()
    )
    context = {
        "place": desk.place,
        "cohort": desk.place.cohort,
        "consortium": desk.place.cohort.consortium,
        "plan": desk.plan,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }
    if "from" in request.GET or "to" in request.GET:
        old = access.version(desk, forms.whole_number(request.GET.get("from")))
        new = access.version(desk, forms.whole_number(request.GET.get("to")))
        if old.number > new.number:
            old, new = new, old
        context |= {
            "old": old,
            "new": new,
            "differences": paper.differences(desk.course.template, old.data, new.data, resources=desk.resources),
        }
    return render(request, "lessonplans/versions.html", context)


@require_POST
def restore(request: HttpRequest, cohort: str, number: int) -> HttpResponse:
    """Put an earlier version back; the one before stays in the list."""
    desk = access.desk(request, cohort)
    version = access.version(desk, number)
    assert desk.place.enrolment is not None
    base = forms.whole_number(request.POST.get("version"))
    try:
        actions.restore(enrolment=desk.place.enrolment, version=version, base=base, now=desk.place.now)
    except actions.Locked:
        messages.error(request, "The plan is submitted, so it can’t be changed now.")
    except actions.Conflict:
        messages.error(
            request,
            "The plan was changed in another window after this page was opened. "
            "Nothing was restored; look again and choose.",
        )
        return answers.see_other("lessonplans:versions", cohort)
    else:
        messages.success(request, f"Version {number} is back. What you had before is still in the list of versions.")
    return answers.see_other("lessonplans:plan", cohort)
