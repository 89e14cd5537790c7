import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from cohorts import activities, progress
from cohorts.models import Certificate, Enrolment, Override, ProgressEvent
from foundation.audit import actions as audit

SEEN_EVERY = timedelta(minutes=10)
NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@transaction.atomic(savepoint=False)
def record(
    *,
    enrolment: Enrolment,
    item: str,
    name: str,
    now: datetime,
    subject: str = "",
    title: str = "",
    value: float | None = None,
    is_own: bool = True,
) -> bool:
    """Write down a fact and what follows from it: completion, and the certificate. `is_own` says whether the person
    did it; what others decided about their work does not show that they were here.

    Returns False if this fact was known; then nothing changes.
    """
    # Whoever records something of this person waits for their turn: a fact that is not known now is new, and of two
    # last steps at the same moment the later one sees the earlier one's fact. Not FOR UPDATE: two that hold the row
    # already, for the sake of other rows' foreign keys, would wait for each other for ever.
    _lock(enrolment)
    known = list(
        ProgressEvent.objects.filter(enrolment=enrolment, item=item, name=name)
        .order_by()
        .values_list("subject", flat=True)
    )
    if subject in known:
        return False
    ProgressEvent.objects.create(
        enrolment=enrolment, item=item, name=name, subject=subject, at=now, title=title, value=value
    )
    if is_own:
        touch(enrolment=enrolment, now=now)
    asked = activities.needs(enrolment.cohort.edition.outline).get(item, ())
    if not all(len(known) >= need.count for need in asked if need.fact == name):
        _complete_if_due(enrolment, now)
    return True


@transaction.atomic
def override(*, enrolment: Enrolment, item: str, by: User, reason: str, now: datetime) -> Override:
    """Let an item count as done, on a facilitator's word."""
    made, created = Override.objects.get_or_create(
        enrolment=enrolment, item=item, defaults={"by": by, "reason": reason, "at": now}
    )
    if created:
        audit.record(
            actor=by,
            action="progress.override",
            subject=enrolment,
            consortium=enrolment.cohort.consortium.slug,
            item=item,
            reason=reason,
        )
        complete_if_due(enrolment=enrolment, now=now)
    return made


@transaction.atomic(savepoint=False)
def complete_if_due(*, enrolment: Enrolment, now: datetime) -> None:
    """Set `completed_at` once, when nothing is missing any more, and issue the certificate with it."""
    _lock(enrolment)
    _complete_if_due(enrolment, now)


def _lock(enrolment: Enrolment) -> None:
    list(Enrolment.objects.select_for_update(no_key=True).filter(pk=enrolment.pk).order_by().values_list("pk"))


def _complete_if_due(enrolment: Enrolment, now: datetime) -> None:
    if enrolment.completed_at is not None:
        return
    if not progress.standing(enrolment.cohort, enrolment, now).complete:
        return
    changed = Enrolment.objects.filter(pk=enrolment.pk, completed_at=None).update(completed_at=now)
    enrolment.completed_at = now
    if changed:
        issue_certificate(enrolment=enrolment, now=now)


@transaction.atomic
def issue_certificate(*, enrolment: Enrolment, now: datetime) -> Certificate:
    """The snapshot of what was earned; the same one if it was issued before."""
    cohort, edition, user = enrolment.cohort, enrolment.cohort.edition, enrolment.user
    titled = ProgressEvent.objects.filter(enrolment=enrolment).exclude(title="").order_by("-at", "-pk").first()
    certificate, _ = Certificate.objects.get_or_create(
        enrolment=enrolment,
        defaults={
            "number": "WBL-" + "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(10)),
            "issued_at": now,
            "name": user.name,
            "college": enrolment.college.name if enrolment.college else "",
            "course": edition.title,
            "version": edition.version,
            "cohort": cohort.title,
            "consortium": cohort.consortium.name,
            "starts_on": cohort.starts_on,
            "ends_on": cohort.ends_on,
            "completed_on": now.astimezone(cohort.zone).date(),
            "hours": edition.hours,
            "description": edition.description,
            "activity_category": edition.activity_category,
            "work_title": titled.title if titled else "",
            "facilitator": ", ".join(person.name for person in cohort.facilitators.all())[:300],
        },
    )
    return certificate


def touch(*, enrolment: Enrolment, now: datetime) -> None:
    """Remember that the person was here; at most one write in ten minutes."""
    if enrolment.last_active_at and now - enrolment.last_active_at < SEEN_EVERY:
        return
    recent = Q(last_active_at=None) | Q(last_active_at__lt=now - SEEN_EVERY)
    Enrolment.objects.filter(recent, pk=enrolment.pk).update(last_active_at=now)
