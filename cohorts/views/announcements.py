import secrets

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from cohorts import access, actions
from cohorts.actions.announcements import draft_place
from cohorts.forms import AnnouncementEditForm, AnnouncementForm
from cohorts.models import Announcement
from foundation.drafts.models import Draft

PER_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
def announcements(request: HttpRequest, cohort: str) -> HttpResponse:
    """What the facilitators said to everybody, newest first; they write here, too."""
    here = access.place(request, cohort)
    if request.method == "POST" and not here.is_facilitator:
        raise PermissionDenied("Announcements are written by facilitators.")
    draft = (
        Draft.objects.filter(user=here.user, place=draft_place(here.cohort)).first() if here.is_facilitator else None
    )
    initial = {"token": secrets.token_urlsafe(16), "body": draft.body if draft else ""}
    form = AnnouncementForm(request.POST or None, initial=initial)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        words = {
            "title": form.cleaned_data["title"],
            "body": form.cleaned_data["body"].html,
            "token": form.cleaned_data["token"],
        }
        try:
            actions.announce(cohort=here.cohort, author=here.user, now=here.now, **words)
        except actions.AlreadyPublished:
            form, status = _again(form), 409
        else:
            messages.success(request, "Published. Everyone in the cohort hears of it by e-mail.")
            return redirect("cohorts:announcements", here.cohort.slug)
    rows = Announcement.objects.filter(cohort=here.cohort).select_related("author")
    if not here.is_facilitator:
        rows = rows.filter(withdrawn_at=None)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "place": here,
        "cohort": here.cohort,
        "consortium": here.cohort.consortium,
        "page": page,
        "form": form,
        "draft_url": reverse("drafts:draft", args=[draft_place(here.cohort)]),
        "draft_version": draft.version if draft else 0,
        "sent": " ".join(row.token for row in page if row.author_id == here.user.pk),
    }
    return render(request, "cohorts/announcements.html", context, status=status)


def _again(form: AnnouncementForm) -> AnnouncementForm:
    """The same words in a fresh form: what is sent from it is not taken for what was sent before."""
    fresh = AnnouncementForm({name: form.data.get(name) for name in form.fields} | {"token": secrets.token_urlsafe(16)})
    fresh.add_error(None, "You have published from this form already, with other words. To publish these, too, go on.")
    return fresh


def _own(request: HttpRequest, cohort: str, pk: int) -> tuple[access.Place, Announcement]:
    here = access.facilitator(request, cohort)
    return here, get_object_or_404(Announcement, pk=pk, cohort=here.cohort)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_announcement(request: HttpRequest, cohort: str, pk: int) -> HttpResponse:
    """Other words for an announcement; nobody is mailed again."""
    here, found = _own(request, cohort, pk)
    initial = {"title": found.title, "body": found.body, "token": found.token, "version": found.version}
    form = AnnouncementEditForm(request.POST or None, initial=initial)
    status, other = 422 if form.is_bound else 200, None
    if request.method == "POST" and form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("title", "version")} | {
            "body": form.cleaned_data["body"].html
        }
        try:
            actions.edit_announcement(announcement=found, by=here.user, now=here.now, **words)
        except actions.Outdated as error:
            other, status = error.announcement, 409
            form = _over(form, other)
        else:
            messages.success(request, "Saved. Nobody is mailed again.")
            return redirect("cohorts:announcements", here.cohort.slug)
    context = {
        "place": here,
        "cohort": here.cohort,
        "consortium": here.cohort.consortium,
        "form": form,
        "announcement": found,
        "other": other,
    }
    return render(request, "cohorts/announcement_edit.html", context, status=status)


def _over(form: AnnouncementEditForm, other: Announcement) -> AnnouncementEditForm:
    """The same words in a form that, sent again, goes over what somebody else made of the announcement."""
    fresh = AnnouncementEditForm({name: form.data.get(name) for name in form.fields} | {"version": other.version})
    fresh.add_error(None, "Somebody changed it while you wrote. What it says now is below; saving puts yours in place.")
    return fresh


@require_POST
def withdraw_announcement(request: HttpRequest, cohort: str, pk: int) -> HttpResponse:
    here, found = _own(request, cohort, pk)
    actions.withdraw_announcement(announcement=found, by=here.user, now=here.now)
    messages.success(request, "Taken down. The e-mails that went out stay with those who got them.")
    return redirect("cohorts:announcements", here.cohort.slug)
