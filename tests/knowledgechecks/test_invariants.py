"""What the database holds by itself, and what `check_invariants` finds where it could not."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cohorts.models import ProgressEvent
from knowledgechecks import invariants
from knowledgechecks.models import Attempt
from tests.knowledgechecks.conftest import RIGHT, submit


def test_nothing_is_wrong_after_the_usual(begun):
    submit(begun, RIGHT)
    assert list(invariants.problems()) == []


def test_a_pass_that_progress_does_not_know_is_found(begun):
    submit(begun, RIGHT)
    ProgressEvent.objects.all().delete()
    assert "progress does not know" in next(invariants.problems())


def test_a_fact_that_no_attempt_bears_out_is_found(begun):
    ProgressEvent.objects.create(enrolment=begun.enrolment, item="first/check", name="passed", value=90)
    assert "no attempt says so" in next(invariants.problems())


MOMENT = timezone.now()


@pytest.mark.parametrize(
    "change",
    [
        {"submitted_at": MOMENT},
        {"submitted_at": MOMENT, "score": 50},
        {"submitted_at": MOMENT, "receipt": "X"},
        {"score": 50},
        {"passed": True},
        {"receipt": "X"},
        {"submitted_at": MOMENT, "receipt": "X", "score": 101},
        {"submitted_at": MOMENT, "receipt": "X", "score": -1},
    ],
    ids="+".join,
)
def test_half_a_result_cannot_be_written(begun, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.filter(pk=begun.pk).update(**change)


def test_two_open_tries_or_two_of_a_number_cannot_be_written(begun):
    for number in (1, 2):
        with pytest.raises(IntegrityError), transaction.atomic():
            Attempt.objects.create(enrolment=begun.enrolment, item=begun.item, source=begun.source, number=number)
