"""Until when a survey may be answered."""

from datetime import date, datetime, timedelta

from cohorts import schedule
from cohorts.access import Place
from cohorts.models import Cohort
from modules.outline import ItemOutline


def closes_at(cohort: Cohort, item: ItemOutline) -> datetime | None:
    """The first moment at which an answer comes too late; None: never.

    What belongs to the course closes with the cohort; what opens after it, so many weeks later.
    """
    if item.facts["opens_after_weeks"] is None:
        return schedule.last_minute(cohort.closes_on, cohort.zone) + timedelta(minutes=1)
    if item.facts["open_weeks"] is None:
        return None
    opens = schedule.item_opens_on(cohort, item)
    last = opens + timedelta(weeks=item.facts["open_weeks"], days=-1)
    return schedule.last_minute(last, cohort.zone) + timedelta(minutes=1)


def last_day(cohort: Cohort, item: ItemOutline) -> date | None:
    """The last day on which it may be answered, where the cohort is."""
    closes = closes_at(cohort, item)
    return (closes.astimezone(cohort.zone) - timedelta(minutes=1)).date() if closes else None


def is_closed(cohort: Cohort, item: ItemOutline, now: datetime) -> bool:
    closes = closes_at(cohort, item)
    return closes is not None and now >= closes


def may_answer(place: Place, item: ItemOutline) -> bool:
    return place.enrolment is not None and not is_closed(place.cohort, item, place.now)
