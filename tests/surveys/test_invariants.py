"""What the database holds by itself, and what `check_invariants` finds where it could not."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cohorts.models import ProgressEvent
from surveys import actions, invariants
from surveys.models import Response
from tests.surveys.conftest import FULL, KEY, item_of, save, submit


def found() -> str:
    return "\n".join(invariants.problems())


def test_nothing_is_wrong_after_the_usual(enrolment):
    save(enrolment, {"pages": 1})
    assert found() == ""
    submit(enrolment)
    assert found() == ""
    actions.withdraw(enrolment=enrolment, item=item_of(enrolment))
    assert found() == ""


def test_a_submission_that_progress_does_not_know_is_found(enrolment):
    submit(enrolment)
    ProgressEvent.objects.all().delete()
    assert "1 submitted second/end-survey, and progress does not know" in found()


def test_a_fact_without_answers_is_found(enrolment):
    save(enrolment, FULL)
    ProgressEvent.objects.create(enrolment=enrolment, item=KEY, name="submitted")
    assert "1 more submitted second/end-survey than there are answers" in found()


def test_a_changed_secret_is_found(enrolment, settings):
    submit(enrolment)
    settings.SURVEY_SECRET = "another"
    assert "was SURVEY_SECRET changed?" in found()


def test_answers_that_should_be_gone_are_found(enrolment):
    submit(enrolment)
    Response.objects.update(state="withdrawn")
    assert "still has answers" in found()


def test_the_sentences_name_nobody(enrolment, participant):
    submit(enrolment)
    ProgressEvent.objects.all().delete()
    assert participant.email not in found()
    assert str(Response.objects.get().respondent) not in found()


def test_no_moment_stands_beside_submitted_answers(enrolment):
    submit(enrolment)
    with pytest.raises(IntegrityError), transaction.atomic():
        Response.objects.update(saved_at=timezone.now())


def test_nobody_answers_a_survey_twice(enrolment):
    kept = submit(enrolment)
    with pytest.raises(IntegrityError), transaction.atomic():
        Response.objects.create(
            respondent=kept.respondent, item=kept.item, cohort=kept.cohort, source=kept.source, answers={}
        )
