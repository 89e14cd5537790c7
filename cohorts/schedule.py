"""Dates are offsets from the cohort's start, in its own time zone:

"week 2, Sunday 23:59". Starting a cohort is choosing one date.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats

from cohorts.models import Cohort
from modules.outline import ItemOutline, Outline

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LAST_MINUTE = time(23, 59)


@dataclass(frozen=True)
class Due:
    """A date of the cohort: what is due, for which item, when. `key` names it for a facilitator's change."""

    key: str
    item: ItemOutline
    label: str
    at: datetime

    @property
    def words(self) -> str:
        """ "Thu, Nov 26, 11:59 p.m. PST": the cohort's time, with the zone beside it."""
        return formats.date_format(self.at, "D, M j, P T")


def week_starts(starts_on: date, week: int) -> date:
    """The first day of a week, weeks counted from 1."""
    return starts_on + timedelta(weeks=week - 1)


def day_in_week(starts_on: date, week: int, day: str) -> date:
    """The date of a weekday in the cohort's week, which begins on the weekday of its start.

    Raises ValueError for a name that is no day.
    """
    first = week_starts(starts_on, week)
    return first + timedelta(days=(DAYS.index(day) - first.weekday()) % 7)


def days_of(starts_on: date, entries: Iterable[Mapping[str, Any]]) -> list[date]:
    """The days of one item's dates, from the week and weekday that its file gives each.

    The file thinks in weeks from Monday to Sunday. In a cohort that starts on a Saturday, Sunday comes before Thursday:
    a date that would so fall before the one it follows is on the same weekday a week later.
    """
    entries = list(entries)
    days = [day_in_week(starts_on, entry["week"], entry["day"]) for entry in entries]
    for index, (one, then) in enumerate(pairwise(entries)):
        follows = one["week"] == then["week"] and DAYS.index(one["day"]) < DAYS.index(then["day"])
        if follows and days[index + 1] < days[index]:
            days[index + 1] += timedelta(weeks=1)
    return days


def last_minute(day: date, zone: ZoneInfo) -> datetime:
    """23:59 of that day there, whatever daylight saving does."""
    return datetime.combine(day, LAST_MINUTE, tzinfo=zone)


def item_opens_on(cohort: Cohort, item: ItemOutline) -> date:
    """The day on which an item opens that waits for the cohort's end: its kind says `opens_after_weeks`."""
    return cohort.ends_on + timedelta(weeks=item.facts["opens_after_weeks"])


def opens_at(cohort: Cohort, outline: Outline) -> dict[str, datetime]:
    """Module slug → the first minute of its week; the key of an item that opens after the end → of its day."""

    def work_out() -> dict[str, datetime]:
        days = {m.slug: week_starts(cohort.starts_on, m.week) for m in outline.modules}
        days |= {item.key: item_opens_on(cohort, item) for item in _after_the_end(outline)}
        return {key: datetime.combine(day, time.min, tzinfo=cohort.zone) for key, day in days.items()}

    return outline.once(("opens_at", cohort.starts_on, cohort.ends_on, cohort.time_zone), work_out)


def opening_words(cohort: Cohort, outline: Outline) -> dict[str, str]:
    """The same in words: "Opens Monday, September 7 (week 2)."."""

    def work_out() -> dict[str, str]:
        words = {
            m.slug: f"Opens {formats.date_format(week_starts(cohort.starts_on, m.week), 'l, F j')} (week {m.week})."
            for m in outline.modules
        }
        return words | {
            item.key: f"Opens {formats.date_format(item_opens_on(cohort, item), 'F j, Y')}."
            for item in _after_the_end(outline)
        }

    return outline.once(("opening_words", cohort.starts_on, cohort.ends_on), work_out)


def _after_the_end(outline: Outline) -> list[ItemOutline]:
    return [item for item in outline.items if item.facts.get("opens_after_weeks")]


def weeks(outline: Outline) -> int:
    return max((module.week for module in outline.modules), default=1)


def last_day(starts_on: date, outline: Outline) -> date:
    """The end of the last week of the course, or the last date in it that went beyond for the sake of its order."""
    count = weeks(outline)
    dues = (
        days_of(starts_on, [e for e in item.facts.get("dates", ()) if e["week"] <= count]) for item in outline.items
    )
    return max([week_starts(starts_on, count + 1) - timedelta(days=1), *(day for days in dues for day in days)])


def dates(starts_on: date, zone: ZoneInfo, outline: Outline, changes: Mapping[str, str]) -> Iterator[Due]:
    """Every date of a cohort that would start on that day, in order of the course.

    Kinds give them in `facts["dates"]`: [{key, label, week, day}].
    """
    for item in outline.items:
        entries = item.facts.get("dates", ())
        for entry, planned in zip(entries, days_of(starts_on, entries), strict=True):
            key = f"{item.key}:{entry['key']}"
            day = date.fromisoformat(changes[key]) if key in changes else planned
            yield Due(key, item, entry["label"], last_minute(day, zone))


def of(cohort: Cohort, outline: Outline) -> list[Due]:
    """The cohort's dates, earliest first."""
    return sorted(dates(cohort.starts_on, cohort.zone, outline, cohort.date_changes), key=lambda due: (due.at, due.key))
