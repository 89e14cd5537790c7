"""From an address and a person to their attempt, or 404 for outsiders and 403 for insiders without the right."""

from django.http import Http404, HttpRequest

from cohorts import access
from cohorts.access import Place
from knowledgechecks.models import Attempt
from modules.outline import ItemOutline

# A check is saved far more often than it is read; the rest of the item and of the attempt stays where it is.
SAVING = ("enrolment_id", "number", "answers", "version", "saved_at", "submitted_at", "source__digest")


def check(request: HttpRequest, cohort: str, module: str, item: str) -> tuple[Place, ItemOutline]:
    """The check of a participant who may take it: 403 where it is locked, and for its facilitator."""
    here = access.participant(request, cohort)
    return here, access.item(here, module, item, kind="check")


def begun(request: HttpRequest, cohort: str, module: str, item: str) -> tuple[Place, ItemOutline]:
    """The check of a participant who has attempts there. Whether it is open to them was asked when they began."""
    here = access.participant(request, cohort)
    found = here.outline.by_key.get(f"{module}/{item}")
    if found is None or found.kind != "check":
        raise Http404
    return here, found


def attempt(here: Place, item: ItemOutline, number: int) -> Attempt:
    """One's own attempt by its number."""
    assert here.enrolment is not None
    found = Attempt.objects.of(here.enrolment, item).filter(number=number).without_questions().last()
    if found is None:
        raise Http404
    found.bring_questions()
    found.enrolment = here.enrolment
    return found


def open_attempt(request: HttpRequest, cohort: str, module: str, item: str) -> Attempt | None:
    """The attempt that answers are saved into, in one query; None where this person has none open."""
    mine = Attempt.objects.open().filter(
        enrolment__user=access.signed_in(request),
        enrolment__withdrawn_at=None,
        enrolment__cohort__slug=cohort,
        item=f"{module}/{item}",
    )
    found = mine.select_related("source").only(*SAVING).order_by().first()
    if found is None:
        here, renamed = check(request, cohort, module, item)
        assert here.enrolment is not None
        return Attempt.objects.of(here.enrolment, renamed).open().select_related("source").first()
    found.bring_questions()
    return found
