from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cohorts import actions, schedule
from foundation.notices.models import Notice, Preference
from tests import factories
from tests.letters import letters

PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.fixture
def due(cohort):
    """The date to post by in the first discussion: Thursday, November 5, one minute to midnight."""
    cohort.starts_on, cohort.ends_on, cohort.closes_on = date(2026, 11, 2), date(2026, 12, 13), date(2026, 12, 27)
    cohort.save()
    found = next(each for each in schedule.of(cohort, cohort.edition.outline) if each.key == "first/talk:post_by")
    assert found.at == datetime(2026, 11, 5, 23, 59, tzinfo=PACIFIC)
    return found


@pytest.fixture
def reader(enrolment, due):
    """The participant has read and may post."""
    actions.record(enrolment=enrolment, item="first/read-me", name="read", now=due.at - timedelta(days=3))
    return enrolment


def told(**like):
    return Notice.objects.filter(kind="reminder", **like)


def test_people_hear_two_days_before_and_once_more_the_day_before(reader, due):
    assert actions.remind(now=due.at - timedelta(hours=49)) == 0
    for hours in (48, 40, 30, 24, 10, 1):
        actions.remind(now=due.at - timedelta(hours=hours))
    assert told(key__contains="post_by").count() == 2
    assert actions.remind(now=due.at + timedelta(minutes=1)) == 0


def test_the_mail_says_what_when_and_where(reader, due):
    actions.remind(now=due.at - timedelta(hours=47))
    mail = letters().get(subject__startswith="Post by")
    assert mail.subject == "Post by Thursday: First talk"
    assert "Thursday, November 5, 11:59 p.m. (PST)" in mail.text
    assert "/c/fall/first/talk/" in mail.text


def test_who_has_posted_is_not_reminded_to_post(reader, due):
    actions.record(enrolment=reader, item="first/talk", name="posted", now=due.at - timedelta(days=2))
    actions.remind(now=due.at - timedelta(hours=47))
    assert not told(key__contains="post_by").exists()


def test_what_is_locked_is_not_reminded_of(enrolment, due):
    actions.remind(now=due.at - timedelta(hours=47))
    assert not told(key__contains="talk").exists()


def test_who_left_or_is_done_hears_nothing(reader, due, facilitator):
    reader.withdrawn_at, reader.withdrawn_by = due.at, facilitator
    reader.save()
    assert actions.remind(now=due.at - timedelta(hours=47)) == 0


def test_a_choice_is_respected(reader, due, participant):
    Preference.objects.create(user=participant, topic="reminders", delivery="page")
    actions.remind(now=due.at - timedelta(hours=47))
    assert told().exists()
    assert not letters().exists()


def test_a_date_that_was_moved_is_a_new_one(reader, due, cohort):
    actions.remind(now=due.at - timedelta(hours=47))
    cohort.date_changes = {due.key: "2026-11-08"}
    cohort.save()
    actions.remind(now=due.at + timedelta(days=3) - timedelta(hours=47))
    assert told(key__contains="post_by").count() == 2


def test_sixty_people_are_reminded_in_as_many_queries_as_three(cohort, due):
    counts = []
    for size in (3, 57):
        for enrolment in factories.EnrolmentFactory.create_batch(size, cohort=cohort):
            actions.record(enrolment=enrolment, item="first/read-me", name="read", now=due.at - timedelta(days=3))
        Notice.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            assert actions.remind(now=due.at - timedelta(hours=47)) >= size
        counts.append(len(queries))
    # Rows of mail are written in portions where a database bounds the size of a statement.
    assert counts[1] <= counts[0] + 6
