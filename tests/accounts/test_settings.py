import json

import pytest

from foundation.notices import actions as notices
from tests import factories

PAGE = "/settings/"


def profile(user, **changes):
    return {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "college": user.college_id or "",
        "position": user.position,
        "discipline": "geography",
        "time_zone": "America/Chicago",
        **changes,
    }


def test_a_person_changes_their_own_profile(as_, participant):
    assert as_(participant).get(PAGE).status_code == 200
    assert as_(participant).post(PAGE, profile(participant, first_name="Patricia")).status_code == 302
    participant.refresh_from_db()
    assert (participant.first_name, participant.time_zone) == ("Patricia", "America/Chicago")


def test_a_mistake_loses_nothing(as_, participant):
    answer = as_(participant).post(PAGE, profile(participant, first_name="Patricia", last_name=""))
    assert answer.status_code == 422
    assert 'value="Patricia"' in answer.content.decode()


def test_nobody_raises_themselves_or_moves_to_another_region(as_, participant):
    as_(participant).post(PAGE, profile(participant, is_superuser="on", is_staff="on", email="boss@example.org"))
    participant.refresh_from_db()
    assert (participant.is_superuser, participant.is_staff, participant.email) == (
        False,
        False,
        "participant@example.org",
    )
    foreign = factories.CollegeFactory.create()
    assert as_(participant).post(PAGE, profile(participant, college=foreign.pk)).status_code == 422


@pytest.mark.parametrize("who", ["facilitator", "administrator", "staff"])
def test_people_without_a_college_have_settings_too(request, as_, who):
    user = request.getfixturevalue(who)
    assert as_(user).get(PAGE).status_code == 200
    answer = as_(user).post(
        PAGE,
        profile(user, discipline="other", other_discipline="WBL", first_name="A", last_name="B", position="classified"),
    )
    assert answer.status_code == 302


def test_a_new_calendar_address(as_, participant):
    old = participant.calendar_secret
    as_(participant).post("/settings/calendar/")
    participant.refresh_from_db()
    assert participant.calendar_secret != old
    assert as_(participant).get("/settings/calendar/").status_code == 405


def test_one_takes_ones_own_records_along_and_nobody_elses(as_, participant, classmate, facilitator, enrolment):
    for user in (participant, classmate):
        notices.notify(
            user=user,
            kind="announcement",
            key="a",
            data={"title": user.email, "cohort": "Fall", "author": "Fran", "text": ""},
            url="/",
            now=enrolment.enrolled_at,
        )
    answer = as_(participant).get("/settings/export/")
    assert "attachment" in answer["Content-Disposition"]
    records = json.loads(answer.content)
    assert records["profile"]["email"] == participant.email
    assert records["enrolments"][0]["cohort"] == "Fall 2026"
    assert len(records["notices"]) == 1
    assert classmate.email not in answer.content.decode()
    assert participant.calendar_secret not in answer.content.decode()


def test_the_page_is_for_signed_in_people(client):
    for page in (PAGE, "/settings/export/", "/settings/notices/", "/notices/"):
        assert client.get(page).status_code == 302
