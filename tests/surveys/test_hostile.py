"""Whatever people type, it stays words wherever it is shown: in the form, beside another window's, and afterward."""

import json

import pytest

from accounts import exports
from surveys import questions
from surveys.models import Response
from tests.hostile.probes import probe
from tests.hostile.texts import HOSTILE_TEXTS, LEAKS
from tests.surveys.conftest import ADDRESS, LEAST, SAVE, SUBMIT, form, put


def is_inert(answer) -> None:
    page = answer.content.decode()
    assert probe(page) == []
    assert not any(f"<{leak.lstrip('<')}" in page for leak in LEAKS if leak.startswith("<"))


@pytest.mark.parametrize("hostile", HOSTILE_TEXTS, ids=lambda each: each.name)
def test_hostile_words_stay_words(as_, participant, enrolment, hostile):
    client = as_(participant)
    answers = {**LEAST, "why": hostile.text, "quote-name": hostile.text, "students": hostile.text}
    kept = put(client, {"version": 0, "answers": {"why": hostile.text}})
    if "\x00" in hostile.text or "\ud800" in hostile.text:
        assert kept.status_code == 422
        return
    if len(hostile.text) > 20_000:
        assert kept.status_code == 422
        return
    assert kept.status_code == 200
    is_inert(client.get(ADDRESS))
    conflict = client.post(SAVE, form({**answers, "why": "other"}, version=0))
    assert conflict.status_code == 409
    is_inert(conflict)
    # No number, so that it is shown again; what has nothing to read counts as left out.
    if not questions.is_blank(hostile.text):
        refused = client.post(SUBMIT, form(answers, version=1))
        assert refused.status_code == 422
        is_inert(refused)
    version = Response.objects.get().version
    short = hostile.text.replace("\r\n", "\n")[:1000]
    done = client.post(SUBMIT, form({**LEAST, "why": short, "quote-name": "", "students": ""}, version), follow=True)
    assert done.redirect_chain == [(ADDRESS, 302)]
    is_inert(done)
    json.dumps(exports.own_records(participant), default=str)


def test_the_probe_would_find_it(as_, participant, enrolment, monkeypatch):
    """Canary: with escaping switched off the search goes red."""
    from django.utils.safestring import mark_safe

    from surveys import paper

    put(as_(participant), {"version": 0, "answers": {"why": "</textarea><script>alert('x')</script>"}})
    plain = paper._sheet

    def unescaped(*args):
        sheet = plain(*args)
        object.__setattr__(sheet, "typed", mark_safe(sheet.typed))
        return sheet

    monkeypatch.setattr(paper, "_sheet", unescaped)
    assert probe(as_(participant).get(ADDRESS).content.decode()) != []
