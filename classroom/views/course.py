from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from classroom import overview
from cohorts import access, activities, schedule
from cohorts import actions as cohort_actions
from cohorts.models import Announcement
from lessonplans.models import LessonPlan


@require_safe
def cohort(request: HttpRequest, cohort: str) -> HttpResponse:
    """A cohort's home: where one is, the one next step, this week's dates, replies, announcements, progress."""
    here = access.place(request, cohort)
    announcements = Announcement.objects.filter(cohort=here.cohort, withdrawn_at=None).select_related("author")[:3]
    context = {
        "place": here,
        "cohort": here.cohort,
        "consortium": here.cohort.consortium,
        "announcements": announcements,
        "stations": overview.stations(here),
        "week": overview.week_of(here),
        "weeks": schedule.weeks(here.outline),
    }
    if here.enrolment is not None:
        cohort_actions.touch(enrolment=here.enrolment, now=here.now)
        plan = LessonPlan.objects.filter(enrolment=here.enrolment).only("status", "title", "data").first()
        context |= {
            "standing": here.standing,
            "next_step": overview.next_step(here),
            "dates": overview.coming_dates(here, within=timedelta(days=8)),
            "replies": overview.replies_to(here),
            "plan": plan,
            "stage": overview.plan_stage(plan),
        }
    else:
        context["dates"] = overview.coming_dates(here, within=timedelta(days=15))
    return render(request, "classroom/cohort.html", context)


@require_safe
def module(request: HttpRequest, cohort: str, module: str) -> HttpResponse:
    """A module: its outcomes, minutes, and items in order with their state and why something is locked."""
    here = access.place(request, cohort)
    standing = next((each for each in here.standing.modules if each.module.slug == module), None)
    if standing is None:
        raise Http404
    context = {
        "place": here,
        "cohort": here.cohort,
        "consortium": here.cohort.consortium,
        "standing": standing,
        "module": standing.module,
        "due": {due.item.key: due for due in reversed(schedule.of(here.cohort, here.outline))},
        "position": here.standing.modules.index(standing) + 1,
        "total": len(here.standing.modules),
    }
    return render(request, "classroom/module.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, cohort: str, module: str, item: str) -> HttpResponse:
    """A page, discussion, knowledge check or plan step: its kind's own page."""
    here = access.place(request, cohort)
    found = access.item(here, module, item)
    return activities.get(found.kind).page(request, here, found)


@require_safe
def finish(request: HttpRequest, cohort: str) -> HttpResponse:
    """What is missing, or what was earned: certificate, plan and toolbox."""
    here = access.participant(request, cohort)
    assert here.enrolment is not None
    plan = LessonPlan.objects.filter(enrolment=here.enrolment).first()
    context = {
        "place": here,
        "cohort": here.cohort,
        "consortium": here.cohort.consortium,
        "standing": here.standing,
        "certificate": overview.certificate(here.enrolment),
        "plan": plan,
        "edition": here.cohort.edition,
    }
    return render(request, "classroom/finish.html", context)
