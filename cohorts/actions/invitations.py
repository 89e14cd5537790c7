"""From a link in a mail to a place in a cohort."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from accounts import actions as accounts
from accounts.models import User
from cohorts import emails
from cohorts.models import Enrolment, Invitation
from foundation.audit import actions as audit
from foundation.notices import actions as notices

VALID_FOR = timedelta(days=60)


class AlreadyTaken(Exception):
    """The invitation was accepted, taken back or has run out in the meantime."""


def new_secret() -> str:
    return secrets.token_urlsafe(24)


def hash_of(secret: str) -> str:
    """What the database keeps of a link's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def path_of(secret: str) -> str:
    return reverse("cohorts:invitation", args=[secret])


def mail_key(invitation: Invitation) -> str:
    """Under which its latest letter went out, for the delivery state on the roster."""
    return f"invitation:{invitation.pk}:{invitation.sent_count}"


@transaction.atomic
def resend(*, invitation: Invitation, by: User, now: datetime) -> Invitation:
    """A new link to the same address; the old one stops. Asking again within a minute sends nothing more."""
    held = (
        Invitation.objects.select_for_update()
        .select_related("cohort__consortium", "cohort__edition")
        .get(pk=invitation.pk)
    )
    if held.accepted_at or (held.revoked_at is None and now - held.invited_at < timedelta(minutes=1)):
        return held
    secret = new_secret()
    held.token_hash = hash_of(secret)
    held.invited_at, held.invited_by, held.expires_at = now, by, now + VALID_FOR
    held.revoked_at = held.revoked_by = None
    held.sent_count += 1
    held.save()
    letter = emails.made_out(emails.invitation(held.cohort), first_name=held.first_name, path=path_of(secret))
    notices.mail(to=held.email, letter=letter, key=mail_key(held), now=now)
    audit.record(actor=by, action="invitation.resend", subject=held, consortium=held.cohort.consortium.slug)
    return held


@transaction.atomic
def revoke(*, invitation: Invitation, by: User, now: datetime) -> bool:
    """Take an invitation back: its link no longer opens anything. False if it was accepted or taken back before."""
    changed = Invitation.objects.open().filter(pk=invitation.pk).update(revoked_at=now, revoked_by=by)
    if changed:
        audit.record(
            actor=by, action="invitation.revoke", subject=invitation, consortium=invitation.cohort.consortium.slug
        )
    return bool(changed)


@transaction.atomic
def join(
    *, invitation: Invitation, password: str, profile: dict[str, Any], compensation: str, now: datetime
) -> Enrolment:
    """Make an account for the invited person and enrol them. Raises AlreadyTaken; then nothing was made."""
    _take(invitation, now)
    user = accounts.join(email=invitation.email, password=password, profile=profile)
    return _enrol(invitation, user, compensation, now)


@transaction.atomic
def accept(
    *, invitation: Invitation, user: User, profile: dict[str, Any], compensation: str, now: datetime
) -> Enrolment:
    """Enrol someone who has an account under the invited address. Raises AlreadyTaken; then nothing was changed."""
    _take(invitation, now)
    accounts.save_profile(user=user, profile=profile)
    accounts.confirm_address(user=user)
    return _enrol(invitation, user, compensation, now)


def _take(invitation: Invitation, now: datetime) -> None:
    """Of two who press the button at once, one gets through."""
    if not Invitation.objects.open().filter(pk=invitation.pk, expires_at__gt=now).update(accepted_at=now):
        raise AlreadyTaken


def _enrol(invitation: Invitation, user: User, compensation: str, now: datetime) -> Enrolment:
    Invitation.objects.filter(pk=invitation.pk).update(accepted_by=user)
    enrolment, created = Enrolment.objects.get_or_create(
        cohort=invitation.cohort,
        user=user,
        defaults={"college": user.college, "compensation": compensation, "enrolled_at": now},
    )
    if not created:
        Enrolment.objects.filter(pk=enrolment.pk).update(
            withdrawn_at=None, withdrawn_by=None, compensation=compensation
        )
        enrolment.refresh_from_db()
    consortium = invitation.cohort.consortium.slug
    audit.record(actor=user, action="invitation.accept", subject=invitation, consortium=consortium)
    return enrolment
