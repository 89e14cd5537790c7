from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import permission_denied

from cohorts.access import NotOpenYet


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: a step that is not open yet leads on to the one that is; for everything else there is one page."""
    if not isinstance(exception, NotOpenYet):
        return permission_denied(request, exception)
    context = {"refusal": exception, "cohort": exception.cohort, "consortium": exception.cohort.consortium}
    return render(request, "classroom/not_open.html", context, status=403)
