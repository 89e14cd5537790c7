from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import formats

from cohorts import actions as cohort_actions
from cohorts import progress, schedule
from cohorts.models import Cohort, Enrolment
from foundation.notices import actions as notices
from modules.models import Item
from modules.outline import ItemOutline
from surveys import policies, questions
from surveys.models import Response, respondent

# A letter says that a survey has opened, not that it opened weeks ago.
TOLD_WITHIN = timedelta(days=14)
LONGEST = timedelta(weeks=61)


class Conflict(Exception):
    """Newer answers were saved from another window; `response` has them."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"{response} is at version {response.version}")
        self.response = response


class Submitted(Exception):
    """The survey was submitted meanwhile: nothing can be added to it."""


class Incomplete(Exception):
    """Something is missing or too long: `lacks` says what, question id → words. The answers are saved."""

    def __init__(self, response: Response, lacks: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{name}: {words}" for name, words in lacks.items()))
        self.response = response
        self.lacks = lacks


@transaction.atomic
def save(
    *, enrolment: Enrolment, item: ItemOutline, answers: Mapping[str, Any], version: int | None, now: datetime
) -> Response:
    """Keep answers (question id → answer, as questions.keep left it; None takes one back) if nobody saved since
    `version`. None: whatever was saved before. Raises Conflict with newer answers, or Submitted.
    """
    response = _begun(enrolment, item)
    if not response.is_open:
        raise Submitted
    merged = _merged(response, answers)
    given = {name: answer for name, answer in answers.items() if answer is not None}
    is_up_to_date = version in (None, response.version)
    if response.answers == (merged if is_up_to_date else given):
        return response  # the same twice, for instance when the answer to the first was lost on its way
    if is_up_to_date and _change(response, answers=merged, saved_at=now):
        return response
    newer = _again(response)
    if not newer.is_open:
        raise Submitted
    if is_up_to_date and newer.answers == merged:
        return newer
    raise Conflict(newer)


def submit(
    *,
    enrolment: Enrolment,
    item: ItemOutline,
    answers: Mapping[str, Any],
    now: datetime,
    version: int | None = None,
) -> Response:
    """Hand in a survey, once: whoever submits it again, or at the same moment, changes nothing.

    Progress learns that it was submitted, and when; the answers keep neither. Raises Incomplete, after saving, and
    Conflict if newer answers were saved since `version`.
    """
    try:
        response = save(enrolment=enrolment, item=item, answers=answers, version=version, now=now)
    except Submitted:
        return _begun(enrolment, item)
    asked = list(questions.of(response.source.data))
    lacks = {q["id"]: words for q in asked if (words := questions.lacks(q, response.answers))}
    if lacks:
        raise Incomplete(response, lacks)
    return _hand_in(enrolment, item, response, now)


@transaction.atomic
def _hand_in(enrolment: Enrolment, item: ItemOutline, response: Response, now: datetime) -> Response:
    final = {
        question["id"]: answer
        for question in questions.of(response.source.data)
        if (answer := questions.final(question, response.answers.get(question["id"]))) is not None
    }
    if not _change(response, answers=final, state=Response.State.SUBMITTED, saved_at=None):
        newer = _again(response)
        if newer.is_open:
            raise Conflict(newer)
        return newer
    cohort_actions.record(enrolment=enrolment, item=item.key, name="submitted", now=now)
    return response


@transaction.atomic
def withdraw(*, enrolment: Enrolment, item: ItemOutline) -> Response:
    """Take submitted answers back: they are deleted for good. That the survey was submitted stays a fact."""
    response = _begun(enrolment, item)
    if response.state == Response.State.SUBMITTED:
        _change(response, answers={}, state=Response.State.WITHDRAWN)
    return response


def tell_of_openings(*, now: datetime) -> int:
    """Write, once, to everybody for whom a survey has opened after the end of their cohort. Returns how many."""
    told = 0
    ended = Cohort.objects.filter(ends_on__lt=now.date(), ends_on__gt=(now - LONGEST).date())
    for cohort in ended.select_related("edition", "consortium").order_by("pk"):
        opens = schedule.opens_at(cohort, cohort.edition.outline)
        for item in cohort.edition.outline.of_kind("survey"):
            if item.key in opens and opens[item.key] <= now < opens[item.key] + TOLD_WITHIN:
                told += _tell(cohort, item, now)
    return told


@transaction.atomic
def _tell(cohort: Cohort, item: ItemOutline, now: datetime) -> int:
    if policies.is_closed(cohort, item, now):
        return 0
    enrolments = list(cohort.enrolments.active().filter(user__is_active=True).select_related("user"))
    standings = progress.of_many(cohort, enrolments, now)
    waiting = [
        enrolment.user
        for enrolment in enrolments
        if not standings[enrolment.pk].by_key[item.key].locked and not standings[enrolment.pk].by_key[item.key].begun
    ]
    last = policies.last_day(cohort, item)
    told = notices.notify_many(
        users=waiting,
        kind="survey-open",
        key=f"survey:{cohort.pk}:{item.key}"[:160],
        data={
            "cohort": cohort.title,
            "survey": item.title,
            "until": formats.date_format(last, "F j, Y") if last else "",
        },
        url=reverse("classroom:item", args=[cohort.slug, item.module, item.slug]),
        now=now,
    )
    return len(told)


def _begun(enrolment: Enrolment, item: ItemOutline) -> Response:
    """The one row of this person there, made where there is none yet; two windows get the same."""
    found = Response.objects.of(enrolment, item).select_related("source").first()
    if found is not None:
        return found
    made, _ = Response.objects.get_or_create(
        respondent=respondent(enrolment.pk),
        item=item.key,
        defaults={"cohort_id": enrolment.cohort_id, "source": Item.objects.get(pk=item.pk)},
    )
    return made


def _change(response: Response, **values: Any) -> bool:
    """Compare and set; True where nobody else changed it since it was read."""
    same = Response.objects.filter(pk=response.pk, version=response.version, state=response.state)
    values["version"] = response.version + 1
    if not same.update(**values):
        return False
    for name, value in values.items():
        setattr(response, name, value)
    return True


def _merged(response: Response, answers: Mapping[str, Any]) -> dict[str, Any]:
    """In the order of the questions, so that equal answers are equal JSON."""
    both = {**response.answers, **answers}
    return {
        question["id"]: both[question["id"]]
        for question in questions.of(response.source.data)
        if both.get(question["id"]) is not None
    }


def _again(response: Response) -> Response:
    return Response.objects.select_related("source").get(pk=response.pk)
