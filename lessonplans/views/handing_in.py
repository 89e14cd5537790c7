"""A participant hands the plan in, takes it back, and says who may see it once it is approved."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from lessonplans import access, actions, completeness, forms, policies
from lessonplans.access import Desk
from lessonplans.views import answers, sheets


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, cohort: str) -> HttpResponse:
    """What is still missing, with a link to each field; or the button that hands the plan in."""
    desk = access.desk(request, cohort)
    if request.method != "POST":
        if not policies.can_submit(desk.plan):
            return answers.see_other("lessonplans:plan", cohort)
        return _show_submit(request, desk)
    assert desk.place.enrolment is not None
    base = forms.whole_number(request.POST.get("version"))
    try:
        actions.submit(enrolment=desk.place.enrolment, base=base, now=desk.place.now, resources=desk.resources)
    except actions.Incomplete:
        return _show_submit(request, desk, status=422)
    except actions.Conflict:
        problem = (
            "The plan was changed in another window after this page was opened. Look at it once more, then submit."
        )
        return _show_submit(request, access.desk(request, cohort), status=409, problem=problem)
    except actions.Locked:
        return sheets.show_locked(request, access.desk(request, cohort), status=409)
    messages.success(request, "Your plan is submitted. Your facilitator will answer within five working days.")
    return answers.see_other("lessonplans:plan", cohort)


def _show_submit(request: HttpRequest, desk: Desk, status: int = 200, problem: str = "") -> HttpResponse:
    state = completeness.of(desk.course.template, desk.plan.data, resources=desk.resources)
    return render(
        request, "lessonplans/submit.html", sheets.basics(desk) | {"state": state, "problem": problem}, status=status
    )


@require_POST
def withdraw(request: HttpRequest, cohort: str) -> HttpResponse:
    """Take the submission back, until a facilitator begins to read it."""
    desk = access.desk(request, cohort)
    assert desk.place.enrolment is not None
    try:
        actions.withdraw(enrolment=desk.place.enrolment, now=desk.place.now)
    except actions.Locked:
        messages.error(
            request,
            "A facilitator has begun to read your plan, so it can’t be taken back. You’ll get it back with comments.",
        )
        return sheets.show_locked(request, access.desk(request, cohort), status=409)
    messages.success(request, "You have your plan back. Submit it again when it’s ready.")
    return answers.see_other("lessonplans:plan", cohort)


@require_POST
def sharing(request: HttpRequest, cohort: str) -> HttpResponse:
    """Change who sees an approved plan."""
    desk = access.desk(request, cohort)
    assert desk.place.enrolment is not None
    try:
        actions.change_sharing(
            enrolment=desk.place.enrolment, sharing=request.POST.get("sharing", ""), now=desk.place.now
        )
    except actions.Locked:
        raise PermissionDenied("Before it’s approved, say it in section K of the plan.") from None
    except ValueError:
        messages.error(request, "Choose one of the three.")
        return sheets.show_locked(request, desk, status=422)
    messages.success(request, "Saved.")
    return answers.see_other("lessonplans:plan", cohort)
