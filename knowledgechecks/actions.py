import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from cohorts import actions as cohort_actions
from cohorts.models import Enrolment
from knowledgechecks import scoring
from knowledgechecks.models import Attempt
from modules.outline import ItemOutline

RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class Conflict(Exception):
    """Newer answers were saved from another window; `attempt` has them."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(f"{attempt} is at version {attempt.version}")
        self.attempt = attempt


class Submitted(Exception):
    """The attempt was submitted meanwhile: nothing can be added to it."""


@transaction.atomic
def begin(*, enrolment: Enrolment, item: ItemOutline, now: datetime) -> Attempt:
    """Start a try, or go on with the one that is open."""
    Enrolment.objects.select_for_update().only("pk").get(
        pk=enrolment.pk
    )  # two windows that begin at once get the same try
    tries = Attempt.objects.of(enrolment, item)
    found = tries.open().first()
    if found is not None:
        return found
    last = tries.aggregate(last=Max("number"))["last"] or 0
    return Attempt.objects.create(
        enrolment=enrolment, item=item.key, source_id=item.pk, number=last + 1, started_at=now
    )


def save(*, attempt: Attempt, answers: dict[str, Any], version: int | None, now: datetime) -> Attempt:
    """Keep answers (question id → answer, tidied; None takes one back) if nobody saved since `version`.

    Raises Conflict with newer answers, or Submitted.
    """
    if not attempt.is_open:
        raise Submitted
    merged = _merged(attempt, answers)
    given = {name: answer for name, answer in answers.items() if answer is not None}
    is_up_to_date = version == attempt.version
    if attempt.answers == (merged if is_up_to_date else given):
        return attempt  # the same twice, for instance when the answer to the first was lost on its way
    if is_up_to_date:
        at_version = Attempt.objects.filter(pk=attempt.pk, version=attempt.version, submitted_at=None)
        if at_version.update(answers=merged, version=attempt.version + 1, saved_at=now):
            attempt.answers, attempt.version, attempt.saved_at = merged, attempt.version + 1, now
            return attempt
    newer = _again(attempt)
    if not newer.is_open:
        raise Submitted
    if is_up_to_date and newer.answers == merged:
        return newer
    raise Conflict(newer)


@transaction.atomic
def submit(*, attempt: Attempt, answers: dict[str, Any], version: int | None, now: datetime) -> Attempt:
    """Grade an attempt, once: whoever submits it again, or at the same moment, gets the first result.

    Raises Conflict if newer answers were saved since `version`.
    """
    merged = _merged(attempt, answers)
    grade = scoring.grade(attempt.source.data["questions"], merged)
    passed = grade.reaches(attempt.source.data["pass"])
    graded = {
        "answers": merged,
        "version": attempt.version + 1,
        "saved_at": now,
        "submitted_at": now,
        "score": grade.percent,
        "passed": passed,
        "receipt": _new_receipt(),
    }
    at_version = Attempt.objects.filter(pk=attempt.pk, version=attempt.version, submitted_at=None)
    if version != attempt.version or not at_version.update(**graded):
        newer = _again(attempt)
        if not newer.is_open:
            return newer
        if newer.answers != merged:
            raise Conflict(newer)
        return submit(attempt=newer, answers=answers, version=newer.version, now=now)
    if passed:
        cohort_actions.record(
            enrolment=attempt.enrolment, item=attempt.item, name="passed", now=now, value=grade.percent
        )
    for name, value in graded.items():
        setattr(attempt, name, value)
    return attempt


def _merged(attempt: Attempt, answers: dict[str, Any]) -> dict[str, Any]:
    """In the order of the questions, so that equal answers are equal JSON."""
    both = {**attempt.answers, **answers}
    return {q["id"]: both[q["id"]] for q in attempt.source.data["questions"] if both.get(q["id"]) is not None}


def _again(attempt: Attempt) -> Attempt:
    newer = Attempt.objects.select_related("source").get(pk=attempt.pk)
    newer.enrolment = attempt.enrolment
    return newer


def _new_receipt() -> str:
    digits = "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(8))
    return f"{digits[:4]}-{digits[4:]}"
