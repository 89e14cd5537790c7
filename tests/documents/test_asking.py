"""Somebody asks for a document, and it is made once, whatever happens meanwhile."""

import datetime
import os
import signal
import threading
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from foundation.documents import actions, exports, invariants, registry, storage
from foundation.documents.models import Document, DocumentRequest
from foundation.documents.rendering.process import RenderingEnded, RenderingFailed, Result, renderer
from tests.documents import pages

pytestmark = pytest.mark.django_db
PDF = Result(b"%PDF-1.7 made", 1, [])
State = Document.State


@pytest.fixture
def asked(reader, woken, django_capture_on_commit_callbacks):
    """Ask, and let what waits for the commit happen."""

    def ask(subject_id: str = "one", kind: str = "sheet") -> Document:
        pages.SUBJECTS.setdefault(subject_id, {"title": f"Sheet {subject_id}", "body": "<p>Words</p>"})
        with django_capture_on_commit_callbacks(execute=True):
            return actions.ask(user=reader, kind=kind, subject_id=subject_id).document

    return ask


@pytest.fixture
def binder(asked):
    for part in ("one", "two"):
        pages.SUBJECTS[part] = {
            "title": f"Sheet {part}",
            "body": "<p>Words</p>",
            "context": {"summary": f"About {part}"},
        }
    pages.SUBJECTS["all"] = {"title": "Binder", "parts": ["one", "two"]}
    return asked("all", "binder")


def claimed(document: Document) -> uuid.UUID:
    token = actions.claim(document_id=document.pk, now=timezone.now())
    assert token is not None
    return token


def test_the_same_content_asked_for_twice_is_one_document(asked, woken):
    first, second = asked(), asked()
    assert first == second
    assert DocumentRequest.objects.count() == 1
    assert set(woken) == {first.pk}


def test_two_people_share_the_document_and_not_the_address(asked, woken, stranger):
    first = asked()
    pages.SUBJECTS["one"]["readers"] = ["reader@example.org", "stranger@example.org"]
    second = actions.ask(user=stranger, kind="sheet", subject_id="one")
    assert second.document == first
    assert DocumentRequest.objects.count() == 2


def test_changed_content_is_another_document(asked):
    first = asked()
    pages.SUBJECTS["one"]["body"] = "<p>Other words</p>"
    assert asked() != first


def test_the_name_depends_on_everything_that_shows(monkeypatch):
    kind, content = registry.get("sheet"), registry.Content("Title", {"body": "x"})
    name = exports.key(kind, content, [])
    assert exports.key(kind, registry.Content("Title", {"body": "y"}), []) != name
    assert exports.key(kind, registry.Content("Other", {"body": "x"}), []) != name
    assert exports.key(kind, content, ["part"]) != name
    monkeypatch.setattr(exports.versions, "fingerprint", lambda: {"pango": "another"})
    assert exports.key(kind, content, []) != name


def test_the_name_depends_on_the_templates_that_are_extended_and_included():
    assert set(exports._sources("documents/print/contents.html")) == {
        "documents/print/contents.html", "documents/print/base.html", "documents/print/cover.html",
        "documents/print/_bands.html",
    }  # fmt: skip


def test_who_may_not_read_it_may_not_ask(stranger, woken):
    pages.SUBJECTS["one"] = {"title": "Sheet"}
    with pytest.raises(PermissionDenied):
        actions.ask(user=stranger, kind="sheet", subject_id="one")
    assert not Document.objects.exists()


