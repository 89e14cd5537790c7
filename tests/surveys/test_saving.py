"""Answers save themselves as they are given: what the script sends, and what it is told."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from surveys.models import Response
from tests import factories
from tests.surveys.conftest import ADDRESS, FULL, SAVE, form, put, save, submit


def test_each_answer_is_saved_and_the_version_goes_on(as_, participant):
    client, version = as_(participant), 0
    for name, answer in FULL.items():
        response = put(client, {"version": version, "answers": {name: answer}})
        assert response.status_code == 200, response.json()
        version = response.json()["version"]
        assert response.json()["saved_at"]
    assert Response.objects.get().answers == FULL
    assert version == len(FULL)


def test_looking_at_a_survey_writes_nothing(as_, participant):
    as_(participant).get(ADDRESS)
    assert not Response.objects.exists()


def test_what_was_saved_stands_on_the_page_again(as_, participant, enrolment):
    save(enrolment, FULL)
    page = as_(participant).get(ADDRESS).content.decode()
    assert 'name="q-explain-now" value="3" checked' in page
    assert 'name="q-explain-before" value="1" checked' in page
    assert (
        page.count(" checked") == 2 + 2 + 1 + 1 + 1 + 2 + 1
    )  # pairs, scale, yes, quote, barriers, no discipline in a list
    assert "It changed\nhow I teach." in page
    assert 'value="1,200"' in page


def test_an_answer_can_be_taken_back(as_, participant):
    client = as_(participant)
    put(client, {"version": 0, "answers": {"pages": 2, "why": "x"}})
    put(client, {"version": 1, "answers": {"pages": "", "barriers": []}})
    assert Response.objects.get().answers == {"why": "x"}


def test_the_same_answers_twice_are_no_conflict(as_, participant):
    """The answer to the first request was lost on its way."""
    client = as_(participant)
    for _ in range(2):
        response = put(client, {"version": 0, "answers": {"pages": 2}})
        assert (response.status_code, response.json()["version"]) == (200, 1)


def test_two_windows_get_a_conflict_with_the_newer_answers(as_, participant):
    first, second = as_(participant), as_(participant)
    put(first, {"version": 0, "answers": {"pages": 1}})
    response = put(second, {"version": 0, "answers": {"pages": 3}})
    assert response.status_code == 409
    assert (response.json()["version"], response.json()["answers"]) == (1, {"pages": 1})
    assert Response.objects.get().answers == {"pages": 1}
    assert put(second, {"version": 1, "answers": {"pages": 3}}).status_code == 200


def test_a_stale_window_that_says_something_known_does_not_learn_the_new_version(as_, participant):
    """Else its next save would overwrite, unseen, what the other window saved."""
    client = as_(participant)
    put(client, {"version": 0, "answers": {"pages": 1, "why": "x"}})
    assert put(client, {"version": 0, "answers": {"pages": 1}}).status_code == 409


def test_after_submitting_nothing_more_is_saved(as_, participant, enrolment):
    submit(enrolment)
    before = Response.objects.get().answers
    response = put(as_(participant), {"version": 1, "answers": {"pages": 1}})
    assert response.status_code == 410
    assert "submitted" in response.json()["message"]
    assert Response.objects.get().answers == before


def test_a_session_that_ended_is_told_so_and_not_sent_elsewhere(as_, enrolment):
    assert put(as_(None), {"version": 0, "answers": {}}).status_code == 401


def test_the_words_of_another_persons_window_stay_out(as_, participant, classmate):
    response = put(as_(participant), {"version": 0, "answers": {"pages": 1}}, **{"X-Person": str(classmate.pk)})
    assert response.status_code == 401
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("[]", 400),
        ("[" * 50_000, 400),
        (b"\xff\xfe", 400),
        ("{}", 422),
        ('{"version": 0}', 422),
        ('{"answers": {}}', 422),
        ('{"version": "x", "answers": {}}', 422),
        ('{"version": true, "answers": {}}', 422),
        ('{"version": -1, "answers": {}}', 422),
        ('{"version": 0, "answers": []}', 422),
        ('{"version": 0, "answers": {"nobody": "a"}}', 422),
        ('{"version": 0, "answers": {"pages": 9}}', 422),
        ('{"version": 0, "answers": {"explain": {"before": "x"}}}', 422),
        ('{"version": 0, "answers": {"barriers": [["time"]]}}', 422),
        ('{"version": 0, "answers": {"why": "a\\u0000b"}}', 422),
        ('{"version": 0, "answers": {"why": "\\ud800"}}', 422),
        ('{"version": 0, "answers": {"why": "' + "x" * 20_001 + '"}}', 422),
        ('{"version": 0, "answers": {"why": "' + "x" * 600_000 + '"}}', 413),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_no_answer_is_refused_with_words_and_changes_nothing(as_, participant, body, status):
    response = put(as_(participant), body)
    assert response.status_code == status
    assert response.json()["message"]
    assert not Response.objects.exclude(answers={}).exists()


def test_too_long_a_text_is_kept_and_only_refused_on_submitting(as_, participant):
    assert put(as_(participant), {"version": 0, "answers": {"why": "x" * 3_000}}).status_code == 200


def test_without_a_script_the_form_saves_and_goes(as_, participant):
    client = as_(participant)
    response = client.post(SAVE, form(FULL), follow=True)
    assert response.redirect_chain == [("/c/fall/second/", 302)]
    assert "Your answers are saved" in response.content.decode()
    assert Response.objects.get().answers == FULL


def test_without_a_script_two_windows_are_shown_both(as_, participant, enrolment):
    save(enrolment, {"why": "from the other window", "pages": 1})
    response = as_(participant).post(SAVE, form({"why": "from this window", "pages": 1}, version=0))
    page = response.content.decode()
    assert response.status_code == 409
    assert "Another window saved different answers" in page
    assert "In the other window: from the other window" in page
    assert "from this window" in page
    assert 'name="version" value="1"' in page
    assert Response.objects.get().answers["why"] == "from the other window"


def test_a_form_with_what_cannot_be_stored_keeps_the_rest_on_the_page(as_, participant):
    response = as_(participant).post(SAVE, form({**FULL, "why": "a\x00b"}))
    assert response.status_code == 422
    assert "a character that cannot be stored" in response.content.decode()
    assert not Response.objects.exists()


@pytest.mark.parametrize("state", ["new", "begun", "submitted"])
def test_the_page_has_few_queries_however_many_people_there_are(as_, participant, enrolment, cohort, state):
    if state != "new":
        (save if state == "begun" else submit)(enrolment, FULL)
    client, counts = as_(participant), []
    for people in (0, 5):
        for _ in range(people):
            submit(factories.EnrolmentFactory.create(cohort=cohort))
        client.get(ADDRESS)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(ADDRESS).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12, [query["sql"][:120] for query in queries]


def test_saving_has_few_queries(as_, participant, enrolment):
    client = as_(participant)
    put(client, {"version": 0, "answers": {"pages": 1}})
    with CaptureQueriesContext(connection) as queries:
        assert put(client, {"version": 1, "answers": {"pages": 2}}).status_code == 200
    asked = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    assert len(asked) <= 9, [sql[:120] for sql in asked]


def test_a_text_stands_in_its_box_as_it_was_typed(as_, participant, enrolment):
    save(enrolment, {"why": "\n  two lines\nand spaces  "})
    page = as_(participant).get(ADDRESS).content.decode()
    # A browser drops one line end right after the tag; this one is ours.
    assert ">&#10;\n  two lines\nand spaces  </textarea>" in page
