from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Consortium, User
from cohorts import access, actions, policies, schedule
from cohorts.actions.planning import OPEN_AFTER_END, has_begun
from cohorts.forms import CohortForm, DatesForm, DetailsForm, FacilitatorForm, StartForm
from cohorts.models import Cohort
from modules.models import Edition

CHANGED = "Somebody changed it while you wrote. What it says now is below; saving puts yours in place."


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A cohort in two steps: a name and a start, then every date that follows, to be looked over before it is made."""
    user = access.signed_in(request)
    consortia = list(Consortium.objects.with_facilitator(user).order_by("name", "pk"))
    if not consortia:
        raise PermissionDenied(
            "An administrator can allow you to facilitate in a consortium; then you can make cohorts here."
        )
    chosen = (
        request.POST.get("consortium")
        or request.GET.get("consortium")
        or (consortia[0].slug if len(consortia) == 1 else "")
    )
    consortium = next((each for each in consortia if each.slug == chosen), None)
    if consortium is None:
        return render(request, "cohorts/choose_consortium.html", {"consortia": consortia})
    edition = Edition.objects.filter(consortium=consortium).select_related("course").newest().first()
    if edition is None:
        return render(request, "cohorts/no_edition.html", {"consortium": consortium})
    today = timezone.now().astimezone(ZoneInfo(consortium.time_zone)).date()
    form = CohortForm(request.POST or None, consortium=consortium, by=user, today=today)
    context = {"form": form, "consortium": consortium, "edition": edition}
    if not form.is_valid():
        return render(request, "cohorts/new.html", context, status=422 if form.is_bound else 200)
    if "confirmed" in request.POST:
        return _made(request, form, edition)
    return render(
        request,
        "cohorts/new_preview.html",
        {
            **context,
            "planned": _planned(form.cleaned_data["starts_on"], consortium, edition),
            "start_note": policies.start_note(form.cleaned_data["starts_on"]),
        },
    )


def _made(request: HttpRequest, form: CohortForm, edition: Edition) -> HttpResponse:
    cohort = actions.make_cohort(
        consortium=form.consortium, edition=edition, by=form.by, now=timezone.now(), **form.cleaned_data
    )
    messages.success(request, f"{cohort.title} is made. Invite people next.")
    return redirect("cohorts:roster", cohort.slug)


def _planned(starts_on: date, consortium: Consortium, edition: Edition) -> list[policies.Planned]:
    ends_on = schedule.last_day(starts_on, edition.outline)
    return policies.plan(
        edition.outline,
        starts_on=starts_on,
        ends_on=ends_on,
        closes_on=ends_on + OPEN_AFTER_END,
        zone=ZoneInfo(consortium.time_zone),
        changes={},
        holidays=policies.holidays_of(consortium.region),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, cohort: str) -> HttpResponse:
    """The cohort's name, term and words of welcome; and the ways to its dates and facilitators."""
    here = access.facilitator(request, cohort)
    form = DetailsForm(request.POST or None, cohort=here.cohort)
    if request.method == "POST" and form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("title", "term", "version")}
        try:
            actions.change_details(cohort=here.cohort, by=here.user, welcome=form.cleaned_data["welcome"].html, **words)
        except actions.OutdatedCohort as error:
            over = DetailsForm(_over(form, error.cohort.details_version), cohort=error.cohort)
            over.add_error(None, CHANGED)
            return _settings_page(request, here, details=over, other=error.cohort)
        messages.success(request, "Saved.")
        return redirect("cohorts:settings", here.cohort.slug)
    return _settings_page(request, here, details=form)


def _over(form: Form, version: str) -> dict[str, Any]:
    """What was typed, for a form that, sent again, goes over what somebody else made of it."""
    return {name: form.data.get(name) for name in form.fields} | {"version": version}


def _settings_page(
    request: HttpRequest,
    here: access.Place,
    *,
    details: DetailsForm | None = None,
    facilitator: FacilitatorForm | None = None,
    start: StartForm | None = None,
    other: Cohort | None = None,
) -> HttpResponse:
    """The page with whichever of its forms was sent, the others fresh. `other`: what somebody else made of it."""
    cohort = here.cohort
    forms = [form for form in (details, facilitator, start) if form is not None and form.is_bound]
    context = {
        "place": here,
        "cohort": cohort,
        "consortium": cohort.consortium,
        "form": details or DetailsForm(cohort=cohort),
        "facilitator_form": facilitator or FacilitatorForm(cohort=cohort),
        "start_form": start or StartForm(initial={"starts_on": cohort.starts_on}, today=here.now.date()),
        "facilitations": cohort.facilitations.select_related("user"),
        "has_begun": has_begun(cohort),
        "planned": _as_planned(cohort),
        "start_note": policies.start_note(cohort.starts_on),
        "other": other,
    }
    return render(request, "cohorts/settings.html", context, status=409 if other else 422 if forms else 200)


