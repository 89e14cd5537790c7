from typing import Any

import pytest

from cohorts.models import Enrolment, Override
from knowledgechecks import actions, scoring
from knowledgechecks.models import Attempt
from tests import factories
from tests.samples import SAMPLES

ADDRESS = "/c/fall/first/check/"
QUESTIONS = SAMPLES["check"]["questions"]
RIGHT = {question["id"]: scoring.right_answer(question) for question in QUESTIONS}
WRONG = {
    "one": "a",
    "several": ["c"],
    "campus": "true",
    "stages": {
        pair["id"]: QUESTIONS[3]["choices"][pair["right"] == QUESTIONS[3]["choices"][0]["id"]]["id"]
        for pair in QUESTIONS[3]["pairs"]
    },
    "intensity": {step["id"]: place for step, place in zip(QUESTIONS[4]["steps"], (2, 3, 1), strict=True)},
    "working": "12",
    "stage-name": "about",
    "interviews": "b",
}


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    """Facilitators and staff here have none; that it is asked of them is tested with the accounts."""
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def enrolment(enrolment: Enrolment) -> Enrolment:
    """The participant's, who has come as far as the check."""
    return unlock(enrolment)


def unlock(enrolment: Enrolment) -> Enrolment:
    word = factories.UserFactory.create()
    for item in ("first/read-me", "first/talk"):
        Override.objects.create(enrolment=enrolment, item=item, reason="was ill", by=word)
    return enrolment


@pytest.fixture
def begun(enrolment: Enrolment) -> Attempt:
    """The participant's first try, open and empty."""
    return begin(enrolment)


def begin(enrolment: Enrolment) -> Attempt:
    item = enrolment.cohort.edition.outline.by_key["first/check"]
    attempt = actions.begin(enrolment=enrolment, item=item, now=factories.timezone.now())
    return Attempt.objects.select_related("source", "enrolment").get(pk=attempt.pk)


def submit(attempt: Attempt, answers: dict[str, object]) -> Attempt:
    return actions.submit(attempt=attempt, answers=answers, version=attempt.version, now=factories.timezone.now())


def form(attempt: Attempt, answers: dict[str, object], **more: object) -> dict[str, object]:
    """The answers as the page's form sends them."""
    data: dict[str, object] = {"attempt": attempt.number, "version": attempt.version, **more}
    for name, answer in answers.items():
        if isinstance(answer, dict):
            data |= {f"q-{name}-{row}": value for row, value in answer.items()}
        else:
            data[f"q-{name}"] = answer
    return data
