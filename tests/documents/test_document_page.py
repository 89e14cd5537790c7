"""What a person sees of a document that they asked for."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.documents import actions, storage
from foundation.documents.models import Document, DocumentRequest
from foundation.documents.rendering.process import Result
from tests.documents import pages

pytestmark = pytest.mark.django_db
ASK = "/documents/"


@pytest.fixture
def signed_in():
    def client_of(user) -> Client:
        client = Client()
        client.force_login(user, backend="accounts.adapters.Backend")
        return client

    return client_of


@pytest.fixture
def found(reader, woken) -> DocumentRequest:
    pages.SUBJECTS["one"] = {"title": "Lesson plan: mapping", "body": "<p>Words</p>"}
    return actions.ask(user=reader, kind="sheet", subject_id="one")


MADE = Result(b"%PDF-1.7 made", 3, [])


def finish(found: DocumentRequest, result: Result = MADE) -> None:
    token = actions.claim(document_id=found.document_id, now=timezone.now())
    assert token is not None
    actions.publish(document_id=found.document_id, token=token, result=result)


def test_asking_leads_to_the_documents_page(reader, signed_in, woken):
    pages.SUBJECTS["one"] = {"title": "Sheet"}
    response = signed_in(reader).post(ASK, {"kind": "sheet", "subject_id": "one"})
    assert response.status_code == 303
    assert response["Location"] == reverse("documents:show", args=[DocumentRequest.objects.get().pk])


def test_a_script_asks_and_is_told_in_json(reader, signed_in, woken):
    pages.SUBJECTS["one"] = {"title": "Sheet"}
    response = signed_in(reader).post(
        ASK, {"kind": "sheet", "subject_id": "one"}, headers={"Accept": "application/json"}
    )
    assert response.status_code == 202
    assert response.json()["state"] == "queued"
    assert response.json()["url"] is None


NOT_THERE = [
    {},
    {"kind": "sheet"},
    {"kind": "nothing", "subject_id": "1"},
    {"kind": "sheet", "subject_id": "../x"},
    {"kind": "sheet", "subject_id": "\x00"},
]


@pytest.mark.parametrize("data", NOT_THERE)
def test_asking_for_what_is_not_there_is_not_found(reader, signed_in, data):
    assert signed_in(reader).post(ASK, data).status_code == 404


def test_a_stranger_is_told_nothing(found, stranger, signed_in):
    finish(found)
    client = signed_in(stranger)
    for name in ("documents:show", "documents:download"):
        response = client.get(reverse(name, args=[found.pk]))
        assert response.status_code == 404
        assert b"mapping" not in response.content
    assert client.post(ASK, {"kind": "sheet", "subject_id": "one"}).status_code == 404
    assert client.get(reverse("documents:show", args=[uuid.uuid4()])).status_code == 404


def test_a_right_that_is_taken_away_ends_at_the_next_click(found, reader, signed_in):
    finish(found)
    client = signed_in(reader)
    response = client.get(reverse("documents:download", args=[found.pk]))
    assert b"".join(response.streaming_content) == MADE.pdf
    pages.SUBJECTS["one"]["readers"] = []
    for name in ("documents:show", "documents:download"):
        assert client.get(reverse(name, args=[found.pk])).status_code == 404


def test_a_visitor_is_asked_to_sign_in(found):
    assert Client().get(reverse("documents:show", args=[found.pk])).status_code == 302
    assert Client().get(reverse("documents:download", args=[found.pk])).status_code == 302


def test_waiting_says_that_the_request_is_kept_and_works_without_script(found, reader, signed_in):
    page = signed_in(reader).get(reverse("documents:show", args=[found.pk])).content.decode()
    assert "Your request is kept" in page
    assert "Refresh</a>" in page
    assert "document-progress" in page


def test_the_page_of_a_finished_document_offers_it(found, reader, signed_in):
    finish(found, Result(b"%PDF-1.7 made", 3, ["漢"]))
    page = signed_in(reader).get(reverse("documents:show", args=[found.pk])).content.decode()
    assert reverse("documents:download", args=[found.pk]) in page
    assert "3 pages" in page
    assert "漢" in page


def test_a_failed_document_says_what_happened_and_offers_another_try(found, reader, signed_in):
    token = actions.claim(document_id=found.document_id, now=timezone.now())
    actions.fail(document_id=found.document_id, token=token, reason="it took longer than 20 seconds", is_final=True)
    client = signed_in(reader)
    page = client.get(reverse("documents:show", args=[found.pk])).content.decode()
    assert "it took longer than 20 seconds" in page
    assert "Try again" in page
    client.post(ASK, {"kind": "sheet", "subject_id": "one"})
    assert Document.objects.get().state == Document.State.QUEUED


def test_the_download_is_a_file_of_that_name_that_no_cache_keeps(found, reader, signed_in):
    finish(found)
    response = signed_in(reader).get(reverse("documents:download", args=[found.pk]))
    assert b"".join(response.streaming_content) == b"%PDF-1.7 made"
    assert response["Content-Disposition"] == 'attachment; filename="lesson-plan-mapping.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_download_before_it_is_ready_leads_back_to_its_page(found, reader, signed_in):
    response = signed_in(reader).get(reverse("documents:download", args=[found.pk]))
    assert response["Location"] == reverse("documents:show", args=[found.pk])


def test_a_file_that_is_gone_is_made_again(found, reader, signed_in):
    finish(found)
    storage.delete(Document.objects.get().path)
    response = signed_in(reader).get(reverse("documents:download", args=[found.pk]))
    assert response.status_code == 302
    assert Document.objects.get().state == Document.State.QUEUED


def test_the_state_in_json_follows_the_document(found, reader, signed_in):
    client, address = signed_in(reader), reverse("documents:show", args=[found.pk])
    before = client.get(address, headers={"Accept": "application/json"}).json()
    assert (before["state"], before["done"], before["total"], before["percent"]) == ("queued", 0, 1, 0)
    finish(found)
    after = client.get(address, headers={"Accept": "application/json"}).json()
    assert (after["state"], after["percent"]) == ("done", 100)
    assert after["url"] == reverse("documents:download", args=[found.pk])
