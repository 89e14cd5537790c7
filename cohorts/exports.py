"""What leaves a cohort: a certificate on paper, a person's dates as a calendar, a person's own records."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils import formats
from icalendar import Calendar, Event

from accounts.models import User
from cohorts import schedule
from cohorts.models import Certificate, Cohort, Enrolment, Invitation
from foundation.documents.registry import Content

STANDS_FOR = "This certificate verifies participation. Flex or salary credit is decided by the college."


def certificate(subject_id: str, user: User) -> Content:
    """The certificate of this number as it is printed: from the snapshot alone, so it prints the same for ever."""
    found = Certificate.objects.select_related("enrolment__cohort__consortium").get(number=subject_id)
    accent = found.enrolment.cohort.consortium.region.get("accent") or {}
    return Content(
        title=f"Certificate of completion, {found.name}",
        context={
            **said_by(found),
            "lang": "en-US",
            "summary": f"{found.name} completed the {found.course}.",
            "authors": [found.consortium],
            "dated": found.completed_on.isoformat(),
            **({"accent": accent["light"]} if accent.get("light") else {}),
        },
    )


def may_read_certificate(user: User, number: str) -> bool:
    """Its owner, the facilitators of the cohort and administrators; everybody else verifies its number."""
    found = Certificate.objects.filter(number=number).select_related("enrolment").first()
    if found is None:
        return False
    enrolment = found.enrolment
    return (
        user.is_superuser or enrolment.user_id == user.pk or enrolment.cohort.facilitations.filter(user=user).exists()
    )


def belongs_to_consortium(user: User, consortium_id: int) -> bool:
    """Whether the person takes, took or facilitates the course there: such people keep the toolbox."""
    own = Q(enrolments__user=user) | Q(facilitations__user=user)
    return Cohort.objects.filter(own, consortium=consortium_id).exists()


def said_by(found: Certificate) -> dict[str, Any]:
    """All that a certificate says, in words, for the paper and for the page that verifies it."""
    return {
        "number": found.number,
        "name": found.name,
        "college": found.college,
        "course": found.course,
        "version": found.version,
        "cohort": found.cohort,
        "consortium": found.consortium,
        "dates": f"{_day(found.starts_on)} to {_day(found.ends_on)}",
        "completed_on": _day(found.completed_on),
        "hours": floatformat(found.hours),
        "description": found.description,
        "activity_category": found.activity_category,
        "work_title": found.work_title,
        "facilitator": found.facilitator,
        "verify_at": settings.SITE_URL + found.get_absolute_url(),
        "stands_for": STANDS_FOR,
    }


def _day(day: Any) -> str:
    return formats.date_format(day, "F j, Y")


def calendar(user: User, now: datetime) -> bytes:
    """The dates of the cohorts a person takes or facilitates, each at its moment, as an iCalendar feed."""
    feed = Calendar()
    feed.add("prodid", "-//WBL Course//Dates//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", "WBL Course dates")
    feed.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    taken = Cohort.objects.filter(enrolments__in=Enrolment.objects.active().filter(user=user))
    charged = Cohort.objects.filter(facilitations__user=user)
    for cohort in (taken | charged).distinct().select_related("edition").order_by("starts_on", "pk"):
        for due in schedule.of(cohort, cohort.edition.outline):
            feed.add_component(_event(cohort, due, now))
    return bytes(feed.to_ical())


def _event(cohort: Cohort, due: schedule.Due, now: datetime) -> Event:
    url = settings.SITE_URL + reverse("classroom:item", args=[cohort.slug, due.item.module, due.item.slug])
    event = Event()
    event.add("uid", f"{cohort.slug}:{due.key}@{settings.SITE_URL.partition('://')[2]}")
    event.add("dtstamp", now)
    event.add("dtstart", due.at)
    event.add("dtend", due.at + timedelta(minutes=1))
    event.add("summary", f"{due.label}: {due.item.title}")
    event.add("description", f"{cohort.title}\n{url}")
    event.add("url", url)
    event.add("transp", "TRANSPARENT")
    return event


def own_enrolments(user: User) -> list[dict[str, Any]]:
    """A person's part in each cohort, with what they did and what they earned."""
    enrolments = (
        Enrolment.objects.filter(user=user).select_related("cohort", "college").prefetch_related("events", "overrides")
    )
    certificates = {row.enrolment_id: row for row in Certificate.objects.filter(enrolment__user=user)}
    return [
        {
            "cohort": enrolment.cohort.title,
            "college": enrolment.college.name if enrolment.college else None,
            "compensation": enrolment.get_compensation_display(),
            "enrolled_at": enrolment.enrolled_at,
            "last_active_at": enrolment.last_active_at,
            "withdrawn_at": enrolment.withdrawn_at,
            "completed_at": enrolment.completed_at,
            "progress": [
                {"item": event.item, "what": event.name, "about": event.subject, "at": event.at, "value": event.value}
                for event in enrolment.events.all()
            ],
            "overrides": [
                {"item": waived.item, "reason": waived.reason, "at": waived.at} for waived in enrolment.overrides.all()
            ],
            "certificate": said_by(certificates[enrolment.pk]) if enrolment.pk in certificates else None,
        }
        for enrolment in enrolments
    ]


def own_invitations(user: User) -> list[dict[str, Any]]:
    rows = Invitation.objects.filter(accepted_by=user).select_related("cohort")
    return [
        {"cohort": row.cohort.title, "email": row.email, "invited_at": row.invited_at, "accepted_at": row.accepted_at}
        for row in rows
    ]
