"""SQLite lets writers wait their turn: with the settings' IMMEDIATE, people who read and then write at once all get
through.
"""

import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from tests.drafts.test_drafts import in_threads

WRITERS = 20

pytestmark = pytest.mark.skipif(
    not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="PostgreSQL locks rows, not the file"
)


def count_at_once(file: Path, options: dict[str, object], *, gate: threading.Barrier | None = None) -> int:
    """How many of twenty got through that read a count and wrote it one higher, all at the same time. At a gate each
    waits until all have read.
    """
    handler = ConnectionHandler({"default": settings.DATABASES["default"] | {"NAME": str(file), "OPTIONS": options}})

    def write(n: int) -> None:
        connection = handler["default"]
        try:
            # As `transaction.atomic` begins, which knows only the connections of the settings.
            connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
            with connection.cursor() as cursor:
                cursor.execute("SELECT count FROM visits")
                (count,) = cursor.fetchone()
                if gate is not None:
                    gate.wait(20)
                cursor.execute("UPDATE visits SET count = %s", [count + 1])
            connection.commit()
        finally:
            connection.close()

    with handler["default"].cursor() as cursor:
        cursor.execute("CREATE TABLE visits (count INTEGER)")
        cursor.execute("INSERT INTO visits VALUES (0)")
    results = in_threads(WRITERS, write)
    with handler["default"].cursor() as cursor:
        cursor.execute("SELECT count FROM visits")
        (counted,) = cursor.fetchone()
    handler["default"].close()
    assert {type(result) for result in results} <= {type(None), OperationalError}
    assert counted == results.count(None)
    return counted


def test_with_the_settings_all_get_through(tmp_path: Path) -> None:
    assert count_at_once(tmp_path / "visits", settings.DATABASES["default"]["OPTIONS"]) == WRITERS


def test_canary_without_immediate_most_are_refused(tmp_path: Path) -> None:
    options = settings.DATABASES["default"]["OPTIONS"] | {"transaction_mode": "DEFERRED"}
    assert count_at_once(tmp_path / "visits", options, gate=threading.Barrier(WRITERS)) < WRITERS / 2
