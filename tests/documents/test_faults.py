"""The worker dies at each crash point of a document's life; afterwards there is one document and one file."""

import contextlib

import pytest
from django.utils import timezone

from foundation import faultpoints
from foundation.documents import actions, invariants
from foundation.documents.models import Document
from tests.documents import pages

pytestmark = pytest.mark.django_db
POINTS = ["document.claimed", "document.rendered", "document.written", "document.published"]


@pytest.fixture
def document(reader, woken) -> Document:
    pages.SUBJECTS["one"] = {"title": "Sheet", "body": "<p>Words</p>"}
    return actions.ask(user=reader, kind="sheet", subject_id="one").document


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_that_ends_there_leaves_one_document(point, document, monkeypatch, settings, shared_renderer):
    monkeypatch.setenv("WBL_FAULTS", f"{point}=raise")
    with pytest.raises(faultpoints.Fault):
        actions.make(document_id=document.pk)
    assert invariants.problems() == []
    monkeypatch.delenv("WBL_FAULTS")
    actions.sweep(now=timezone.now() + actions.LEASE * 2)
    actions.make(document_id=document.pk)
    document.refresh_from_db()
    assert document.state == Document.State.DONE
    assert document.attempts == (1 if point == "document.published" else 2)
    assert len(list(settings.DOCUMENTS_DIR.rglob("*.pdf"))) == 1
    assert invariants.problems() == []


@pytest.mark.parametrize("point", POINTS[:3])
def test_a_worker_that_always_ends_there_is_not_asked_a_fourth_time(point, document, monkeypatch, shared_renderer):
    monkeypatch.setenv("WBL_FAULTS", f"{point}=raise")
    for _ in range(5):
        with pytest.raises(faultpoints.Fault) if document.attempts < 3 else contextlib.nullcontext():
            actions.make(document_id=document.pk)
        actions.sweep(now=timezone.now() + actions.LEASE * 2)
        document.refresh_from_db()
    assert (document.state, document.attempts) == (Document.State.DEAD, 3)
    assert invariants.problems() == []
