from collections import Counter

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts import access, actions
from cohorts import roster as reading
from cohorts.actions.invitations import mail_key
from cohorts.forms import RosterForm
from cohorts.models import Enrolment, Invitation, RosterImport
from cohorts.roster import Verdict
from foundation.notices.models import Mail

PER_PAGE = 100


@require_safe
def roster(request: HttpRequest, cohort: str) -> HttpResponse:
    """Who takes the course, and who was invited and has not come yet, with what became of the e-mail."""
    here = access.facilitator(request, cohort)
    enrolments = Enrolment.objects.filter(cohort=here.cohort).select_related("user", "college")
    waiting = Invitation.objects.filter(cohort=here.cohort, accepted_at=None).select_related("college")
    context = {
        "place": here,
        "cohort": here.cohort,
        "consortium": here.cohort.consortium,
        "shows_invited": request.GET.get("show") == "invited",
        "enrolled": enrolments.count(),
        "invited": waiting.count(),
    }
    if context["shows_invited"]:
        invited = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
        mails = Mail.objects.in_bulk([mail_key(row) for row in invited], field_name="key")
        entries = [(row, _delivery(row, mails.get(mail_key(row)), here)) for row in invited]
        return render(request, "cohorts/roster.html", {**context, "page": invited, "entries": entries})
    page = Paginator(enrolments, PER_PAGE).get_page(request.GET.get("page"))
    context |= {"page": page, "entries": [(row, _state(row)) for row in page]}
    return render(request, "cohorts/roster.html", context)


def _state(enrolment: Enrolment) -> tuple[str, str]:
    """In words, and the mark's class."""
    if enrolment.withdrawn_at:
        return "Withdrawn", "status-attention"
    if enrolment.completed_at:
        return "Completed", "status-done"
    return ("Takes the course", "status-done") if enrolment.last_active_at else ("Has not begun", "status-wait")


def _delivery(invitation: Invitation, mail: Mail | None, here: access.Place) -> tuple[str, str]:
    if invitation.revoked_at:
        return "Taken back", "status-attention"
    if invitation.expires_at <= here.now:
        return "Has run out", "status-attention"
    if mail is None or mail.state == Mail.State.SENT:
        return "Sent, not accepted yet", "status-wait"
    if mail.state == Mail.State.DEAD:
        return f"Could not be sent: {mail.error}", "status-attention"
    return ("Waiting for the mail server", "status-wait") if mail.error else ("Being sent", "status-wait")


@require_http_methods(["GET", "HEAD", "POST"])
def import_roster(request: HttpRequest, cohort: str) -> HttpResponse:
    """Rows pasted or uploaded; what would become of each is shown before anybody is invited."""
    here = access.facilitator(request, cohort)
    form = RosterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        words = {"name": form.cleaned_data["name"], "sheet": form.cleaned_data["sheet"]}
        checked = actions.check_roster(cohort=here.cohort, by=here.user, now=here.now, **words)
        return redirect("cohorts:check", here.cohort.slug, checked.pk)
    context = {"place": here, "cohort": here.cohort, "consortium": here.cohort.consortium, "form": form}
    return render(request, "cohorts/import.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, cohort: str, pk: int) -> HttpResponse:
    """The verdict for each row; the button that invites."""
    here = access.facilitator(request, cohort)
    found = get_object_or_404(RosterImport.objects.filter(cohort=here.cohort), pk=pk)
    if request.method == "POST":
        applied = actions.apply_roster(roster_import=found, by=here.user, now=here.now)
        words = "person is" if applied.invited == 1 else "people are"
        messages.success(request, f"{applied.invited:,} {words} invited. The e-mails are on their way.")
        return redirect(f"{here.cohort.get_absolute_url()}roster/?show=invited")
    counts = Counter(cells[5] for cells in found.rows)
    sends = sum(counts[verdict] for verdict in reading.SENDS)
    # What needs a look comes first; the rest in the order of the file.
    rows = sorted(found.rows, key=lambda cells: (cells[5] == Verdict.NEW, cells[0]))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "place": here,
        "cohort": here.cohort,
        "consortium": here.cohort.consortium,
        "roster_import": found,
        "page": page,
        "entries": [{"cells": cells, "words": reading.words(Verdict(cells[5]), *cells[6:] or [""])} for cells in page],
        "counts": [(Verdict(verdict), count) for verdict, count in counts.most_common()],
        "sends": sends,
    }
    return render(request, "cohorts/check.html", context)


def _invitation(request: HttpRequest, cohort: str, pk: int) -> tuple[access.Place, Invitation]:
    here = access.facilitator(request, cohort)
    return here, get_object_or_404(Invitation.objects.select_related("cohort__consortium"), cohort=here.cohort, pk=pk)


@require_POST
def resend(request: HttpRequest, cohort: str, pk: int) -> HttpResponse:
    here, found = _invitation(request, cohort, pk)
    actions.resend(invitation=found, by=here.user, now=here.now)
    messages.success(request, f"A new link is on its way to {found.email}. The old one no longer works.")
    return redirect(f"{here.cohort.get_absolute_url()}roster/?show=invited")


@require_POST
def revoke(request: HttpRequest, cohort: str, pk: int) -> HttpResponse:
    here, found = _invitation(request, cohort, pk)
    if actions.revoke(invitation=found, by=here.user, now=here.now):
        messages.success(request, f"The invitation of {found.email} is taken back.")
    return redirect(f"{here.cohort.get_absolute_url()}roster/?show=invited")


def _enrolment(request: HttpRequest, cohort: str, pk: int) -> tuple[access.Place, Enrolment]:
    here = access.facilitator(request, cohort)
    return here, get_object_or_404(
        Enrolment.objects.select_related("user", "cohort__consortium"), cohort=here.cohort, pk=pk
    )


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, cohort: str, pk: int) -> HttpResponse:
    """A page that says what a withdrawal does, and the button."""
    here, found = _enrolment(request, cohort, pk)
    if request.method == "POST":
        actions.withdraw(enrolment=found, by=here.user, now=here.now)
        messages.success(request, f"{found.user.name} is withdrawn. You can re-admit them at any time.")
        return redirect("cohorts:roster", here.cohort.slug)
    context = {"place": here, "cohort": here.cohort, "consortium": here.cohort.consortium, "enrolment": found}
    return render(request, "cohorts/withdraw.html", context)


@require_POST
def readmit(request: HttpRequest, cohort: str, pk: int) -> HttpResponse:
    here, found = _enrolment(request, cohort, pk)
    actions.readmit(enrolment=found, by=here.user)
    messages.success(request, f"{found.user.name} takes the course again, with everything they had done.")
    return redirect("cohorts:roster", here.cohort.slug)
