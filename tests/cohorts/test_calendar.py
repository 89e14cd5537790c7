from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from accounts import actions as accounts
from tests import factories


@pytest.fixture
def feed(client, participant):
    def feed():
        answer = client.get(f"/calendar/{participant.calendar_secret}.ics")
        assert answer["Content-Type"].startswith("text/calendar")
        return Calendar.from_ical(answer.content).walk("VEVENT")

    return feed


def test_the_dates_stand_in_the_feed_at_their_moment(feed, cohort):
    cohort.starts_on, cohort.ends_on, cohort.closes_on = date(2026, 10, 26), date(2026, 12, 6), date(2026, 12, 20)
    cohort.save()
    moments = {event.decoded("dtstart").astimezone(UTC) for event in feed()}
    # The clocks go back on November 1: the first week's Sunday is eight hours behind UTC, its Thursday seven.
    assert datetime(2026, 11, 2, 7, 59, tzinfo=UTC) in moments
    assert all("http" in str(event["url"]) for event in feed())


def test_a_moved_date_moves_in_the_calendar(feed, cohort):
    uid, before = next((str(e["uid"]), e.decoded("dtstart")) for e in feed())
    key = uid.split(":", 1)[1].rsplit("@", 1)[0]
    cohort.date_changes = {key: "2026-12-01"}
    cohort.save()
    after = next(e.decoded("dtstart") for e in feed() if str(e["uid"]) == uid)
    assert after != before


def test_others_dates_are_not_in_it(feed, other_cohort):
    assert not any("Elsewhere" in str(event["description"]) for event in feed())


def test_a_new_address_ends_the_old_one(client, participant):
    old = participant.calendar_secret
    accounts.renew_calendar_secret(user=participant)
    assert client.get(f"/calendar/{old}.ics").status_code == 404
    assert client.get(f"/calendar/{participant.calendar_secret}.ics").status_code == 200


def test_a_facilitator_has_the_dates_too(client, facilitator):
    assert b"BEGIN:VEVENT" in client.get(f"/calendar/{facilitator.calendar_secret}.ics").content


def test_a_person_who_left_has_no_feed(client, participant):
    participant.is_active = False
    participant.save()
    assert client.get(f"/calendar/{participant.calendar_secret}.ics").status_code == 404


def test_the_feed_costs_the_same_for_every_cohort(client, participant, django_assert_max_num_queries):
    for _ in range(5):
        factories.EnrolmentFactory.create(user=participant)
    client.get(f"/calendar/{participant.calendar_secret}.ics")
    with django_assert_max_num_queries(15):
        client.get(f"/calendar/{participant.calendar_secret}.ics")
