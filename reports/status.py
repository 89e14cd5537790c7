"""Where a participant stands, in one word for reports (wbl-course §7, "Status values")."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models

INACTIVE_AFTER = timedelta(days=10)


class Status(models.TextChoices):
    INVITED = "invited", "Invited"
    ENROLLED = "enrolled", "Enrolled"
    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"
    WITHDRAWN = "withdrawn", "Withdrawn"
    INCOMPLETE = "incomplete", "Incomplete"
    COMPLETED = "completed", "Completed"
    COMPLETED_LATE = "completed-late", "Completed late"


MEANINGS: dict[Status, str] = {
    Status.INVITED: "Has an invitation and hasn’t accepted it yet. Not counted among participants.",
    Status.ENROLLED: "Joined the cohort and hasn’t been seen in the course since.",
    Status.ACTIVE: "Was in the course within the last 10 days.",
    Status.INACTIVE: "The course has begun, and for 10 days or more there was no activity.",
    Status.WITHDRAWN: "Left the cohort before completing. Not counted among participants.",
    Status.INCOMPLETE: "The cohort has closed and something was still missing.",
    Status.COMPLETED: "Did everything the course asks for by the cohort’s last day.",
    Status.COMPLETED_LATE: "Did everything, after the cohort’s last day.",
}

FINISHED = frozenset({Status.COMPLETED, Status.COMPLETED_LATE})
NO_PARTICIPANT = frozenset({Status.INVITED, Status.WITHDRAWN})


def of(
    *,
    starts_on: date,
    ends_on: date,
    closes_on: date,
    zone: ZoneInfo,
    enrolled_at: datetime,
    last_active_at: datetime | None,
    withdrawn_at: datetime | None,
    completed_at: datetime | None,
    now: datetime,
) -> Status:
    """The status of an enrolment at a moment. Days are days of the cohort's zone.

    A completion is never taken back, so it comes before all else.
    """
    if completed_at is not None:
        return Status.COMPLETED if completed_at.astimezone(zone).date() <= ends_on else Status.COMPLETED_LATE
    if withdrawn_at is not None:
        return Status.WITHDRAWN
    if now.astimezone(zone).date() > closes_on:
        return Status.INCOMPLETE
    # Nobody falls silent in a course that has not begun.
    begins = datetime.combine(starts_on, time.min, tzinfo=zone)
    if now - max(last_active_at or enrolled_at, begins) >= INACTIVE_AFTER:
        return Status.INACTIVE
    return Status.ENROLLED if last_active_at is None else Status.ACTIVE
