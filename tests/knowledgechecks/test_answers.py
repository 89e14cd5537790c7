"""Answers save themselves as they are given: what the script sends, and what it is told."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from knowledgechecks.models import Attempt
from tests.knowledgechecks.conftest import ADDRESS, RIGHT, WRONG, submit

ANSWERS = f"{ADDRESS}answers/"


def put(client: Client, content: object, **headers: str):
    body = content if isinstance(content, str | bytes) else json.dumps(content)
    return client.put(ANSWERS, body, content_type="application/json", headers={"X-Requested-With": "fetch", **headers})


def test_each_answer_is_saved_and_the_version_goes_on(as_, participant, begun):
    client = as_(participant)
    version = 0
    for name, answer in RIGHT.items():
        response = put(client, {"version": version, "attempt": 1, "answers": {name: answer}})
        assert response.status_code == 200
        version = response.json()["version"]
        assert response.json()["saved_at"]
    assert Attempt.objects.get().answers == RIGHT
    assert version == len(RIGHT)


def test_an_answer_can_be_taken_back(as_, participant, begun):
    client = as_(participant)
    put(client, {"version": 0, "answers": {"one": "a", "working": "28"}})
    put(client, {"version": 1, "answers": {"one": "", "several": []}})
    assert Attempt.objects.get().answers == {"working": "28"}


def test_the_same_answers_twice_are_no_conflict(as_, participant, begun):
    """The answer to the first request was lost on its way."""
    client = as_(participant)
    for _ in range(2):
        response = put(client, {"version": 0, "answers": {"one": "a"}})
        assert (response.status_code, response.json()["version"]) == (200, 1)


def test_two_windows_get_a_conflict_with_the_newer_answers(as_, participant, begun):
    first, second = as_(participant), as_(participant)
    put(first, {"version": 0, "answers": {"one": "a"}})
    response = put(second, {"version": 0, "answers": {"one": "c"}})
    assert response.status_code == 409
    assert response.json()["version"] == 1
    assert response.json()["answers"] == {"one": "a"}
    assert Attempt.objects.get().answers == {"one": "a"}
    assert put(second, {"version": 1, "answers": {"one": "c"}}).status_code == 200


def test_a_stale_window_that_says_something_known_does_not_learn_the_new_version(as_, participant, begun):
    """Else its next save would overwrite, unseen, what the other window saved."""
    client = as_(participant)
    put(client, {"version": 0, "answers": {"one": "a", "working": "28"}})
    assert put(client, {"version": 0, "answers": {"one": "a"}}).status_code == 409


def test_a_window_of_an_earlier_try_cannot_write_into_the_next(as_, participant, begun, enrolment):
    submit(begun, WRONG)
    as_(participant).post(f"{ADDRESS}attempts/")
    response = put(as_(participant), {"version": 0, "attempt": 1, "answers": {"one": "a"}})
    assert response.status_code == 410
    assert Attempt.objects.open().get().answers == {}


def test_after_submitting_nothing_more_is_saved(as_, participant, begun):
    submit(begun, WRONG)
    response = put(as_(participant), {"version": 1, "attempt": 1, "answers": {"one": "b"}})
    assert response.status_code == 410
    assert "submitted" in response.json()["message"]
    assert Attempt.objects.get().answers == WRONG


def test_a_session_that_ended_is_told_so_and_not_sent_elsewhere(visitor_client, begun):
    assert put(visitor_client, {"version": 0, "answers": {}}).status_code == 401


@pytest.fixture
def visitor_client(as_):
    return as_(None)


def test_the_words_of_another_person_s_window_stay_out(as_, participant, classmate, begun):
    response = put(as_(participant), {"version": 0, "answers": {"one": "a"}}, **{"X-Person": str(classmate.pk)})
    assert response.status_code == 401
    assert Attempt.objects.get().answers == {}


def test_without_a_begun_try_there_is_nothing_to_save_into(as_, participant):
    assert put(as_(participant), {"version": 0, "answers": {"one": "a"}}).status_code == 410
    assert not Attempt.objects.exists()


DEEP = "[" * 200 + "]" * 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("nonsense", 400),
        ("[]", 400),
        ('{"version": 0', 400),
        ("[" * 50_000, 400),
        (b"\xff\xfe", 400),
        ("{}", 422),
        ('{"version": 0}', 422),
        ('{"answers": {}}', 422),
        ('{"version": "x", "answers": {}}', 422),
        ('{"version": true, "answers": {}}', 422),
        ('{"version": -1, "answers": {}}', 422),
        ('{"version": 1e99, "answers": {}}', 422),
        ('{"version": 99999999999999999999, "answers": {}}', 422),
        ('{"version": 0, "answers": []}', 422),
        ('{"version": 0, "answers": "one"}', 422),
        ('{"version": 0, "answers": {"nobody": "a"}}', 422),
        ('{"version": 0, "answers": {"one": "z"}}', 422),
        ('{"version": 0, "answers": {"one": ["a"]}}', 422),
        ('{"version": 0, "answers": {"one": {"a": 1}}}', 422),
        ('{"version": 0, "answers": {"several": "a"}}', 422),
        ('{"version": 0, "answers": {"several": [["a"]]}}', 422),
        ('{"version": 0, "answers": {"several": [1]}}', 422),
        ('{"version": 0, "answers": {"campus": 1}}', 422),
        ('{"version": 0, "answers": {"stages": ["a"]}}', 422),
        ('{"version": 0, "answers": {"stages": {"a": "b"}}}', 422),
        ('{"version": 0, "answers": {"intensity": {"c0323ea2": 4}}}', 422),
        ('{"version": 0, "answers": {"intensity": {"c0323ea2": true}}}', 422),
        ('{"version": 0, "answers": {"intensity": {"c0323ea2": 1.0}}}', 422),
        ('{"version": 0, "answers": {"working": {}, "stage-name": [1]}}', 422),
        ('{"version": 0, "answers": {"stage-name": "a\\u0000b"}}', 422),
        ('{"version": 0, "answers": {"stage-name": "\\ud800"}}', 422),
        ('{"version": 0, "answers": {"stage-name": "' + "x" * 201 + '"}}', 422),
        ('{"version": 0, "answers": {"one": ' + DEEP + "}}", 422),
        ('{"version": 0, "answers": {"one": "' + "x" * 70_000 + '"}}', 413),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_no_answer_is_refused_with_words_and_changes_nothing(as_, participant, begun, body, status):
    response = put(as_(participant), body)
    assert response.status_code == status
    assert response.json()["message"]
    assert Attempt.objects.get().answers == {}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "-0.0", "123456789012345678901234567890"])
def test_odd_numbers_are_kept_as_what_was_typed(as_, participant, begun, number):
    assert put(as_(participant), f'{{"version": 0, "answers": {{"working": {number}}}}}').status_code == 200
    assert isinstance(Attempt.objects.get().answers["working"], str)


def test_saving_asks_the_database_four_times(as_, participant, begun):
    """Session, person, attempt with its questions, and the change: a check is saved ten times, it must be cheap."""
    client = as_(participant)
    put(client, {"version": 0, "answers": {"one": "a"}})
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert put(client, {"version": 1, "answers": {"one": "b"}}).status_code == 200
    assert len(queries) == 4, [query["sql"][:90] for query in queries]


@pytest.mark.parametrize(("path", "limit"), [(ADDRESS, 12), (f"{ADDRESS}attempts/1/", 12)])
def test_a_page_of_a_check_has_few_queries_however_many_tries_there_were(as_, participant, enrolment, path, limit):
    from tests.knowledgechecks.conftest import begin

    client = as_(participant)
    counts = []
    for _ in range(3):
        submit(begin(enrolment), WRONG)
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[-1] <= limit, [query["sql"][:120] for query in queries]


def test_submitting_has_few_queries(as_, participant, begun):
    from tests.knowledgechecks.conftest import form

    client = as_(participant)
    client.get(ADDRESS)
    with CaptureQueriesContext(connection) as queries:
        client.post(f"{ADDRESS}attempts/1/submit/", form(begun, RIGHT))
    asked = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    assert len(asked) <= 15, [sql[:90] for sql in asked]
