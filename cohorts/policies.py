from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from cohorts import schedule
from modules.outline import Outline


@dataclass(frozen=True)
class Planned:
    """A date of a cohort to be, with what one should think twice about."""

    label: str
    day: date
    key: str = ""
    moved: bool = False
    warnings: tuple[str, ...] = ()


def plan(
    outline: Outline,
    *,
    starts_on: date,
    ends_on: date,
    closes_on: date,
    zone: ZoneInfo,
    changes: Mapping[str, str],
    holidays: Mapping[date, str],
) -> list[Planned]:
    """Every date a cohort would have, in order, from the opening of each module to the day it closes."""
    planned = [
        Planned(
            f"“{m.title}” opens",
            schedule.week_starts(starts_on, m.week),
            warnings=date_warnings(schedule.week_starts(starts_on, m.week), holidays),
        )
        for m in outline.modules
    ]
    for due in schedule.dates(starts_on, zone, outline, changes):
        day = due.at.date()
        planned.append(
            Planned(f"{due.label}: “{due.item.title}”", day, due.key, due.key in changes, date_warnings(day, holidays))
        )
    planned.append(Planned("The course ends; what is done later counts as late", ends_on, "ends_on"))
    planned.append(Planned("The cohort closes", closes_on, "closes_on"))
    return sorted(planned, key=lambda each: each.day)


def start_note(starts_on: date) -> str:
    """What another start than a Monday means, said once above all dates: a Sunday may then come before a Thursday."""
    if starts_on.weekday() == 0:
        return ""
    return (
        f"It starts on a {starts_on:%A}, so its weeks begin on {starts_on:%A}s; most cohorts start on a Monday. "
        "Where replies would be due before posts, they are due a week later."
    )


def date_warnings(day: date, holidays: Mapping[date, str]) -> tuple[str, ...]:
    """Weekends and holidays: allowed, but nobody should choose them unawares."""
    weekend = (f"a {day:%A}",) if day.weekday() >= 5 else ()
    return weekend + ((holidays[day],) if day in holidays else ())


def holidays_of(region: Mapping[str, Any]) -> dict[date, str]:
    """The region's days off, as its file lists them."""
    return {date.fromisoformat(str(entry["date"])): str(entry["label"]) for entry in region.get("holidays") or ()}
