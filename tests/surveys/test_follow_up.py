"""The survey that opens a term later: counted nowhere, opened on its day, told once."""

import datetime
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cohorts import progress, schedule
from cohorts.completion import Need, evaluate
from foundation.notices.models import Notice
from modules.outline import Outline
from reports import ledger
from surveys import actions, policies
from surveys.models import Response
from tests import factories
from tests.cohorts.test_completion import ALL, COURSE, NEEDS, Happened, item
from tests.letters import letters
from tests.surveys.conftest import KEY, LATER, form, item_of, put, submit, unlock

PACIFIC = ZoneInfo("America/Los_Angeles")
ADDRESS = "/c/fall/second/follow-up/"
# Sixteen weeks after Sunday, December 13, 2026, over a change to daylight-saving time.
OPENS = datetime.datetime(2027, 4, 4, 0, 0, tzinfo=PACIFIC)
CLOSES = datetime.datetime(2027, 5, 30, 0, 0, tzinfo=PACIFIC)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def cohort(cohort):
    days = (datetime.date(2026, 11, 2), datetime.date(2026, 12, 13), datetime.date(2026, 12, 27))
    cohort.starts_on, cohort.ends_on, cohort.closes_on = days
    cohort.save()
    return cohort


def standing(enrolment, now):
    return progress.standing(enrolment.cohort, enrolment, now)


def test_it_opens_on_its_day_where_the_cohort_is(enrolment, cohort):
    assert schedule.opens_at(cohort, cohort.edition.outline)[LATER] == OPENS
    before, after = standing(enrolment, OPENS - HOUR), standing(enrolment, OPENS)
    assert (before.by_key[LATER].state, before.by_key[LATER].locked) == ("locked", "Opens April 4, 2027.")
    assert after.by_key[LATER].state == "open"


def test_it_closes_after_its_weeks(enrolment, cohort):
    assert policies.closes_at(cohort, item_of(enrolment, LATER)) == CLOSES
    assert policies.last_day(cohort, item_of(enrolment, LATER)) == datetime.date(2027, 5, 29)
    assert not policies.is_closed(cohort, item_of(enrolment, LATER), CLOSES - HOUR)
    assert policies.is_closed(cohort, item_of(enrolment, LATER), CLOSES)


def test_it_is_in_no_count_no_lock_and_nothing_that_is_missing(enrolment, cohort):
    submit(enrolment)
    for now in (OPENS - HOUR, OPENS + HOUR):
        found = standing(enrolment, now)
        assert found.complete
        assert LATER not in {each.item.key for each in (*found.items, *found.missing)}
        assert (found.next, found.modules_done, found.count_done) == (None, 2, len(found.items))
    assert cohort.edition.outline.by_key[LATER].minutes == 0


def test_the_report_counts_modules_without_it(enrolment, cohort):
    rules = ledger.rules_of(cohort.edition.outline)
    keys = {key for module in rules for rule in module for key in rule.keys}
    assert KEY in keys
    assert LATER not in keys


def test_submitting_it_leaves_completion_as_it_was(enrolment):
    submit(enrolment)
    enrolment.refresh_from_db()
    completed = enrolment.completed_at
    submit(enrolment, key=LATER)
    enrolment.refresh_from_db()
    assert enrolment.completed_at == completed
    assert standing(enrolment, OPENS + HOUR).by_key[LATER].state == "done"


def test_it_does_not_complete_anything_either(enrolment):
    submit(enrolment, key=LATER)
    enrolment.refresh_from_db()
    assert enrolment.completed_at is None


EXTRA = replace(item("two/extra", "survey"), facts={"required": False})
FACTS = st.lists(st.sampled_from([*ALL, Happened("two/extra", "submitted")]), max_size=20)


@given(FACTS, st.sampled_from(["one", "two"]), st.booleans())
def test_what_is_only_offered_changes_nothing_else(facts, where, locks):
    """Whatever happened, the rest of the course stands as it would without it."""
    modules = [replace(m, items=(EXTRA, *m.items)) if m.slug == where else m for m in COURSE.modules]
    needs = {**NEEDS, EXTRA.key: (Need("submitted", 1, "Submit the survey"),)}
    common = {"needs": needs, "facts": facts, "opens_at": {}, "opening_words": {}, "now": OPENS, "locks": locks}
    with_it, without = evaluate(Outline(tuple(modules)), **common), evaluate(COURSE, **common)
    assert with_it.items == without.items
    assert (with_it.complete, with_it.next, with_it.missing) == (without.complete, without.next, without.missing)
    assert with_it.modules_done == without.modules_done
    assert EXTRA.key in with_it.by_key


