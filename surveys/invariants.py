"""What must hold after any fault (`manage.py check_invariants`)."""

from collections import defaultdict
from collections.abc import Iterator

from cohorts.models import Cohort, Enrolment, ProgressEvent
from surveys.models import Response, respondent


def problems() -> Iterator[str]:
    """Whoever is said to have submitted a survey has answers there, or took them back; and nobody else.

    The sentences name no person: who reads them should not learn from them whose answers these are.
    """
    for cohort in Cohort.objects.filter(survey_responses__isnull=False).distinct().select_related("edition"):
        yield from _of(cohort)
    for response in Response.objects.filter(state=Response.State.WITHDRAWN).exclude(answers={}):
        yield f"Response {response.pk} was taken back and still has answers."


def _of(cohort: Cohort) -> Iterator[str]:
    outline = cohort.edition.outline
    surveys = {item.key for item in outline.of_kind("survey")}
    names = surveys | {old for old, new in outline.aliases.items() if new in surveys}
    facts: dict[str, set[str]] = defaultdict(set)
    events = ProgressEvent.objects.filter(enrolment__cohort=cohort, name="submitted", item__in=names)
    for enrolment_id, item in events.order_by().values_list("enrolment", "item"):
        facts[outline.aliases.get(item, item)].add(respondent(enrolment_id))
    given: dict[str, set[str]] = defaultdict(set)
    everybody = {respondent(pk) for pk in Enrolment.objects.filter(cohort=cohort).values_list("pk", flat=True)}
    for item, who, state in Response.objects.filter(cohort=cohort).values_list("item", "respondent", "state"):
        if who not in everybody:
            yield f"{cohort}: a response to {item} belongs to no enrolment; was SURVEY_SECRET changed?"
        if state != Response.State.DRAFT:
            given[outline.aliases.get(item, item)].add(who)
    for item in sorted(surveys):
        if unheard := given[item] - facts[item]:
            yield f"{cohort}: {len(unheard)} submitted {item}, and progress does not know of it."
        if empty := facts[item] - given[item]:
            yield f"{cohort}: progress says that {len(empty)} more submitted {item} than there are answers."
