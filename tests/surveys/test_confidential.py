"""Who learns what: everybody that one submitted, nobody what one answered."""

import json
import re
import secrets

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models

from cohorts.models import Enrolment, ProgressEvent
from foundation.audit.models import Entry
from surveys.models import Response, respondent
from tests import factories
from tests.surveys.conftest import ADDRESS, FULL, SAVE, SUBMIT, WITHDRAW, form, put, save, submit, unlock

PAGES = (
    ADDRESS, "/c/fall/", "/c/fall/second/", "/c/fall/finish/", "/c/fall/board/", "/c/fall/roster/", "/c/fall/announcements/",
    "/c/fall/reviews/", "/c/fall/settings/", "/reports/completions/", "/reports/completions.csv", "/course/", "/regions/",
    "/audit/", "/admin/", "/settings/", "/settings/export/", "/notices/",
)  # fmt: skip


def bytes_of(response) -> bytes:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body + str(dict(response.headers)).encode()


@pytest.fixture
def word(enrolment) -> str:
    """Something that only the participant wrote, and submitted."""
    made = f"sentinel{secrets.token_hex(6)}"
    submit(enrolment, {**FULL, "why": made, "quote-name": made[:20]})
    return made[:20]


@pytest.mark.parametrize("who", ["classmate", "facilitator", "staff", "college_liaison", "administrator", "outsider"])
def test_no_page_shows_anybody_else_a_word_of_it(request, as_, word, enrolment, who):
    client = as_(request.getfixturevalue(who))
    for url in (*PAGES, f"/c/fall/board/{enrolment.pk}/"):
        assert word.encode() not in bytes_of(client.get(url)), url


def test_the_search_would_find_a_leak(as_, participant, word):
    client = as_(participant)
    assert word.encode() in bytes_of(client.get(ADDRESS))


def test_one_finds_ones_own_answers_among_ones_own_data(as_, participant, word):
    from accounts import exports

    (told,) = exports.own_records(participant)["surveys"]
    assert (told["survey"], told["state"], told["answers"]["why"][:20]) == ("End survey", "Submitted", word)
    assert told["answers"]["pages"] == "2, Somewhat"


def test_nobody_elses_answers_are_among_ones_own_data(classmate, word):
    from accounts import exports

    assert exports.own_records(classmate)["surveys"] == []


def test_facilitators_see_the_questions_and_how_many_submitted(as_, facilitator, enrolment, cohort):
    factories.EnrolmentFactory.create(cohort=cohort)
    submit(enrolment)
    page = as_(facilitator).get(ADDRESS).content.decode()
    assert "<strong>1 of 2</strong>" in page
    assert "explain what work-based learning is" in page
    assert "<form" not in page.split("<main")[1].split("</main")[0]


def test_facilitators_can_neither_answer_nor_take_back(as_, facilitator, word):
    client = as_(facilitator)
    assert put(client, {"version": 0, "answers": {"pages": 1}}).status_code == 403
    for url in (SAVE, SUBMIT, WITHDRAW):
        assert client.post(url, form(FULL)).status_code == 403
    assert Response.objects.count() == 1


def test_a_facilitator_who_takes_the_course_sees_only_their_own(as_, facilitator, cohort, word):
    unlock(factories.EnrolmentFactory.create(cohort=cohort, user=facilitator))
    client = as_(facilitator)
    assert put(client, {"version": 0, "answers": {"pages": 1}}).json()["answers"] == {"pages": 1}
    assert word not in client.get(ADDRESS).content.decode()


@pytest.mark.parametrize("who", ["outsider", "other_facilitator"])
def test_outsiders_are_told_nothing(request, as_, enrolment, who):
    client = as_(request.getfixturevalue(who))
    assert client.get(ADDRESS).status_code == 404
    assert put(client, {"version": 0, "answers": {}}).status_code == 404
    for url in (SAVE, SUBMIT, WITHDRAW):
        assert client.post(url, form(FULL)).status_code == 404
    assert not Response.objects.exists()


def test_two_people_do_not_meet_in_one_response(as_, participant, classmate, enrolment):
    unlock(classmate.enrolments.get())
    put(as_(participant), {"version": 0, "answers": {"why": "mine"}})
    assert put(as_(classmate), {"version": 0, "answers": {"why": "also mine"}}).status_code == 200
    assert Response.objects.count() == 2
    assert "also mine" not in as_(participant).get(ADDRESS).content.decode()


def test_the_administration_knows_no_responses():
    assert not any(model._meta.app_label == "surveys" for model in admin.site._registry)


def test_a_response_points_at_no_person_and_holds_no_moment(enrolment):
    """Neither a join nor a sort by time can lead from answers to a name."""
    targets = {field.related_model._meta.label for field in Response._meta.get_fields() if field.is_relation}
    assert targets == {"cohorts.Cohort", "modules.Item"}
    moments = {field.name for field in Response._meta.get_fields() if isinstance(field, models.DateField)}
    assert moments == {"saved_at"}
    submit(enrolment)
    kept = Response.objects.values().get()
    assert kept["saved_at"] is None
    assert str(enrolment.pk) != kept["respondent"]
    assert re.fullmatch(r"[0-9a-f]{64}", kept["respondent"])
    assert not any(
        field.is_relation and field.related_model is Response
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if not field.auto_created
    )


def test_the_order_of_rows_is_not_the_order_of_people(cohort):
    people = [factories.EnrolmentFactory.create(cohort=cohort) for _ in range(12)]
    for enrolment in people:
        submit(enrolment)
    rows = list(Response.objects.values_list("respondent", flat=True))
    assert rows != [respondent(enrolment.pk) for enrolment in people]


def test_one_respondent_links_the_surveys_of_one_enrolment_and_no_more(enrolment, participant):
    from tests.surveys.conftest import LATER

    submit(enrolment)
    submit(enrolment, key=LATER)
    assert len(set(Response.objects.values_list("respondent", flat=True))) == 1
    again = factories.EnrolmentFactory.create(user=participant)
    assert respondent(again.pk) != respondent(enrolment.pk)


def test_with_another_secret_nobody_is_found(enrolment, settings):
    submit(enrolment)
    settings.SURVEY_SECRET = "another"
    from tests.surveys.conftest import item_of

    assert not Response.objects.of(enrolment, item_of(enrolment)).exists()


def test_progress_and_audit_keep_no_answer(enrolment, word):
    kept = list(ProgressEvent.objects.values()) + list(Entry.objects.values()) + list(Enrolment.objects.values())
    assert word not in json.dumps(kept, default=str)


def test_the_report_says_submitted_and_nothing_else(as_, staff, cohort, enrolment, word):
    from tests.reports.conftest import CSV, table_of

    factories.EnrolmentFactory.create(cohort=cohort, user__last_name="Zzz")
    rows = table_of(as_(staff).get(f"{CSV}?term=all"))
    assert [row["Survey submitted"] for row in rows if row["Last name"] in ("Participant", "Zzz")] == ["Y", "N"]


def test_a_draft_is_no_submission(as_, staff, enrolment):
    from tests.reports.conftest import CSV, table_of

    save(enrolment, FULL)
    assert [row["Survey submitted"] for row in table_of(as_(staff).get(f"{CSV}?term=all"))] == ["N"]
