"""Drafts: kept as typed, one a place and person, never overwritten unseen."""

import fcntl
import os
import threading

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from accounts.models import User
from foundation.drafts import actions, bodies
from foundation.drafts.models import Draft
from tests import factories

URL = "/drafts/post:fall:first/talk:0/"


@pytest.fixture(autouse=True)
def _one_factor(settings):
    settings.SECOND_FACTOR_REQUIRED = False


def put(client: Client, body, version, url=URL, **extra):
    return client.put(url, {"body": body, "version": version}, content_type="application/json", **extra)


def test_draft_is_kept_and_given_back(as_, outsider):
    client = as_(outsider)
    assert client.get(URL).json() == {"version": 0, "body": "", "saved_at": None}
    assert put(client, "<p>Half</p>", 0).json()["version"] == 1
    assert put(client, "<p>Half a thought</p>", 1).json()["version"] == 2
    assert client.get(URL).json()["body"] == "<p>Half a thought</p>"


def test_the_second_window_sees_both_versions(as_, outsider):
    client = as_(outsider)
    put(client, "first", 0)
    put(client, "second", 1)
    answer = put(client, "other window", 1)
    assert answer.status_code == 409
    assert (answer.json()["body"], answer.json()["version"]) == ("second", 2)
    assert Draft.objects.get().body == "second"


def test_the_same_words_twice_are_no_conflict(as_, outsider):
    client = as_(outsider)
    put(client, "words", 0)
    assert put(client, "words", 0).json()["version"] == 1


def test_a_draft_sent_from_another_window_starts_anew(as_, outsider):
    client = as_(outsider)
    put(client, "words", 0)
    client.delete(URL)
    assert put(client, "more words", 1).json()["version"] == 1


def test_nobody_reaches_anybody_elses(as_, outsider, administrator):
    put(as_(outsider), "mine", 0)
    assert as_(administrator).get(URL).json()["body"] == ""
    as_(administrator).delete(URL)
    assert Draft.objects.get().user == outsider


def test_signed_out_is_told_so_and_not_sent_elsewhere(as_):
    assert put(as_(None), "words", 0, headers={"X-Requested-With": "fetch"}).status_code == 401


def test_words_of_another_persons_tab_do_not_enter_this_account(as_, outsider, administrator):
    answer = put(as_(administrator), "words", 0, headers={"X-Person": str(outsider.pk)})
    assert answer.status_code == 401
    assert not Draft.objects.exists()
    assert put(as_(outsider), "words", 0, headers={"X-Person": str(outsider.pk)}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[1]", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"body": 1, "version": 0}', 422),
        (b'{"body": "x", "version": "0"}', 422),
        (b'{"body": "x", "version": true}', 422),
        (b'{"body": "x", "version": -1}', 422),
        (b'{"body": "x", "version": 99999999999999999999}', 422),
        (b'{"body": "x", "version": 0, "more": [{"\\u0000": 1}]}', 422),
        (b'{"body": "x\\u0000y", "version": 0}', 422),
        (b'{"body": "x\\ud800y", "version": 0}', 422),
        (b'{"body": "' + b"x" * bodies.LIMIT + b'", "version": 0}', 413),
    ],
)
def test_what_cannot_be_kept_is_answered_with_the_reason(as_, outsider, body, status):
    answer = as_(outsider).generic("PUT", URL, body, content_type="application/json")
    assert answer.status_code == status
    assert answer.json()["message"]


def test_a_backslash_before_u0000_is_only_text(as_, outsider):
    assert put(as_(outsider), "write \\u0000 in Python", 0).status_code == 200
    assert Draft.objects.get().body == "write \\u0000 in Python"


def test_token_tells_whose_session_it_is(as_, outsider):
    assert as_(None).get("/drafts/token/").json()["person"] is None
    answer = as_(outsider).get("/drafts/token/")
    assert answer.json()["person"] == outsider.pk
    assert "no-cache" in answer["Cache-Control"] or "no-store" in answer["Cache-Control"]


def in_threads(count, work):
    """Run `work(n)` so many times at once, each with a connection of its own; the results in no order."""
    results = []
    ready = threading.Barrier(count)

    def run(n):
        try:
            ready.wait()
            results.append(work(n))
        except Exception as error:  # noqa: BLE001  # the test compares what came of each
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    # One race at a time over all test processes: PostgreSQL gives a hundred connections, and two races of sixty want more.
    with open(os.path.join(os.environ["WBL_TEST_DIR"], "race.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    return results


def save_many(user: User, count: int):
    def work(n):
        return actions.save(user=user, place="race", body=f"words {n}", version=1, now=timezone.now()).version

    return in_threads(count, work)


@pytest.mark.django_db(transaction=True)
def test_of_many_saves_from_one_version_exactly_one_wins():
    user = factories.UserFactory.create()
    actions.save(user=user, place="race", body="start", version=0, now=timezone.now())
    results = save_many(user, 20)
    assert sum(result == 2 for result in results) == 1
    assert sum(isinstance(result, actions.Conflict) for result in results) == 19
    assert Draft.objects.get().version == 2
    assert connection.vendor in ("sqlite", "postgresql")


@pytest.mark.django_db(transaction=True)
def test_canary_without_the_version_everyone_overwrites_everyone(monkeypatch):
    """The proof above would be red if the update did not compare the version."""
    with_conditions = Draft.objects.filter

    def blind(**conditions):
        return with_conditions(**{name: value for name, value in conditions.items() if name != "version"})

    user = factories.UserFactory.create()
    actions.save(user=user, place="race", body="start", version=0, now=timezone.now())
    monkeypatch.setattr(Draft.objects, "filter", blind)
    results = save_many(user, 5)
    assert not any(isinstance(result, actions.Conflict) for result in results)
    assert Draft.objects.get().version == 6
