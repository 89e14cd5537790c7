"""Who may take a check, and who sees its key."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cohorts.models import Enrolment, Override
from knowledgechecks.models import Attempt
from tests import factories
from tests.knowledgechecks.conftest import ADDRESS, RIGHT, WRONG, begin, form, submit, unlock

GET = {"": 200, "key/": 200, "attempts/1/": 200}
TABLE = {
    # persona: page, key, result of try 1, begin, save, submit
    "participant": (200, 403, 200, 302, 410, 302),
    "classmate": (403, 403, 404, 403, 403, 404),
    "facilitator": (200, 200, 403, 403, 403, 403),
    "other_facilitator": (404, 404, 404, 404, 404, 404),
    "staff": (403, 403, 403, 403, 403, 403),
    "college_liaison": (403, 403, 403, 403, 403, 403),
    "administrator": (200, 200, 403, 403, 403, 403),
    "outsider": (404, 404, 404, 404, 404, 404),
}


@pytest.mark.parametrize("persona", TABLE)
def test_each_address_answers_each_persona(as_, begun, persona, request):
    submit(begun, WRONG)
    client = as_(request.getfixturevalue(persona))
    save = {"version": 0, "answers": {"one": "a"}}
    assert TABLE[persona] == (
        client.get(ADDRESS).status_code,
        client.get(f"{ADDRESS}key/").status_code,
        client.get(f"{ADDRESS}attempts/1/").status_code,
        client.post(f"{ADDRESS}attempts/").status_code if persona != "participant" else 302,
        client.put(f"{ADDRESS}answers/", json.dumps(save), content_type="application/json").status_code,
        client.post(f"{ADDRESS}attempts/1/submit/", form(begun, RIGHT)).status_code,
    )
    assert Attempt.objects.count() == 1


def test_a_visitor_is_asked_to_sign_in(as_, begun):
    client = as_(None)
    for path in ("", "key/", "attempts/1/"):
        assert client.get(f"{ADDRESS}{path}").headers["Location"].startswith("/accounts/login/")
    for path in ("answers/", "attempts/", "attempts/1/submit/"):
        assert client.post(f"{ADDRESS}{path}").headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["", "key/", "attempts/", "attempts/1/submit/", "attempts/1/", "answers/"])
def test_other_ways_to_ask_are_refused(as_, participant, begun, path):
    assert as_(participant).delete(f"{ADDRESS}{path}").status_code == 405


@pytest.mark.parametrize(
    "address",
    [
        "/c/fall/first/talk/",
        "/c/fall/first/nothing/",
        "/c/fall/nowhere/check/",
        "/c/elsewhere/first/check/",
        "/c/none/first/check/",
    ],
)
def test_what_is_no_check_of_this_cohort_is_not_found(as_, participant, begun, other_cohort, address):
    client = as_(participant)
    assert client.post(f"{address}attempts/").status_code == 404
    assert client.get(f"{address}attempts/1/").status_code == 404
    assert client.put(f"{address}answers/", "{}", content_type="application/json").status_code == 404
    assert client.get(f"{address}key/").status_code in (403, 404)


def test_a_classmate_s_try_is_not_mine(as_, begun, classmate):
    """Tries are numbered for each person: number 1 is one's own or nobody's."""
    submit(begun, RIGHT)
    mine = unlock(Enrolment.objects.get(user=classmate))
    client = as_(classmate)
    assert client.get(f"{ADDRESS}attempts/1/").status_code == 404
    submit(begin(mine), WRONG)
    assert "0 percent" in client.get(f"{ADDRESS}attempts/1/").content.decode()


def test_a_locked_check_cannot_be_begun(as_, participant):
    Override.objects.all().delete()
    client = as_(participant)
    assert client.get(ADDRESS).status_code == 403
    assert client.post(f"{ADDRESS}attempts/").status_code == 403
    response = client.put(f"{ADDRESS}answers/", '{"version": 0, "answers": {}}', content_type="application/json")
    assert response.status_code == 403
    assert response.json()["message"].startswith("Opens after")
    assert not Attempt.objects.exists()


def test_someone_who_left_can_no_longer_save(as_, participant, begun, facilitator):
    client = as_(participant)
    assert client.get(ADDRESS).status_code == 200
    Enrolment.objects.update(withdrawn_at=timezone.now(), withdrawn_by=facilitator)
    assert (
        client.put(
            f"{ADDRESS}answers/", '{"version": 0, "answers": {"one": "a"}}', content_type="application/json"
        ).status_code
        == 404
    )
    assert client.post(f"{ADDRESS}attempts/1/submit/", form(begun, RIGHT)).status_code == 404
    assert Attempt.objects.get().is_open


def test_a_facilitator_sees_the_key_the_feedback_and_the_first_tries(as_, facilitator, begun, classmate):
    submit(begun, {**RIGHT, "one": "a"})
    submit(begin(begun.enrolment), WRONG)
    submit(begin(unlock(Enrolment.objects.get(user=classmate))), {**RIGHT, "one": "c"})
    text = as_(facilitator).get(ADDRESS).content.decode()
    for words in (
        "<strong>2 of 2</strong> people who submitted it passed, in 3 tries",
        "1 of 8 · 0 of 2 right on the first try",
        "2 of 8 · 2 of 2 right on the first try",
        "It goes on over time.",
        "Pay is no part of it.",
        "<strong>Right:</strong> 28 students",
        "<strong>Right:</strong> for, learning for work",
        "Each asks more.",
        "chosen by 1 on the first try",
    ):
        assert words in text, words
    assert Attempt.objects.count() == 3


def test_a_facilitator_who_looks_begins_nothing(as_, facilitator):
    text = as_(facilitator).get(ADDRESS).content.decode()
    assert "Nobody has submitted this check yet" in text
    assert "data-check" not in text
    assert not Attempt.objects.exists()


def test_a_facilitator_who_also_takes_the_course_takes_the_check_and_can_look_at_the_key(as_, facilitator, cohort):
    unlock(factories.EnrolmentFactory.create(cohort=cohort, user=facilitator))
    client = as_(facilitator)
    assert f'href="{ADDRESS}key/"' in client.get(ADDRESS).content.decode()
    assert client.get(f"{ADDRESS}key/").status_code == 200
    assert client.post(f"{ADDRESS}attempts/").status_code == 302


def test_the_key_has_as_many_queries_for_many_people_as_for_one(as_, facilitator, cohort, begun):
    client = as_(facilitator)
    counts = []
    for people in (0, 5):
        for _ in range(people):
            submit(begin(factories.EnrolmentFactory.create(cohort=cohort)), RIGHT)
        client.get(ADDRESS)
        with CaptureQueriesContext(connection) as queries:
            client.get(ADDRESS)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12, [query["sql"][:100] for query in queries]
