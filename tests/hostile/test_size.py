"""Nobody fills the machine with one request, signed in or not."""

from typing import Any

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from cohorts import roster
from modules.loader import folder
from tests.conftest import SignedIn

LOGIN = "/accounts/login/"


def test_a_file_larger_than_any_form_takes_is_refused_before_it_is_kept(settings: Any) -> None:
    settings.REQUEST_LIMIT = 100_000
    sent = {"login": "pat@example.org", "password": "x", "extra": SimpleUploadedFile("x.bin", b"x" * 100_000)}
    answer = Client().post(LOGIN, sent)
    assert answer.status_code == 413
    assert "more than can be sent" in answer.content.decode()
    assert answer.headers["Content-Security-Policy"]


def test_a_script_is_told_in_its_own_way(as_: SignedIn, participant: User, settings: Any) -> None:
    settings.REQUEST_LIMIT = 10
    answer = as_(participant).put("/drafts/here/", {"body": "twelve words", "version": 0}, "application/json")
    assert (answer.status_code, answer.json()["error"]) == (413, "too-large")


@pytest.mark.parametrize("length", ["-1", "x", "9" * 5_000])
def test_a_length_that_is_none_is_refused(length: str) -> None:
    assert Client().post(LOGIN, {}, CONTENT_LENGTH=length).status_code == 413


def test_what_forms_take_fits() -> None:
    with_what_stands_around_a_file = 100_000
    assert max(folder.TOTAL_LIMIT, roster.BYTES) + with_what_stands_around_a_file < configured.REQUEST_LIMIT
