"""From recorded facts to where a person stands: one query, for a person and for a whole cohort."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import CharField, Value

from cohorts import activities, completion, schedule
from cohorts.completion import Fact, Standing
from cohorts.models import Cohort, Enrolment, Override, ProgressEvent


class Happened(NamedTuple):
    """A fact as completion counts it."""

    item: str
    name: str


def standing(cohort: Cohort, enrolment: Enrolment | None, now: datetime) -> Standing:
    """Where one participant stands; without an enrolment, the course as a facilitator sees it: all open."""
    outline = cohort.edition.outline
    if enrolment is None:
        return completion.evaluate(
            outline,
            needs=activities.needs(outline),
            facts=(),
            overridden=(),
            opens_at={},
            opening_words={},
            now=now,
            locks=False,
        )
    return of_many(cohort, [enrolment], now)[enrolment.pk]


def of_many(cohort: Cohort, enrolments: Iterable[Enrolment], now: datetime) -> dict[int, Standing]:
    """Enrolment id → standing, for people of one cohort. One query, however many they are."""
    ids = [enrolment.pk for enrolment in enrolments]
    facts: dict[int, list[Fact]] = defaultdict(list)
    waived: dict[int, list[str]] = defaultdict(list)
    happened = ProgressEvent.objects.filter(enrolment__in=ids).order_by()
    overrides = Override.objects.filter(enrolment__in=ids).order_by()
    # An override is no fact of a name: the empty one keeps the two apart in one answer of the database.
    unnamed = overrides.values_list("enrolment_id", "item", Value("", output_field=CharField()))
    for enrolment_id, item, name in happened.values_list("enrolment_id", "item", "name").union(unnamed, all=True):
        if name:
            facts[enrolment_id].append(Happened(item, name))
        else:
            waived[enrolment_id].append(item)
    outline = cohort.edition.outline
    needs = activities.needs(outline)
    opens = schedule.opens_at(cohort, outline)
    words = schedule.opening_words(cohort, outline)
    return {
        pk: completion.evaluate(
            outline, needs=needs, facts=facts[pk], overridden=waived[pk], opens_at=opens, opening_words=words, now=now
        )
        for pk in ids
    }
