"""The status of an enrolment, as a pure function of its dates."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import status
from reports.status import Status

PACIFIC = ZoneInfo("America/Los_Angeles")
COHORT = {
    "starts_on": date(2026, 8, 31),
    "ends_on": date(2026, 10, 11),
    "closes_on": date(2026, 10, 25),
    "zone": PACIFIC,
}
ENROLLED = datetime(2026, 8, 10, 9, tzinfo=PACIFIC)


def of(now, *, enrolled=ENROLLED, active=None, withdrawn=None, completed=None):
    return status.of(
        **COHORT, enrolled_at=enrolled, last_active_at=active, withdrawn_at=withdrawn, completed_at=completed, now=now
    )


def at(month, day, hour=12, minute=0, second=0, zone=PACIFIC):
    return datetime(2026, month, day, hour, minute, second, tzinfo=zone)


@pytest.mark.parametrize(
    ("expected", "now", "facts"),
    [
        (Status.ENROLLED, at(8, 11), {}),
        (Status.ENROLLED, at(8, 30), {}),  # three weeks of silence before the course begins
        (Status.ENROLLED, at(9, 9, 23, 59, 59), {}),
        (Status.INACTIVE, at(9, 10, 0, 0), {}),  # ten days after the first minute of the first day
        (Status.ACTIVE, at(8, 30), {"active": at(8, 12)}),
        (Status.ACTIVE, at(9, 15), {"active": at(9, 5, 12, 0, 1)}),
        (Status.INACTIVE, at(9, 15), {"active": at(9, 5)}),
        (Status.ENROLLED, at(9, 29), {"enrolled": at(9, 20)}),
        (Status.WITHDRAWN, at(9, 15), {"active": at(9, 14), "withdrawn": at(9, 14)}),
        (Status.WITHDRAWN, at(12, 1), {"withdrawn": at(9, 14)}),
        (Status.ACTIVE, at(10, 25, 23, 59, 59), {"active": at(10, 20)}),
        (Status.INCOMPLETE, at(10, 26, 0, 0), {"active": at(10, 25)}),
        # The last day is a day of the cohort's zone: this second is October 12 in UTC already.
        (Status.COMPLETED, at(10, 20), {"completed": at(10, 11, 23, 59, 59)}),
        (Status.COMPLETED, at(10, 20), {"completed": datetime(2026, 10, 12, 6, 59, 59, tzinfo=UTC)}),
        (Status.COMPLETED_LATE, at(10, 20), {"completed": at(10, 12, 0, 0)}),
        (Status.COMPLETED, at(12, 1), {"completed": at(10, 1), "withdrawn": at(10, 2)}),
    ],
)
def test_what_a_persons_dates_say(expected, now, facts):
    assert of(now, **facts) is expected


moments = st.datetimes(datetime(2026, 7, 1), datetime(2027, 2, 1), timezones=st.just(UTC))
maybe = st.none() | moments


@given(now=moments, enrolled=moments, active=maybe, withdrawn=maybe, completed=moments)
def test_a_completion_is_never_taken_back(now, enrolled, active, withdrawn, completed):
    found = of(now, enrolled=enrolled, active=active, withdrawn=withdrawn, completed=completed)
    assert found in status.FINISHED
    assert found is of(now + timedelta(days=400), enrolled=enrolled, active=active, completed=completed)


@given(now=moments, enrolled=moments, active=maybe, withdrawn=maybe, completed=maybe)
def test_the_readers_zone_changes_nothing(now, enrolled, active, withdrawn, completed):
    facts = {"enrolled": enrolled, "active": active, "withdrawn": withdrawn, "completed": completed}
    tokyo = ZoneInfo("Asia/Tokyo")
    elsewhere = {name: moment and moment.astimezone(tokyo) for name, moment in facts.items()}
    assert of(now, **facts) is of(now.astimezone(tokyo), **elsewhere)


@given(now=moments, active=maybe)
def test_silence_only_grows(now, active):
    """Without a new sign of life nobody becomes active again."""
    order = [Status.ENROLLED, Status.ACTIVE, Status.INACTIVE, Status.INCOMPLETE]
    found = [order.index(of(now + timedelta(days=days), active=active)) for days in range(0, 30, 3)]
    assert found == sorted(found)


def test_every_status_is_explained():
    assert set(status.MEANINGS) == set(Status)
