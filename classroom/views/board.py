from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from classroom import whiteboard
from classroom.forms import OverrideForm
from cohorts import access, actions, progress
from cohorts.models import Enrolment, Override


@require_safe
def board(request: HttpRequest, cohort: str) -> HttpResponse:
    """Participants × modules, coloured and worded, and beside it what to do today."""
    here = access.facilitator(request, cohort)
    rows = whiteboard.rows(here, sort=request.GET.get("sort", "name"))
    context = {
        "place": here,
        "cohort": here.cohort,
        "consortium": here.cohort.consortium,
        "modules": here.outline.modules,
        "rows": rows,
        "sort": request.GET.get("sort", "name"),
        "sorts": whiteboard.SORTS,
        "today": whiteboard.today(here, rows),
    }
    return render(request, "classroom/board.html", context)


@require_safe
def person(request: HttpRequest, cohort: str, enrolment: int) -> HttpResponse:
    """One participant's work, item by item."""
    here = access.facilitator(request, cohort)
    subject = get_object_or_404(here.cohort.enrolments.select_related("user", "college"), pk=enrolment)
    return _person(request, here, subject, OverrideForm())


@require_POST
def override(request: HttpRequest, cohort: str, enrolment: int) -> HttpResponse:
    """Let an item count as done, with a reason that stays with it."""
    here = access.facilitator(request, cohort)
    subject = get_object_or_404(
        here.cohort.enrolments.select_related("user", "college", "cohort__consortium", "cohort__edition"), pk=enrolment
    )
    form = OverrideForm(request.POST, items=[item.key for item in here.outline.items])
    if not form.is_valid():
        return _person(request, here, subject, form, status=422)
    data = form.cleaned_data
    actions.override(enrolment=subject, item=data["item"], by=here.user, reason=data["reason"], now=here.now)
    messages.success(request, f"Counted as done, under your name. {subject.user.name} sees it right away.")
    return redirect("classroom:person", here.cohort.slug, subject.pk)


def _person(
    request: HttpRequest, here: access.Place, subject: Enrolment, form: OverrideForm, status: int = 200
) -> HttpResponse:
    standing = progress.standing(here.cohort, subject, here.now)
    form.offer(standing.missing)
    context = {
        "place": here,
        "cohort": here.cohort,
        "consortium": here.cohort.consortium,
        "subject": subject,
        "standing": standing,
        "overrides": Override.objects.filter(enrolment=subject).select_related("by"),
        "form": form,
    }
    return render(request, "classroom/person.html", context, status=status)
