"""Making a cohort from one date, and moving dates afterwards."""

import html
from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from cohorts import actions, schedule
from cohorts.models import Cohort
from foundation.audit.models import Entry
from modules.models import Edition
from tests import factories

NEW = "/cohorts/new/"
MONDAY = (timezone.now() + timedelta(days=60)).date()
MONDAY -= timedelta(days=MONDAY.weekday())


@pytest.fixture
def edition(consortium):
    return factories.EditionFactory.create(consortium=consortium)


def form(facilitator, **changes):
    return {
        "title": "Spring",
        "term": "2026-fall",
        "starts_on": MONDAY.isoformat(),
        "facilitators": [facilitator.pk],
        **changes,
    }


def test_every_date_is_seen_before_anything_is_made(as_, edition, other_facilitator):
    page = html.unescape(as_(other_facilitator).post(NEW, form(other_facilitator)).content.decode())
    assert "“Module first” opens" in page
    assert "The cohort closes" in page
    assert "a Sunday" in page
    assert not Cohort.objects.exists()


def test_a_cohort_is_made_once_however_often_the_button_is_pressed(as_, edition, other_facilitator):
    for _ in range(2):
        answer = as_(other_facilitator).post(NEW, form(other_facilitator, confirmed="1"))
        assert answer.url == "/c/spring/roster/"
    cohort = Cohort.objects.get()
    assert cohort.ends_on == MONDAY + timedelta(days=13)
    assert cohort.closes_on == MONDAY + timedelta(days=27)
    assert cohort.time_zone == "America/Los_Angeles"
    assert list(cohort.facilitators.all()) == [other_facilitator]
    assert Edition.objects.get().frozen_at is not None
    assert Entry.objects.filter(action="cohort.make").count() == 1


def test_a_term_left_open_is_the_one_in_which_the_cohort_starts(as_, edition, other_facilitator):
    page = as_(other_facilitator).get(NEW).content.decode()
    assert '<option value="" selected>The one in which it starts</option>' in page


def test_the_newest_edition_is_taken(as_, consortium, edition, other_facilitator):
    newest = factories.EditionFactory.create(consortium=consortium, course=edition.course, number=edition.number + 5)
    as_(other_facilitator).post(NEW, form(other_facilitator, confirmed="1"))
    assert Cohort.objects.get().edition == newest


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"starts_on": "2020-01-06"}, "This day has passed"),
        ({"starts_on": "2226-01-06"}, "Is the year right?"),
        ({"starts_on": "soon"}, "valid date"),
        ({"title": ""}, "required"),
        ({"facilitators": []}, "required"),
        ({"term": "1999-fall"}, "valid choice"),
    ],
)
def test_a_mistake_is_said_beside_the_field(as_, edition, other_facilitator, change, words):
    answer = as_(other_facilitator).post(NEW, form(other_facilitator, **{**change, "confirmed": "1"}))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Cohort.objects.exists()


def test_a_holiday_is_named(as_, consortium, edition, other_facilitator):
    consortium.overrides = {"holidays": [{"date": MONDAY.isoformat(), "label": "Founders' Day"}]}
    consortium.save()
    page = html.unescape(as_(other_facilitator).post(NEW, form(other_facilitator)).content.decode())
    assert "Founders' Day" in page


def test_a_start_off_a_monday_is_spoken_of_once(as_, edition, other_facilitator):
    saturday = (MONDAY + timedelta(days=5)).isoformat()
    page = as_(other_facilitator).post(NEW, form(other_facilitator, starts_on=saturday)).content.decode()
    assert page.count("its weeks begin on Saturdays") == page.count("begin on Saturdays") == 1
    as_(other_facilitator).post(NEW, form(other_facilitator, starts_on=saturday, confirmed="1"))
    page = as_(other_facilitator).get("/c/spring/settings/").content.decode()
    assert page.count("begin on Saturdays") == 1
    assert "begin on" not in as_(other_facilitator).post(NEW, form(other_facilitator)).content.decode()


def test_only_those_who_may_facilitate_can_be_chosen(as_, edition, other_facilitator, staff):
    answer = as_(other_facilitator).post(NEW, form(other_facilitator, facilitators=[staff.pk], confirmed="1"))
    assert answer.status_code == 422


@pytest.mark.parametrize("who", ["participant", "staff", "college_liaison", "outsider"])
def test_others_make_no_cohorts(request, as_, edition, who):
    assert as_(request.getfixturevalue(who)).get(NEW).status_code == 403


def test_with_two_consortia_one_chooses_first(as_, edition, other_facilitator):
    elsewhere = factories.RoleFactory.create(user=other_facilitator, kind=Role.Kind.FACILITATOR).consortium
    page = as_(other_facilitator).get(NEW).content.decode()
    assert f"?consortium={elsewhere.slug}" in page
    assert "no course here yet" in as_(other_facilitator).get(NEW, {"consortium": elsewhere.slug}).content.decode()
    foreign = factories.ConsortiumFactory.create()
    assert foreign.name not in as_(other_facilitator).get(NEW, {"consortium": foreign.slug}).content.decode()


