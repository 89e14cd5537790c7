from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from cohorts import progress, schedule
from cohorts.completion import Standing, Turn
from cohorts.models import Cohort
from cohorts.schedule import Due
from foundation.notices import actions as notices

AHEAD = timedelta(hours=48)
LAST_CALL = timedelta(hours=24)


def remind(*, now: datetime) -> int:
    """Write to those with something left to do that is due within two days, and once more within one.

    Returns how many were told.
    """
    told = 0
    cohorts = Cohort.objects.running(now).select_related("edition", "consortium").order_by("pk")
    for cohort in cohorts:
        coming = [due for due in schedule.of(cohort, cohort.edition.outline) if now < due.at <= now + AHEAD]
        if coming:
            told += _remind_cohort(cohort, coming, now)
    return told


@transaction.atomic
def _remind_cohort(cohort: Cohort, coming: Iterable[Due], now: datetime) -> int:
    enrolments = list(cohort.enrolments.active().filter(completed_at=None, user__is_active=True).select_related("user"))
    standings = progress.of_many(cohort, enrolments, now)
    told = 0
    for due in coming:
        waiting = [enrolment.user for enrolment in enrolments if _is_open(standings[enrolment.pk], due)]
        told += _tell(cohort, waiting, due, now)
    return told


def _is_open(standing: Standing, due: Due) -> bool:
    """Whether there is something left to do that can be done now; what is locked needs another step first.

    A date may name the fact it is about: who has posted is not reminded to post, though replies are missing.
    """
    item = standing.by_key[due.item.key]
    if item.done or item.locked or item.turn is Turn.OTHERS:
        return False
    about = next((entry.get("fact") for entry in due.item.facts["dates"] if due.key.endswith(f":{entry['key']}")), None)
    return about is None or any(have < need.count for need, have in item.needs if need.fact == about)


def _tell(cohort: Cohort, people: list[User], due: Due, now: datetime) -> int:
    call = "last" if due.at - now <= LAST_CALL else "first"
    told = notices.notify_many(
        users=people,
        kind="reminder",
        # The moment is in the key: a date that a facilitator moves is a new one.
        key=f"due:{cohort.pk}:{due.key}:{due.at:%Y%m%d%H%M}:{call}"[:160],
        data={
            "cohort": cohort.title,
            "label": due.label,
            "item": due.item.title,
            "at": due.at.isoformat(),
            "time_zone": cohort.time_zone,
        },
        url=reverse("classroom:item", args=[cohort.slug, due.item.module, due.item.slug]),
        now=now,
    )
    return len(told)
