"""Answers do not leak: before somebody submits, not one byte of a key or of its feedback leaves the server."""

import json
import secrets

import pytest

from knowledgechecks.models import Attempt
from modules.models import Item
from tests.knowledgechecks.conftest import ADDRESS, begin, form, submit
from tests.samples import SAMPLES


def sentinel() -> str:
    return f"sentinel{secrets.token_hex(6)}"


@pytest.fixture
def secret(cohort) -> list[str]:
    """The check with a random mark in every key and every word of feedback."""
    data = json.loads(json.dumps(SAMPLES["check"]))
    marks = []

    def mark() -> str:
        marks.append(sentinel())
        return marks[-1]

    for question in data["questions"]:
        for row in (*question.get("options", ()), *question.get("pairs", ())):
            row["feedback"] = mark()
        if "feedback" in question:
            question["feedback"] = {name: mark() for name in question["feedback"]}
        if question["type"] == "text":
            question["accept"] = [mark(), mark()]
        if question["type"] == "number":
            question["answer"] = secrets.randbelow(10**12) + 10**12
            question["tolerance"] = 123456789
            marks += [str(question["answer"]), "123456789"]
    Item.objects.filter(module__edition=cohort.edition, slug="check").update(data=data)
    return marks


def responses(client, number=1):
    """Every address of the check that a participant can ask for, in every way."""
    yield client.get("/c/fall/first/")
    yield client.get("/c/fall/")
    yield client.get(ADDRESS)
    yield client.get(f"{ADDRESS}key/")
    yield client.get(f"{ADDRESS}attempts/")
    yield client.get(f"{ADDRESS}attempts/{number}/", follow=True)
    yield client.get(f"{ADDRESS}attempts/{number}/submit/")
    yield client.get(f"{ADDRESS}answers/")
    for body in (
        {"version": 0, "answers": {"one": "a"}},
        {"version": 0, "answers": {"one": "b"}},
        {"version": 0, "answers": {"one": "z"}},
        {},
    ):
        yield client.put(f"{ADDRESS}answers/", json.dumps(body), content_type="application/json")


def bytes_of(response) -> bytes:
    return response.content + str(dict(response.headers)).encode() + response.cookies.output().encode()


def test_no_byte_of_a_key_is_sent_before_submitting(as_, participant, enrolment, secret):
    client = as_(participant)
    seen = [bytes_of(response) for response in responses(client)]
    seen.append(bytes_of(client.post(f"{ADDRESS}attempts/", follow=True)))
    seen += [bytes_of(response) for response in responses(client)]
    attempt = Attempt.objects.get()
    seen.append(bytes_of(client.post(f"{ADDRESS}attempts/1/submit/", form(attempt, {"one": "a"}))))
    seen.append(
        bytes_of(client.post(f"{ADDRESS}attempts/1/submit/", form(begin(enrolment), {"one": "c"}) | {"version": "0"}))
    )
    seen.append(bytes_of(client.post(f"{ADDRESS}answers/", form(begin(enrolment), {"one": "a"}), follow=True)))
    assert sum(map(len, seen)) > 50_000
    for mark in secret:
        assert not any(mark.encode() in content for content in seen), mark
    assert not any(b"is-right" in content or b'"right"' in content for content in seen)


def test_a_retry_shows_nothing_of_the_key_on_its_own_page(as_, participant, enrolment, secret):
    client = as_(participant)
    submit(begin(enrolment), {})
    client.post(f"{ADDRESS}attempts/")
    content = bytes_of(client.get(ADDRESS))
    assert not any(mark.encode() in content for mark in secret)


def test_the_search_would_find_a_leak(as_, participant, enrolment, secret):
    """After submitting, the feedback of what was chosen and of what is right is there: the same search finds it."""
    submit(begin(enrolment), {"one": "b"})
    content = bytes_of(as_(participant).get(f"{ADDRESS}attempts/1/"))
    assert any(mark.encode() in content for mark in secret)


def test_rows_do_not_tell_their_place_by_their_names(as_, participant, begun):
    """What a form calls a step or a choice says nothing, and no step stands where it belongs by the order of the file."""
    page = as_(participant).get(ADDRESS).content.decode()
    for question in SAMPLES["check"]["questions"]:
        for row in (*question.get("steps", ()), *question.get("pairs", ()), *question.get("choices", ())):
            assert len(row["id"]) == 8
            assert row["id"] in page
