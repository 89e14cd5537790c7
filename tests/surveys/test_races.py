"""Everything at once: a survey counts once, no answer is overwritten unseen, and nobody gets an error."""

import pytest

from cohorts.models import ProgressEvent
from surveys import invariants
from surveys.models import Response, ResponseQuerySet
from tests.drafts.test_drafts import in_threads
from tests.surveys.conftest import ADDRESS, FULL, SUBMIT, form, put, save, submit

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 40


def test_forty_submits_at_once_are_one_submission(windows, enrolment):
    answers = in_threads(MANY, lambda n: windows[n].post(SUBMIT, form(FULL)))
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, ADDRESS)}
    assert Response.objects.get().state == "submitted"
    assert ProgressEvent.objects.filter(name="submitted").count() == 1
    assert list(invariants.problems()) == []


def test_of_many_windows_that_save_first_one_is_kept_and_the_others_are_told(windows, enrolment):
    answers = in_threads(20, lambda n: put(windows[n], {"version": 0, "answers": {"why": str(n)}}))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    kept = Response.objects.get()
    assert kept.version == 1
    assert all(answer.json()["answers"] == kept.answers for answer in answers)


def test_saves_that_race_a_submit_are_in_it_or_refused(windows, enrolment):
    def work(n):
        if n == 10:
            return windows[n].post(SUBMIT, form(FULL)).status_code
        return put(windows[n], {"version": 0, "answers": {"why": str(n)}}).status_code

    statuses = in_threads(20, work)
    assert set(statuses) <= {200, 302, 409, 410}
    kept = Response.objects.get()
    assert (kept.state == "submitted") == ProgressEvent.objects.filter(name="submitted").exists()
    assert list(invariants.problems()) == []


def stale_saves(enrolment) -> list[int]:
    """Two windows of version 1 save, one after the other."""
    from surveys import actions

    save(enrolment, {"why": "first"})
    done = []
    for words in ("second", "third"):
        try:
            done.append(save(enrolment, {"why": words}, version=1).version)
        except actions.Conflict as conflict:
            done.append(-conflict.response.version)
    return done


def test_whoever_comes_second_is_told(enrolment):
    assert stale_saves(enrolment) == [2, -2]


def test_canary_without_the_comparison_a_submission_would_be_overwritten(enrolment, monkeypatch):
    """Two windows have read the same draft; blind, the later one writes over what the first one submitted."""
    from surveys import actions

    def race() -> str:
        Response.objects.all().delete()
        save(enrolment, FULL)
        stale = Response.objects.select_related("source").get()
        submit(enrolment, {**FULL, "why": "submitted"})
        actions._change(stale, answers={"why": "late"}, saved_at=None)
        return Response.objects.get().answers["why"]

    assert race() == "submitted"
    with_conditions = ResponseQuerySet.filter

    def blind(self, *args, **conditions):
        kept = {name: value for name, value in conditions.items() if name not in ("version", "state")}
        return with_conditions(self, *args, **kept)

    monkeypatch.setattr(ResponseQuerySet, "filter", blind)
    assert race() == "late"