def _as_planned(cohort: Cohort) -> list[policies.Planned]:
    return policies.plan(
        cohort.edition.outline,
        starts_on=cohort.starts_on,
        ends_on=cohort.ends_on,
        closes_on=cohort.closes_on,
        zone=cohort.zone,
        changes=cohort.date_changes,
        holidays=policies.holidays_of(cohort.consortium.region),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def dates(request: HttpRequest, cohort: str) -> HttpResponse:
    """Single dates moved: first what would change, then, on confirmation, changed."""
    here = access.facilitator(request, cohort)
    form = DatesForm(request.POST or None, cohort=here.cohort)
    context = {"place": here, "cohort": here.cohort, "consortium": here.cohort.consortium, "form": form}
    if not form.is_valid():
        return render(request, "cohorts/dates.html", context, status=422 if form.is_bound else 200)
    if "confirmed" in request.POST:
        fixed = {name: form.cleaned_data[name] for name in ("ends_on", "closes_on", "version")}
        try:
            actions.move_dates(cohort=here.cohort, by=here.user, changes=form.changes, **fixed)
        except actions.OutdatedCohort as error:
            over = DatesForm(_over(form, error.cohort.dates_version), cohort=error.cohort)
            over.add_error(None, CHANGED)
            context |= {"form": over, "other": _as_planned(error.cohort)}
            return render(request, "cohorts/dates.html", context, status=409)
        messages.success(request, "The dates are changed. People see them at once, in their calendars within hours.")
        return redirect("cohorts:settings", here.cohort.slug)
    holidays = policies.holidays_of(here.cohort.consortium.region)
    context["moves"] = [
        {
            "label": form.fields[name].label,
            "before": before,
            "after": after,
            "warnings": policies.date_warnings(after, holidays),
        }
        for name in ("ends_on", "closes_on", *form.dues)
        if (after := form.cleaned_data[name]) != (before := form.get_initial_for_field(form.fields[name], name))
    ]
    return render(request, "cohorts/dates_preview.html", context)


@require_POST
def start(request: HttpRequest, cohort: str) -> HttpResponse:
    """Begin on another day, as long as nobody has begun."""
    here = access.facilitator(request, cohort)
    form = StartForm(request.POST, today=here.now.astimezone(here.cohort.zone).date())
    if not form.is_valid():
        return _settings_page(request, here, start=form)
    if actions.move_start(cohort=here.cohort, by=here.user, starts_on=form.cleaned_data["starts_on"]):
        messages.success(request, "The start is moved, and every date with it.")
    else:
        messages.error(request, "People have begun, so the start stays. Single dates can still be moved.")
    return redirect("cohorts:settings", here.cohort.slug)


@require_POST
def add_facilitator(request: HttpRequest, cohort: str) -> HttpResponse:
    here = access.facilitator(request, cohort)
    form = FacilitatorForm(request.POST, cohort=here.cohort)
    if not form.is_valid():
        return _settings_page(request, here, facilitator=form)
    person = form.cleaned_data["facilitator"]
    actions.add_facilitator(cohort=here.cohort, user=person, by=here.user, now=here.now)
    messages.success(request, f"{person.name} has charge of this cohort, too.")
    return redirect("cohorts:settings", here.cohort.slug)


@require_POST
def remove_facilitator(request: HttpRequest, cohort: str, pk: int) -> HttpResponse:
    here = access.facilitator(request, cohort)
    person = get_object_or_404(User, pk=pk, facilitations__cohort=here.cohort)
    try:
        actions.remove_facilitator(cohort=here.cohort, user=person, by=here.user)
    except actions.LastFacilitator:
        messages.error(request, "A cohort needs somebody who answers. Add another facilitator first.")
        return redirect("cohorts:settings", here.cohort.slug)
    messages.success(request, f"{person.name} no longer has charge of this cohort.")
    return redirect(
        "classroom:home" if person == here.user else "cohorts:settings",
        *([] if person == here.user else [here.cohort.slug]),
    )
