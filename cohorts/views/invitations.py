from datetime import timedelta
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.forms import JoiningForm, ProfileForm
from accounts.models import User
from cohorts import actions
from cohorts.actions.invitations import hash_of
from cohorts.forms import CompensationForm
from cohorts.models import Invitation

DOUBLE_PRESS = timedelta(minutes=1)
BACKEND = "accounts.adapters.Backend"


class State(models.TextChoices):
    """What a person finds at their link."""

    OPEN = "open"
    JOINED = "joined"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SIGN_IN = "sign-in"
    SOMEONE_ELSE = "someone-else"


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """What somebody is invited to, and the few things asked before they begin."""
    if not ratelimit.consume(request, action="invitation"):
        return render(request, "429.html", status=429)
    found = (
        Invitation.objects.select_related("cohort__consortium", "cohort__edition", "college", "accepted_by")
        .filter(token_hash=hash_of(secret))
        .first()
    )
    if found is None:
        return render(request, "cohorts/invitation_over.html", {"state": "unknown"}, status=404)
    state = _state(request, found)
    if state == State.JOINED and request.method == "POST":
        return _pressed_twice(request, found)
    if state == State.JOINED and request.user == found.accepted_by:
        return redirect("classroom:cohort", found.cohort.slug)
    context = {"invitation": found, "cohort_": found.cohort, "state": state}
    if state in (State.JOINED, State.EXPIRED, State.REVOKED):
        return render(request, "cohorts/invitation_over.html", context, status=410)
    if state != State.OPEN:
        context["sign_in"] = f"{reverse('account_login')}?next={request.path}"
        return render(request, "cohorts/invitation_sign_in.html", context)
    return _asked(request, found, context)


def _state(request: HttpRequest, found: Invitation) -> State:
    if found.accepted_at:
        return State.JOINED
    if found.revoked_at:
        return State.REVOKED
    if found.expires_at <= timezone.now():
        return State.EXPIRED
    if isinstance(request.user, User):
        return State.OPEN if request.user.email.lower() == found.email.lower() else State.SOMEONE_ELSE
    return State.SIGN_IN if User.objects.filter(email__iexact=found.email).exists() else State.OPEN


def _asked(request: HttpRequest, found: Invitation, context: dict[str, Any]) -> HttpResponse:
    consortium = found.cohort.consortium
    data = request.POST or None
    compensation = CompensationForm(data, consortium=consortium)
    user = request.user if isinstance(request.user, User) else None
    profile: ProfileForm
    if user is not None:
        profile = ProfileForm(data, instance=user, consortium=consortium)
    else:
        known = {"first_name": found.first_name, "last_name": found.last_name, "college": found.college}
        profile = JoiningForm(data, initial=known, consortium=consortium, email=found.email)
    # Both are validated, so that everything is said at once.
    if request.method == "POST" and all([profile.is_valid(), compensation.is_valid()]):
        return _enter(request, found, user, profile, compensation.cleaned_data["compensation"])
    context |= {"form": profile, "compensation": compensation, "is_new": user is None}
    return render(request, "cohorts/invitation.html", context, status=422 if profile.is_bound else 200)


def _enter(
    request: HttpRequest, found: Invitation, user: User | None, profile: ProfileForm, compensation: str
) -> HttpResponse:
    now = timezone.now()
    common: dict[str, Any] = {"invitation": found, "profile": profile.profile, "compensation": compensation, "now": now}
    try:
        if user is not None:
            actions.accept(user=user, **common)
        else:
            enrolment = actions.join(password=profile.cleaned_data["password"], **common)
            login(request, enrolment.user, backend=BACKEND)
    except actions.AlreadyTaken:
        found.refresh_from_db()
        return _pressed_twice(request, found)
    messages.success(request, f"Welcome to {found.cohort.title}.")
    return redirect("classroom:cohort", found.cohort.slug)


def _pressed_twice(request: HttpRequest, found: Invitation) -> HttpResponse:
    """The second of two presses: the first one enrolled them; the password it made the account with signs them in."""
    person = found.accepted_by
    if person is not None and person == request.user:
        return redirect("classroom:cohort", found.cohort.slug)
    if person is not None and _made_just_now(found, person) and person.check_password(request.POST.get("password", "")):
        login(request, person, backend=BACKEND)
        return redirect("classroom:cohort", found.cohort.slug)
    context = {"invitation": found, "cohort_": found.cohort, "state": State.JOINED}
    return render(request, "cohorts/invitation_over.html", context, status=410)


def _made_just_now(found: Invitation, person: User) -> bool:
    """Whether this invitation made the account a moment ago; an older one is signed in to on the sign-in page."""
    accepted_at = found.accepted_at
    return accepted_at is not None and timezone.now() - accepted_at < DOUBLE_PRESS and person.joined_at >= accepted_at
