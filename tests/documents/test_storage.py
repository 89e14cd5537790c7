"""Where documents lie, and what is said when the machine lacks something to make them."""

import os
import time

import pytest
from django.core.files.storage import storages

from foundation.documents import checks, invariants, storage


def test_an_object_store_keeps_the_documents_where_one_is_configured(settings):
    settings.STORAGES = {**settings.STORAGES, "documents": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    storage.write("ab/x.pdf", b"words")
    storage.write("ab/x.pdf", b"words")  # a worker that was overtaken writes the same name again
    with storage.read("ab/x.pdf") as file:
        assert file.read() == b"words"
    assert storages["documents"].listdir("ab") == ([], ["x.pdf"])
    assert not settings.DOCUMENTS_DIR.exists()
    storage.delete("ab/x.pdf")
    with pytest.raises(FileNotFoundError):
        storage.read("ab/x.pdf")


def test_what_a_dead_worker_left_half_written_is_seen_and_removed_after_an_hour(settings):
    storage.write("ab/x.pdf", b"words")
    left = settings.DOCUMENTS_DIR / "ab" / f"y.pdf.1{storage.TEMPORARY}"
    left.write_bytes(b"ha")
    assert list(storage.stale()) == []
    hours_ago = time.time() - 2 * storage.STALE_SECONDS
    os.utime(left, (hours_ago, hours_ago))
    assert list(storage.stale()) == [left]
    assert "temporary" in invariants.problems()[0]


def test_a_machine_without_pango_or_fonts_is_told_the_line_to_run(monkeypatch):
    assert [message for message in checks.system_check() if message.is_serious()] == []
    monkeypatch.setattr(checks.versions, "pango", lambda: "")
    monkeypatch.setattr(checks.versions, "fonts", list)
    monkeypatch.setattr(checks.versions, "subsetter", lambda: False)
    found = {message.id: message for message in checks.system_check()}
    assert set(found) == {"documents.E001", "documents.E002", "documents.W001"}
    assert "install" in str(found["documents.E001"].hint)