def test_a_broker_that_is_down_costs_nothing_but_a_line_in_the_log(
    reader, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    tries = []

    def refuse(*args, **kwargs):
        tries.append(args)
        raise ConnectionRefusedError

    monkeypatch.setattr(actions.current_app, "send_task", refuse)
    monkeypatch.setattr(actions, "_broker", actions.Broker())
    for number in range(10):
        pages.SUBJECTS[str(number)] = {"title": f"Sheet {number}"}
        with django_capture_on_commit_callbacks(execute=True):
            actions.ask(user=reader, kind="sheet", subject_id=str(number))
    assert Document.objects.filter(state=State.QUEUED).count() == 10
    assert len(tries) == 1  # the others did not wait for a broker that had just failed
    assert "sweeper" in caplog.text


def test_the_sweeper_repeats_what_was_not_picked_up(asked, woken):
    document = asked()
    woken.clear()
    now = timezone.now()
    assert actions.sweep(now=now) == 0
    assert actions.sweep(now=now + datetime.timedelta(seconds=21)) == 1
    assert actions.sweep(now=now + datetime.timedelta(seconds=22)) == 0
    assert Document.objects.get() == document


def test_a_document_is_made_and_its_file_is_the_one_in_the_row(asked, shared_renderer):
    document = actions.make(document_id=asked().pk)
    assert document is not None
    assert (document.state, document.attempts, document.pages) == (State.DONE, 1, 1)
    with storage.read(document.path) as file:
        assert pages.failures(file.read()) == []
    assert actions.make(document_id=document.pk) is None
    assert invariants.problems() == []


def test_two_workers_do_not_make_one_document(asked):
    document = asked()
    now = timezone.now()
    assert actions.claim(document_id=document.pk, now=now) is not None
    assert actions.claim(document_id=document.pk, now=now) is None


def test_a_worker_that_was_overtaken_may_not_publish(asked):
    document = asked()
    slow = claimed(document)
    later = timezone.now() + actions.LEASE + datetime.timedelta(seconds=1)
    quick = actions.claim(document_id=document.pk, now=later)
    assert quick not in (None, slow)
    assert actions.publish(document_id=document.pk, token=quick, result=PDF) is not None
    assert actions.publish(document_id=document.pk, token=slow, result=Result(b"%PDF other", 2, [])) is None
    assert actions.fail(document_id=document.pk, token=slow, reason="late", is_final=True) is None
    document.refresh_from_db()
    assert (document.state, document.pages) == (State.DONE, 1)
    assert invariants.problems() == []


def test_the_overtaken_workers_file_goes_and_the_published_one_stays(asked, settings):
    document = asked()
    slow = claimed(document)
    quick = actions.claim(document_id=document.pk, now=timezone.now() + actions.LEASE * 2)
    actions.publish(document_id=document.pk, token=quick, result=PDF)
    actions.publish(document_id=document.pk, token=slow, result=Result(b"%PDF other", 2, []))
    actions.publish(document_id=document.pk, token=slow, result=PDF)
    assert len(list(settings.DOCUMENTS_DIR.rglob("*.pdf"))) == 1


def test_after_three_dead_workers_it_is_given_up_with_a_reason(asked):
    document = asked()
    now = timezone.now()
    for _ in range(3):
        assert actions.claim(document_id=document.pk, now=now) is not None
        now += actions.LEASE * 2
    assert actions.claim(document_id=document.pk, now=now) is None
    actions.sweep(now=now)
    document.refresh_from_db()
    assert document.state == State.DEAD
    assert "three times" in document.error
    assert invariants.problems() == []


def test_a_lease_that_ran_out_goes_back_to_the_queue(asked, woken, django_capture_on_commit_callbacks):
    document = asked()
    claimed(document)
    woken.clear()
    with django_capture_on_commit_callbacks(execute=True):
        actions.sweep(now=timezone.now() + actions.LEASE * 2)
    assert woken == [document.pk]
    document.refresh_from_db()
    assert document.state == State.QUEUED


def test_a_worker_that_goes_on_keeps_its_lease(asked):
    document = asked()
    token = claimed(document)
    Document.objects.update(lease_until=timezone.now())
    actions.renew(document_id=document.pk, token=token)
    assert actions.claim(document_id=document.pk, now=timezone.now() + actions.LEASE / 2) is None


def test_a_page_at_fault_fails_at_once_and_asking_again_tries_again(asked, monkeypatch):
    document = asked()
    monkeypatch.setattr(exports, "produce", _raiser(RenderingFailed("the page asked for files that are not ours")))
    assert actions.make(document_id=document.pk).state == State.DEAD
    again = asked()
    assert again == document
    assert (again.state, again.attempts, again.error) == (State.QUEUED, 0, "")


def test_a_renderer_that_dies_each_time_is_asked_three_times(asked, monkeypatch):
    document = asked()
    monkeypatch.setattr(exports, "produce", _raiser(RenderingEnded("it took longer than 20 seconds")))
    states = [actions.make(document_id=document.pk).state for _ in range(3)]
    assert states == [State.QUEUED, State.QUEUED, State.DEAD]
    assert actions.make(document_id=document.pk) is None


def test_a_full_disk_leaves_no_half_file_and_the_next_try_works(asked, monkeypatch, settings, shared_renderer):
    document = asked()
    real = os.fsync
    monkeypatch.setattr(storage.os, "fsync", _raiser(OSError(28, "No space left on device")))
    assert actions.make(document_id=document.pk).error == "the file could not be kept: No space left on device"
    assert list(settings.DOCUMENTS_DIR.rglob("*.*")) == []
    monkeypatch.setattr(storage.os, "fsync", real)
    assert actions.make(document_id=document.pk).state == State.DONE
    assert invariants.problems() == []


def test_killing_the_renderer_in_its_work_ends_in_one_document(asked, settings, shared_renderer):
    pages.SUBJECTS["long"] = {"title": "Long", "body": "<div style='display:flex'>" * 13 + "x" + "</div>" * 13}
    document = asked("long")
    shared_renderer.render(pages.html("<h1>Warm</h1>"))
    timer = threading.Timer(0.2, os.kill, (renderer().pid, signal.SIGKILL))
    timer.start()
    assert actions.make(document_id=document.pk).state == State.QUEUED
    pages.SUBJECTS["long"]["body"] = ""
    Document.objects.update(context={"body": "<p>Short</p>"})
    made = actions.make(document_id=document.pk)
    assert (made.state, made.attempts) == (State.DONE, 2)
    assert len(list(settings.DOCUMENTS_DIR.rglob("*.pdf"))) == 1
    assert invariants.problems() == []


def test_a_bundle_waits_for_its_parts_and_is_then_made(
    binder, woken, shared_renderer, django_capture_on_commit_callbacks
):
    parts = list(binder.parts.order_by("bundle_rows__position"))
    assert sorted(woken) == sorted(part.pk for part in parts)
    assert actions.make(document_id=binder.pk) is None
    assert binder.progress() == (0, 3)
    with django_capture_on_commit_callbacks(execute=True):
        actions.make(document_id=parts[0].pk)
    assert binder.pk not in woken
    with django_capture_on_commit_callbacks(execute=True):
        actions.make(document_id=parts[1].pk)
    assert woken[-1] == binder.pk
    assert binder.progress() == (2, 3)
    made = actions.make(document_id=binder.pk)
    assert (made.state, made.pages) == (State.DONE, 4)
    with storage.read(made.path) as file:
        assert pages.failures(file.read()) == []
    assert invariants.problems() == []


def test_a_bundle_whose_parts_are_gone_has_them_made_first(
    binder, woken, shared_renderer, django_capture_on_commit_callbacks
):
    """The folder of documents was lost, as after a restore without it; nobody downloads the parts by themselves."""
    parts = list(binder.parts.order_by("bundle_rows__position"))
    for part in parts:
        storage.delete(actions.make(document_id=part.pk).path)
    waits = actions.make(document_id=binder.pk)
    assert (waits.state, waits.attempts) == (State.QUEUED, 1)
    for part in parts:
        part.refresh_from_db()
        assert (part.state, part.attempts) == (State.QUEUED, 0)
        with django_capture_on_commit_callbacks(execute=True):
            actions.make(document_id=part.pk)
    assert woken[-1] == binder.pk
    assert actions.make(document_id=binder.pk).state == State.DONE
    assert invariants.problems() == []


def test_a_bundle_that_is_gone_with_its_parts_is_made_again_whole(binder, shared_renderer):
    parts = list(binder.parts.all())
    for path in [actions.make(document_id=document.pk).path for document in (*parts, binder)]:
        storage.delete(path)
    actions.make_again(document=binder)
    assert {part.state for part in binder.parts.all()} == {State.QUEUED}
    for document in (*parts, binder):
        assert actions.make(document_id=document.pk).state == State.DONE
    binder.refresh_from_db()
    assert binder.attempts == 1


def test_changing_one_part_leaves_the_others_made(binder, asked, shared_renderer):
    for part in binder.parts.all():
        actions.make(document_id=part.pk)
    pages.SUBJECTS["two"]["body"] = "<p>Better words</p>"
    changed = asked("all", "binder")
    assert changed != binder
    assert changed.progress() == (1, 3)


def test_a_part_that_cannot_be_made_takes_its_bundle_with_it_and_says_so(binder):
    part = binder.parts.first()
    actions.fail(document_id=part.pk, token=claimed(part), reason="it has no title", is_final=True)
    binder.refresh_from_db()
    assert binder.state == State.DEAD
    assert part.title in binder.error
    assert invariants.problems() == []


def test_asking_again_for_a_failed_bundle_queues_what_failed(binder, asked):
    part = binder.parts.first()
    actions.fail(document_id=part.pk, token=claimed(part), reason="it has no title", is_final=True)
    assert asked("all", "binder").state == State.QUEUED
    part.refresh_from_db()
    assert part.state == State.QUEUED


def test_the_database_itself_refuses_a_finished_document_without_a_file(asked):
    document = asked()
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(state=State.DONE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(attempts=4)


def test_check_invariants_sees_a_lost_and_a_changed_file(asked, settings):
    document = asked()
    actions.publish(document_id=document.pk, token=claimed(document), result=PDF)
    (path,) = settings.DOCUMENTS_DIR.rglob("*.pdf")
    path.write_bytes(b"something else")
    assert "not the file" in invariants.problems()[0]
    path.unlink()
    assert "gone" in invariants.problems()[0]


def _raiser(error: Exception):
    def raise_it(*args, **kwargs):
        raise error

    return raise_it
