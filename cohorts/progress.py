"""From recorded facts to where a person stands: one query for a person, two for a whole cohort."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from cohorts import activities, completion, schedule
from cohorts.completion import Fact, Standing
from cohorts.models import Cohort, Enrolment, Override, ProgressEvent


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
    """Enrolment id → standing, for people of one cohort. Two queries, however many they are."""
    ids = [enrolment.pk for enrolment in enrolments]
    facts: dict[int, list[Fact]] = defaultdict(list)
    events = ProgressEvent.objects.filter(enrolment__in=ids).order_by()
    for fact in events.values_list("enrolment_id", "item", "name", named=True):
        facts[fact.enrolment_id].append(fact)
    waived: dict[int, list[str]] = defaultdict(list)
    overrides = Override.objects.filter(enrolment__in=ids).order_by()
    for enrolment_id, item in overrides.values_list("enrolment_id", "item"):
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
