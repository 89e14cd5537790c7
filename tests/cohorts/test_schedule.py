"""Dates by offset: both changes of the clock, other zones, the last second. No database, no clock of the machine."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts import schedule
from cohorts.models import Cohort
from discussions import policies
from modules.outline import ItemOutline, ModuleOutline, Outline

DUE = {"key": "post_by", "label": "First post by", "week": 2, "day": "sunday"}
ZONES = (
    "America/Los_Angeles",
    "America/Phoenix",
    "America/New_York",
    "Europe/Berlin",
    "Pacific/Honolulu",
    "Pacific/Auckland",
    "UTC",
)


def outline(*dates: dict[str, object]) -> Outline:
    item = ItemOutline(1, "one", "talk", "discussion", "Talk", 5, facts={"dates": list(dates or (DUE,))})
    return Outline(
        (
            ModuleOutline(1, "one", 1, "One", "", 1, (), (), (item,)),
            ModuleOutline(2, "two", 2, "Two", "", 4, (), (), ()),
        )
    )


def cohort(starts_on: date, zone: str = "America/Los_Angeles", **more: object) -> Cohort:
    return Cohort(slug="c", starts_on=starts_on, time_zone=zone, **more)


@pytest.mark.parametrize(
    ("starts_on", "at"),
    [
        (date(2026, 10, 26), "2026-11-08T23:59:00-08:00"),  # the clock went back on November 1
        (date(2026, 10, 19), "2026-11-01T23:59:00-08:00"),  # on the very day it goes back
        (date(2027, 3, 1), "2027-03-14T23:59:00-07:00"),  # on the very day it goes forward
        (date(2026, 8, 24), "2026-09-06T23:59:00-07:00"),
        (date(2026, 12, 28), "2027-01-10T23:59:00-08:00"),  # into the next year
        (date(2028, 2, 21), "2028-03-05T23:59:00-08:00"),  # over a leap day
    ],
)
def test_a_date_is_the_last_minute_of_its_day_whatever_the_clock_does(starts_on: date, at: str) -> None:
    (due,) = schedule.of(cohort(starts_on), outline())
    assert due.at.isoformat() == at


def test_the_week_begins_on_the_weekday_of_the_start() -> None:
    """A cohort that starts on a Wednesday: its Monday is six days later, its Wednesday the first day."""
    start = date(2026, 9, 2)
    assert schedule.day_in_week(start, 1, "wednesday") == start
    assert schedule.day_in_week(start, 1, "monday") == date(2026, 9, 7)
    assert schedule.day_in_week(start, 2, "tuesday") == date(2026, 9, 15)
    with pytest.raises(ValueError):
        schedule.day_in_week(start, 1, "someday")


def test_a_module_opens_with_the_first_minute_of_its_week_there() -> None:
    opens = schedule.opens_at(cohort(date(2026, 10, 19)), outline())
    assert opens["two"].isoformat() == "2026-11-09T00:00:00-08:00"
    assert opens["one"].isoformat() == "2026-10-19T00:00:00-07:00"
    assert schedule.opening_words(cohort(date(2026, 10, 19)), outline())["two"] == "Opens Monday, November 9 (week 4)."
    assert schedule.weeks(outline()) == 4
    assert schedule.last_day(date(2026, 10, 19), outline()) == date(2026, 11, 15)


def test_a_moved_date_replaces_the_offset_and_nothing_else() -> None:
    two = ({**DUE}, {"key": "reply_by", "label": "Replies by", "week": 2, "day": "friday"})
    moved = cohort(date(2026, 9, 7), date_changes={"one/talk:post_by": "2026-09-30", "gone/item:x": "2020-01-01"})
    assert [(due.key, due.at.date()) for due in schedule.of(moved, outline(*two))] == [
        ("one/talk:reply_by", date(2026, 9, 18)),
        ("one/talk:post_by", date(2026, 9, 30)),
    ]


POST, REPLY = {"key": "post_by", "week": 2, "day": "thursday"}, {"key": "reply_by", "week": 2, "day": "sunday"}


@pytest.mark.parametrize(
    ("starts_on", "post", "reply"),
    [
        (date(2026, 10, 26), date(2026, 11, 5), date(2026, 11, 8)),  # a Monday, over the clock's going back
        (date(2026, 10, 24), date(2026, 11, 5), date(2026, 11, 8)),  # a Saturday: Sunday would be November 1
        (date(2027, 3, 5), date(2027, 3, 18), date(2027, 3, 21)),  # a Friday, over its going forward
        (date(2026, 10, 22), date(2026, 10, 29), date(2026, 11, 1)),  # a Thursday: in order as it is
    ],
)
def test_replies_are_due_after_posts_whatever_weekday_a_cohort_starts_on(
    starts_on: date, post: date, reply: date
) -> None:
    assert schedule.days_of(starts_on, [POST, REPLY]) == [post, reply]


def test_the_course_ends_with_replies_that_went_beyond_its_last_week() -> None:
    entries = ({**POST, "label": "Post by", "week": 4}, {**REPLY, "label": "Reply by", "week": 4})
    assert schedule.last_day(date(2026, 10, 24), outline(*entries)) == date(2026, 11, 22)
    assert schedule.last_day(date(2026, 10, 26), outline(*entries)) == date(2026, 11, 22)


def test_a_date_is_said_in_the_cohorts_own_time_with_its_zone() -> None:
    (due,) = schedule.of(cohort(date(2026, 11, 16)), outline())
    assert due.words == "Sun, Nov 29, 11:59 p.m. PST"


@pytest.mark.parametrize("zone", ZONES)
def test_the_server_may_stand_anywhere(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = schedule.of(cohort(date(2026, 10, 26)), outline())[0].at
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert schedule.of(cohort(date(2026, 10, 26)), outline())[0].at.isoformat() == before.isoformat()
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_last_second_counts_and_the_next_does_not() -> None:
    """A cohort closes when its last day is over: 23:59:59 there is in time, midnight is late."""
    closing = cohort(date(2026, 9, 7), closes_on=date(2026, 11, 1))
    end = policies.closes_at(closing)
    assert end.astimezone(UTC) == datetime(2026, 11, 2, 8, tzinfo=UTC)
    last = datetime(2026, 11, 1, 23, 59, 59, 999_999, tzinfo=ZoneInfo("America/Los_Angeles"))
    assert last < end
    assert not last + timedelta(microseconds=1) < end


days = st.dates(date(2024, 1, 1), date(2035, 1, 1))


@settings(max_examples=150, deadline=None)
@given(days, st.integers(1, 12), st.sampled_from(schedule.DAYS), st.sampled_from(ZONES))
def test_every_date_is_its_weekday_in_its_week_at_its_minute(start: date, week: int, day: str, zone: str) -> None:
    (due,) = schedule.of(cohort(start, zone), outline({**DUE, "week": week, "day": day}))
    assert (due.at.hour, due.at.minute, due.at.weekday()) == (23, 59, schedule.DAYS.index(day))
    assert 0 <= (due.at.date() - start).days - 7 * (week - 1) < 7
    assert due.at.tzinfo == ZoneInfo(zone)


@settings(max_examples=100, deadline=None)
@given(days, st.lists(st.sampled_from(schedule.DAYS), min_size=2, max_size=2, unique=True))
def test_an_order_of_weekdays_holds_from_every_start(start: date, weekdays: list[str]) -> None:
    one, then = sorted(weekdays, key=schedule.DAYS.index)
    first, second = schedule.days_of(start, [{**POST, "day": one}, {**REPLY, "day": then}])
    assert 0 < (second - first).days < 7


@settings(max_examples=100, deadline=None)
@given(days, st.integers(-60, 60), st.sampled_from(ZONES))
def test_starting_later_moves_every_date_by_as_many_days(start: date, shift: int, zone: str) -> None:
    """By whole weeks the weekday holds, so a date moves exactly as far as the start does."""
    first = schedule.of(cohort(start, zone), outline())[0].at.date()
    then = schedule.of(cohort(start + timedelta(weeks=shift), zone), outline())[0].at.date()
    assert (then - first).days == 7 * shift


@settings(max_examples=60, deadline=None)
@given(days, st.lists(st.tuples(st.integers(1, 8), st.sampled_from(schedule.DAYS)), min_size=1, max_size=8))
def test_dates_come_in_their_order(start: date, offsets: list[tuple[int, str]]) -> None:
    entries = [{"key": f"k{n}", "label": "x", "week": week, "day": day} for n, (week, day) in enumerate(offsets)]
    found = schedule.of(cohort(start), outline(*entries))
    assert len(found) == len(offsets)
    assert [due.at for due in found] == sorted(due.at for due in found)
