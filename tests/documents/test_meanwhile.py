"""What becomes of a document between the moment it is read and the moment its row is written."""

import datetime
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from foundation.documents import actions, storage
from foundation.documents.models import Document

State = Document.State


@contextmanager
def meanwhile(act: Callable[[], Any]) -> Iterator[None]:
    """Another worker acts as soon as the first row was read."""
    happened: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith("SELECT") and not happened:
            happened.append(sql)
            act()
        return result

    with connection.execute_wrapper(watch):
        yield
    assert happened


@pytest.fixture
def claimed(db: None) -> Document:
    """A document in its last try, whose lease ran out."""
    long_ago = timezone.now() - datetime.timedelta(minutes=5)
    document = Document.objects.create(key="0" * 64, kind="sheet", title="A sheet", attempts=2)
    assert actions.claim(document_id=document.pk, now=long_ago)
    document.refresh_from_db()
    return document


def publish(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(
        state=State.DONE, token=None, lease_until=None, path="00/x.pdf", sha256="1" * 64, size=1, pages=1,
        finished_at=timezone.now(),
    )  # fmt: skip


def test_the_sweeper_buries_nothing_that_is_published_meanwhile(claimed: Document) -> None:
    with meanwhile(lambda: publish(claimed)):
        actions.sweep(now=timezone.now())
    claimed.refresh_from_db()
    assert (claimed.state, claimed.path, claimed.error) == (State.DONE, "00/x.pdf", "")


def test_the_sweeper_buries_nothing_whose_worker_goes_on(claimed: Document) -> None:
    with meanwhile(lambda: actions.renew(document_id=claimed.pk, token=claimed.token)):
        actions.sweep(now=timezone.now())
    claimed.refresh_from_db()
    assert claimed.state == State.CLAIMED


@pytest.mark.parametrize("is_final", [True, False])
def test_a_worker_that_was_overtaken_fails_for_nobody_else(claimed: Document, is_final: bool) -> None:
    assert claimed.token is not None
    Document.objects.update(attempts=1)
    with meanwhile(lambda: publish(claimed)):
        failed = actions.fail(document_id=claimed.pk, token=claimed.token, reason="late", is_final=is_final)
    assert failed is None
    claimed.refresh_from_db()
    assert (claimed.state, claimed.error) == (State.DONE, "")


def test_half_written_files_go_and_one_that_vanishes_meanwhile_does_no_harm(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DOCUMENTS_DIR = tmp_path
    left, gone = tmp_path / "a.pdf.1.part", tmp_path / "b.pdf.2.part"
    for path in (left, gone):
        path.write_bytes(b"%PDF")
        os.utime(path, (time.time() - 2 * storage.STALE_SECONDS,) * 2)
    rglob = Path.rglob

    def read_and_then_one_goes(self: Path, pattern: str) -> list[Path]:
        found = list(rglob(self, pattern))
        gone.unlink()
        return found

    monkeypatch.setattr(Path, "rglob", read_and_then_one_goes)
    actions.tidy()
    assert not left.exists()
