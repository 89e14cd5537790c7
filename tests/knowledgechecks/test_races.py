"""Everything at once: a submission counts once, a try is begun once, no answer is overwritten unseen, and nobody gets an error."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from cohorts.models import ProgressEvent
from knowledgechecks import actions, invariants
from knowledgechecks.models import Attempt, AttemptQuerySet
from tests.drafts.test_drafts import in_threads
from tests.knowledgechecks.conftest import ADDRESS, RIGHT, form

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 60


def put(client: Client, version: int, answers: dict[str, object]):
    return client.put(
        f"{ADDRESS}answers/", json.dumps({"version": version, "answers": answers}), content_type="application/json"
    )


def test_sixty_submits_at_once_are_one_result_with_one_receipt(windows, begun):
    answers = in_threads(
        MANY, lambda n: windows[n].post(f"{ADDRESS}attempts/1/submit/", form(begun, RIGHT), follow=True)
    )
    assert {answer.redirect_chain[0] for answer in answers} == {(f"{ADDRESS}attempts/1/", 302)}
    attempt = Attempt.objects.get()
    assert all(attempt.receipt in answer.content.decode() for answer in answers)
    assert (attempt.score, attempt.passed, attempt.version) == (100, True, 1)
    assert ProgressEvent.objects.filter(name="passed").count() == 1
    assert list(invariants.problems()) == []


def two_results(begun: Attempt) -> set[str]:
    """Both windows have read the open try before either submits it."""
    stale = [Attempt.objects.select_related("source", "enrolment__cohort").get(pk=begun.pk) for _ in range(2)]
    now = timezone.now()
    return {actions.submit(attempt=each, answers=RIGHT, version=0, now=now).receipt for each in stale}


def test_whoever_comes_second_gets_the_first_receipt(begun):
    assert len(two_results(begun)) == 1


def test_canary_without_the_comparison_a_submission_would_count_twice(begun, monkeypatch):
    with_conditions = AttemptQuerySet.filter

    def blind(self, *args, **conditions):
        return with_conditions(
            self,
            *args,
            **{name: value for name, value in conditions.items() if name not in ("version", "submitted_at")},
        )

    monkeypatch.setattr(AttemptQuerySet, "filter", blind)
    assert len(two_results(begun)) == 2


def test_beginning_in_many_windows_is_one_try(windows, enrolment):
    answers = in_threads(20, lambda n: windows[n].post(f"{ADDRESS}attempts/"))
    assert {answer.status_code for answer in answers} == {302}
    assert Attempt.objects.count() == 1


def test_of_many_windows_that_save_at_once_one_is_kept_and_the_others_are_told(windows, begun):
    answers = in_threads(20, lambda n: put(windows[n], 0, {"working": str(n)}))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    kept = Attempt.objects.get()
    assert kept.version == 1
    assert all(answer.json()["answers"] == kept.answers for answer in answers)


def test_saves_that_race_a_submit_are_in_it_or_refused(windows, begun):
    def work(n):
        if n == 10:
            return windows[n].post(f"{ADDRESS}attempts/1/submit/", form(begun, RIGHT)).status_code
        return put(windows[n], 0, {"working": str(n)}).status_code

    statuses = in_threads(20, work)
    assert set(statuses) <= {200, 302, 409, 410}
    attempt = Attempt.objects.get()
    if attempt.submitted_at:
        assert (attempt.score, attempt.answers) == (100, RIGHT)
    else:
        assert 409 in statuses
        assert len(attempt.answers) == 1
    assert list(invariants.problems()) == []
