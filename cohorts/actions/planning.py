"""Making a cohort, and changing its dates and who has charge of it. Nothing of the course is copied."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.text import slugify

from accounts.models import Consortium, User
from cohorts import schedule
from cohorts.models import Cohort, Facilitation
from foundation.audit import actions as audit
from modules.models import Edition

OPEN_AFTER_END = timedelta(days=14)


@transaction.atomic
def make_cohort(
    *,
    consortium: Consortium,
    edition: Edition,
    title: str,
    term: str,
    starts_on: date,
    facilitators: Collection[User],
    by: User,
    now: datetime,
) -> Cohort:
    """A cohort with all its dates from one. The same button pressed twice makes one."""
    # Locked, so that of two requests with the same title the second one finds the first one's cohort.
    Consortium.objects.select_for_update().get(pk=consortium.pk)
    existing = Cohort.objects.filter(consortium=consortium, title=title, starts_on=starts_on, created_by=by).first()
    if existing is not None:
        return existing
    ends_on = schedule.last_day(starts_on, edition.outline)
    cohort = Cohort.objects.create(
        consortium=consortium,
        edition=edition,
        slug=_free_slug(title, consortium),
        title=title,
        term=term,
        time_zone=consortium.time_zone,
        starts_on=starts_on,
        ends_on=ends_on,
        closes_on=ends_on + OPEN_AFTER_END,
        created_at=now,
        created_by=by,
    )
    for person in facilitators:
        Facilitation.objects.create(cohort=cohort, user=person, since=now, added_by=by)
    Edition.objects.filter(pk=edition.pk, frozen_at=None).update(frozen_at=now)
    audit.record(
        actor=by, action="cohort.make", subject=cohort, consortium=consortium.slug, starts_on=starts_on.isoformat()
    )
    return cohort


def _free_slug(title: str, consortium: Consortium) -> str:
    wanted = slugify(title)[:44] or consortium.slug[:44]
    taken = set(Cohort.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    return next(
        slug
        for number in range(1, len(taken) + 2)
        if (slug := wanted if number == 1 else f"{wanted}-{number}") not in taken
    )


class OutdatedCohort(Exception):
    """Somebody else changed the cohort meanwhile; `cohort` is how it stands now."""

    def __init__(self, cohort: Cohort) -> None:
        super().__init__(f"Cohort {cohort.pk} was changed meanwhile.")
        self.cohort = cohort


def _held(cohort: Cohort) -> Cohort:
    """The cohort's row, held until the transaction ends."""
    related = Cohort.objects.select_related("consortium", "edition")
    return related.select_for_update(of=("self",)).get(pk=cohort.pk)


@transaction.atomic
def change_details(*, cohort: Cohort, by: User, title: str, term: str, welcome: str, version: str) -> Cohort:
    """The name people see, the term of the reports, and the words of the invitation. Addresses stay as they are.

    Raises OutdatedCohort where they are not those of `version` any more.
    """
    held = _held(cohort)
    if (held.title, held.term, held.welcome) == (title, term, welcome):
        return held
    if held.details_version != version:
        raise OutdatedCohort(held)
    before = {"title": held.title, "term": held.term}
    held.title, held.term, held.welcome = title, term, welcome
    held.save(update_fields=["title", "term", "welcome"])
    audit.record(actor=by, action="cohort.change", subject=held, consortium=held.consortium.slug, before=before)
    return held


@transaction.atomic
def move_dates(
    *, cohort: Cohort, by: User, ends_on: date, closes_on: date, changes: Mapping[str, date], version: str
) -> Cohort:
    """Move single dates: `changes` names each by its key. A date put back where the course has it is no change.

    Raises OutdatedCohort where the dates are not those of `version` any more.
    """
    held = _held(cohort)
    planned = {due.key: due.at.date() for due in schedule.dates(held.starts_on, held.zone, held.edition.outline, {})}
    moved = {key: day.isoformat() for key, day in changes.items() if key in planned and day != planned[key]}
    if (held.ends_on, held.closes_on, held.date_changes) == (ends_on, closes_on, moved):
        return held
    if held.dates_version != version:
        raise OutdatedCohort(held)
    before = {"ends_on": held.ends_on.isoformat(), "closes_on": held.closes_on.isoformat(), "moved": held.date_changes}
    held.ends_on, held.closes_on, held.date_changes = ends_on, closes_on, moved
    held.save(update_fields=["ends_on", "closes_on", "date_changes"])
    after = {"ends_on": ends_on.isoformat(), "closes_on": closes_on.isoformat(), "moved": moved}
    audit.record(
        actor=by, action="cohort.dates", subject=held, consortium=held.consortium.slug, before=before, after=after
    )
    return held


@transaction.atomic
def move_start(*, cohort: Cohort, by: User, starts_on: date) -> bool:
    """Begin on another day, with every date moving along. False if people have begun: then nothing moves."""
    held = _held(cohort)
    if has_begun(held):
        return False
    shift = starts_on - held.starts_on
    if not shift:
        return True
    before = held.starts_on.isoformat()
    # Not the same shift where the weekday changes: then the last replies may be due after the last week.
    outline = held.edition.outline
    later = schedule.last_day(starts_on, outline) - schedule.last_day(held.starts_on, outline)
    held.starts_on, held.ends_on = starts_on, max(starts_on, held.ends_on + later)
    held.closes_on = max(held.ends_on, held.closes_on + later)
    held.date_changes = {key: (date.fromisoformat(day) + shift).isoformat() for key, day in held.date_changes.items()}
    held.save(update_fields=["starts_on", "ends_on", "closes_on", "date_changes"])
    audit.record(
        actor=by,
        action="cohort.start",
        subject=held,
        consortium=held.consortium.slug,
        before=before,
        after=starts_on.isoformat(),
    )
    return True


def has_begun(cohort: Cohort) -> bool:
    """Whether anybody has done anything in it."""
    return cohort.enrolments.filter(events__isnull=False).exists()


@transaction.atomic
def add_facilitator(*, cohort: Cohort, user: User, by: User, now: datetime) -> bool:
    """Give someone the charge of a cohort. False if they have it."""
    _, created = Facilitation.objects.get_or_create(cohort=cohort, user=user, defaults={"since": now, "added_by": by})
    if created:
        audit.record(
            actor=by,
            action="facilitator.add",
            subject=cohort,
            consortium=cohort.consortium.slug,
            facilitator=user.email,
        )
    return created


class LastFacilitator(Exception):
    """A cohort without a facilitator would have nobody who answers."""


@transaction.atomic
def remove_facilitator(*, cohort: Cohort, user: User, by: User) -> bool:
    """Take the charge away; it holds from the next request on. Raises LastFacilitator."""
    # Locked, so that two facilitators who remove each other at once do not leave the cohort alone.
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    charges = Facilitation.objects.filter(cohort=cohort)
    if not charges.filter(user=user).exists():
        return False
    if charges.count() == 1:
        raise LastFacilitator
    charges.filter(user=user).delete()
    audit.record(
        actor=by, action="facilitator.remove", subject=cohort, consortium=cohort.consortium.slug, facilitator=user.email
    )
    return True
