"""From an address and a person to the survey they may answer: 404 for outsiders, 403 for insiders without the right."""

from django.http import HttpRequest

from cohorts import access
from cohorts.access import Place
from modules.outline import ItemOutline
from surveys.models import Response


def survey(request: HttpRequest, cohort: str, module: str, item: str) -> tuple[Place, ItemOutline]:
    """The survey of a participant; 403 where it is locked, and for its facilitator."""
    here = access.participant(request, cohort)
    return here, access.item(here, module, item, kind="survey")


def own(here: Place, item: ItemOutline) -> Response | None:
    """What this person answered there, with the questions as they saw them."""
    assert here.enrolment is not None
    return Response.objects.of(here.enrolment, item).select_related("source").first()