# Later


def dates(cohort, **changes):
    due = {
        f"date_{n}": each.at.astimezone(cohort.zone).date().isoformat()
        for n, each in enumerate(schedule.of(cohort, cohort.edition.outline))
    }
    ends = {"ends_on": cohort.ends_on.isoformat(), "closes_on": cohort.closes_on.isoformat()}
    return {**due, **ends, "version": cohort.dates_version, **changes}


def test_a_moved_date_is_shown_first_and_then_holds(as_, facilitator, cohort):
    first = schedule.of(cohort, cohort.edition.outline)[0]
    day = first.at.astimezone(cohort.zone).date() + timedelta(days=1)
    client, page = as_(facilitator), "/c/fall/settings/dates/"
    assert "becomes" in client.post(page, dates(cohort, date_0=day.isoformat())).content.decode()
    cohort.refresh_from_db()
    assert cohort.date_changes == {}
    client.post(page, dates(cohort, date_0=day.isoformat(), confirmed="1"))
    cohort.refresh_from_db()
    assert cohort.date_changes == {first.key: day.isoformat()}
    assert any(
        due.key == first.key and due.at.astimezone(cohort.zone).date() == day
        for due in schedule.of(cohort, cohort.edition.outline)
    )
    assert Entry.objects.filter(action="cohort.dates").count() == 1


def test_a_date_put_back_is_no_change_any_more(facilitator, cohort):
    first = schedule.of(cohort, cohort.edition.outline)[0]
    day = first.at.astimezone(cohort.zone).date()
    common = {"by": facilitator, "ends_on": cohort.ends_on, "closes_on": cohort.closes_on}
    for there, is_moved in ((day + timedelta(days=1), True), (day, False)):
        version = cohort.dates_version
        cohort = actions.move_dates(cohort=cohort, changes={first.key: there}, version=version, **common)
        assert bool(cohort.date_changes) is is_moved


def test_dates_stay_in_order(as_, facilitator, cohort):
    answer = as_(facilitator).post("/c/fall/settings/dates/", dates(cohort, closes_on=cohort.starts_on.isoformat()))
    assert answer.status_code == 422
    assert "close before the course ends" in html.unescape(answer.content.decode())


def test_the_start_moves_with_everything_until_somebody_begins(as_, facilitator, cohort, enrolment):
    client, page = as_(facilitator), "/c/fall/settings/start/"
    ends_on = cohort.ends_on
    shift = MONDAY - cohort.starts_on
    client.post(page, {"starts_on": MONDAY.isoformat()})
    cohort.refresh_from_db()
    assert (cohort.starts_on, cohort.ends_on) == (MONDAY, ends_on + shift)
    actions.record(enrolment=enrolment, item="first/read-me", name="read", now=timezone.now())
    client.post(page, {"starts_on": (MONDAY + timedelta(days=7)).isoformat()})
    cohort.refresh_from_db()
    assert cohort.starts_on == MONDAY


def test_a_cohort_keeps_a_facilitator(as_, facilitator, other_facilitator, cohort):
    client = as_(facilitator)
    client.post(f"/c/fall/settings/facilitators/{facilitator.pk}/")
    assert cohort.facilitators.count() == 1
    client.post("/c/fall/settings/facilitators/", {"facilitator": other_facilitator.pk})
    assert as_(other_facilitator).get("/c/fall/settings/").status_code == 200
    as_(other_facilitator).post(f"/c/fall/settings/facilitators/{facilitator.pk}/")
    assert client.get("/c/fall/settings/").status_code == 404, "a role taken away works at once"


def test_the_words_of_the_invitation_are_sanitised(as_, facilitator, cohort):
    words = "<p>Welcome <strong>all</strong><script>alert(1)</script></p>"
    form = {"title": "Autumn", "term": "", "welcome": words, "version": cohort.details_version}
    as_(facilitator).post("/c/fall/settings/", form)
    cohort.refresh_from_db()
    assert (cohort.title, cohort.slug) == ("Autumn", "fall")
    assert "<strong>all</strong>" in cohort.welcome
    assert "script" not in cohort.welcome


@pytest.mark.parametrize(("start", "local"), [(date(2026, 10, 26), "23:59"), (date(2027, 3, 8), "23:59")])
def test_a_deadline_is_one_minute_to_midnight_through_daylight_saving(start, local):
    cohort = factories.CohortFactory.create(starts_on=start)
    dues = schedule.of(cohort, cohort.edition.outline)
    assert {f"{due.at.astimezone(cohort.zone):%H:%M}" for due in dues} == {local}
    assert len({due.at.utcoffset() for due in dues}) == 2, "the weeks lie on both sides of the change"
