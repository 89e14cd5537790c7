"""Alive and ready, told to strangers in one word."""

import time

import pytest

from wbl_course import health


def test_alive_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "ok"}


@pytest.fixture
def checks(monkeypatch):
    """What each check does; the tests break one."""
    for name in ("_database", "_storage", "_broker"):
        monkeypatch.setattr(health, name, lambda: None)
    return monkeypatch


def broken():
    raise OSError("a secret detail")


def test_ready_when_everything_answers(client, checks):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("name", ["_database", "_storage"])
def test_not_ready_without_database_or_storage(client, checks, name):
    checks.setattr(health, name, broken)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "secret" not in answer.content.decode()


def test_without_a_broker_people_are_served(client, checks):
    checks.setattr(health, "_broker", broken)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "degraded"})


def test_a_check_that_hangs_is_not_waited_for(client, checks):
    checks.setattr(health, "DEADLINE", 0.2)
    checks.setattr(health, "_broker", lambda: time.sleep(1))
    started = time.monotonic()
    assert client.get("/readyz").json() == {"status": "degraded"}
    assert time.monotonic() - started < 0.9


def test_storage_is_written_to_and_left_clean(settings, tmp_path):
    settings.DOCUMENTS_DIR, settings.MEDIA_ROOT = tmp_path / "documents", tmp_path / "media"
    health._storage()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