def at(time_machine, moment):
    time_machine.move_to(moment, tick=False)


def test_its_page_is_locked_then_open_then_closed(as_, participant, enrolment, time_machine):
    at(time_machine, OPENS - HOUR)
    client = as_(participant)
    assert "Opens April 4, 2027." in client.get("/c/fall/second/").content.decode()
    assert client.get(ADDRESS).status_code == 403
    assert put(client, {"version": 0, "answers": {}}, f"{ADDRESS}survey/").status_code == 403
    at(time_machine, OPENS + HOUR)
    client = as_(participant)
    assert "open until May 29, 2027" in client.get(ADDRESS).content.decode()
    assert put(client, {"version": 0, "answers": {"pages": 2}}, f"{ADDRESS}survey/").status_code == 200
    at(time_machine, CLOSES + HOUR)
    client = as_(participant)
    page = client.get(ADDRESS).content.decode()
    assert "This survey closed on May 29, 2027" in page
    assert client.post(f"{ADDRESS}survey/submit/", form({"pages": 2}, version=1)).status_code == 403


@pytest.fixture
def time_machine():
    import time_machine as machine

    class Moves:
        def __init__(self):
            self.now = None

        def move_to(self, moment, tick):
            if self.now:
                self.now.stop()
            self.now = machine.travel(moment, tick=tick)
            self.now.start()

    moves = Moves()
    yield moves
    if moves.now:
        moves.now.stop()


def told():
    return Notice.objects.filter(kind="survey-open")


def test_its_opening_is_told_once(enrolment):
    assert actions.tell_of_openings(now=OPENS - HOUR) == 0
    for hours in (1, 2, 30, 200):
        actions.tell_of_openings(now=OPENS + hours * HOUR)
    assert told().count() == 1
    mail = letters().get(subject__contains="One term later")
    assert "is open for you now. It stays open until May 29, 2027." in mail.text
    assert ADDRESS in mail.text


def test_a_worker_that_slept_for_weeks_tells_nobody_of_old_news(enrolment):
    assert actions.tell_of_openings(now=OPENS + datetime.timedelta(days=15)) == 0


def test_who_has_submitted_left_or_not_come_so_far_hears_nothing(enrolment, cohort, facilitator):
    submit(enrolment, key=LATER)
    left = unlock(factories.EnrolmentFactory.create(cohort=cohort))
    left.withdrawn_at, left.withdrawn_by = timezone.now(), facilitator
    left.save()
    factories.EnrolmentFactory.create(cohort=cohort)  # has done nothing, so the second module never opened
    assert actions.tell_of_openings(now=OPENS + HOUR) == 0


def test_the_worker_does_it(enrolment, monkeypatch):
    from django.conf import settings

    from surveys import tasks

    assert settings.CELERY_BEAT_SCHEDULE["surveys"]["task"] == tasks.tell.name
    monkeypatch.setattr(tasks.timezone, "now", lambda: OPENS + HOUR)
    tasks.tell()
    assert told().count() == 1


def test_many_people_are_told_in_as_many_queries_as_few(cohort):
    counts = []
    for size in (2, 20):
        for enrolment in factories.EnrolmentFactory.create_batch(size, cohort=cohort):
            unlock(enrolment)
        Notice.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            assert actions.tell_of_openings(now=OPENS + HOUR) >= size
        counts.append(len(queries))
    # Rows of mail are written in portions where a database bounds the size of a statement.
    assert counts[1] <= counts[0] + 4


def test_a_locked_follow_up_keeps_nothing(as_, participant, enrolment):
    from django.test import RequestFactory

    from surveys import access

    request = RequestFactory().get("/")
    request.user = participant
    with pytest.raises(PermissionDenied, match=r"Opens April 4, 2027\."):
        access.survey(request, "fall", "second", "follow-up")
    assert not Response.objects.exists()
