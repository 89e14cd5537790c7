"""Changing and withdrawing what was written."""

import pytest

from cohorts.models import ProgressEvent
from discussions.models import Post
from foundation.audit.models import Entry
from tests.discussions.conftest import FIVE_WORDS, URL, data

OTHER_WORDS = "<p>Now I would say all of this in other words.</p>"


@pytest.fixture
def own(as_, pat):
    as_(pat).post(URL, data())
    return Post.objects.get(author=pat)


def test_author_changes_their_words(as_, pat, own):
    client = as_(pat)
    assert "I learned this" in client.get(f"{URL}posts/{own.pk}/edit/").content.decode()
    assert client.post(f"{URL}posts/{own.pk}/edit/", data(OTHER_WORDS, version=1)).status_code == 303
    page = client.get(URL).content.decode()
    assert "in other words" in page
    assert ", edited" in page


def test_two_windows_cannot_overwrite_each_other(as_, pat, own):
    client = as_(pat)
    client.post(f"{URL}posts/{own.pk}/edit/", data(OTHER_WORDS, version=1))
    response = client.post(
        f"{URL}posts/{own.pk}/edit/",
        data("<p>The second window says something else in these ten words.</p>", version=1),
    )
    page = response.content.decode()
    assert response.status_code == 409
    assert "The second window" in page
    assert "in other words" in page
    assert 'name="version" value="2"' in page
    own.refresh_from_db()
    assert own.body == OTHER_WORDS


def test_the_same_edit_twice_is_no_conflict(as_, pat, own):
    client = as_(pat)
    for _ in range(2):
        assert client.post(f"{URL}posts/{own.pk}/edit/", data(OTHER_WORDS, version=1)).status_code == 303
    own.refresh_from_db()
    assert own.version == 2


def test_edit_holds_to_the_minimum(as_, pat, own):
    response = as_(pat).post(f"{URL}posts/{own.pk}/edit/", data("Short.", version=1))
    assert response.status_code == 422
    assert "1 word so far; 10 asked for." in response.content.decode()


def test_nobody_edits_or_withdraws_what_others_wrote(as_, casey, own, facilitator, casey_posted):
    assert as_(casey).post(f"{URL}posts/{own.pk}/edit/", data(OTHER_WORDS, version=1)).status_code == 403
    assert as_(facilitator).post(f"{URL}posts/{own.pk}/edit/", data(OTHER_WORDS, version=1)).status_code == 403
    assert as_(casey).post(f"{URL}posts/{own.pk}/withdraw/", {}).status_code == 403
    own.refresh_from_db()
    assert (own.version, own.withdrawn_at) == (1, None)


def test_author_withdraws_and_keeps_what_was_earned(as_, pat, own, casey, casey_posted):
    client = as_(pat)
    assert "Withdraw this post?" in client.get(f"{URL}posts/{own.pk}/withdraw/").content.decode()
    client.post(f"{URL}posts/{own.pk}/withdraw/", {})
    assert "I learned this" in client.get(URL).content.decode()
    assert "I learned this" not in as_(casey).get(URL).content.decode()
    assert ProgressEvent.objects.filter(enrolment__user=pat, name="posted").exists()
    assert not Entry.objects.filter(action="discussion.withdraw").exists()


def test_facilitator_withdraws_with_a_reason_in_the_log(as_, facilitator, own, casey, casey_posted, pat):
    as_(casey).post(f"{URL}posts/{own.pk}/replies/", data(FIVE_WORDS))
    as_(facilitator).post(f"{URL}posts/{own.pk}/withdraw/", {"reason": "names a student"})
    entry = Entry.objects.get(action="discussion.withdraw")
    assert (entry.actor, entry.detail["reason"]) == (facilitator, "names a student")
    page = as_(casey).get(URL).content.decode()
    assert "I learned this" not in page
    assert "withdrawn by a facilitator" in page
    assert "How did that go then?" in page
    assert "I learned this" in as_(pat).get(URL).content.decode()


def test_withdrawn_reply_is_gone_for_others(as_, pat, own, casey, casey_posted):
    as_(pat).post(f"{URL}posts/{casey_posted.pk}/replies/", data(FIVE_WORDS))
    reply = Post.objects.get(parent=casey_posted)
    as_(pat).post(f"{URL}posts/{reply.pk}/withdraw/", {})
    assert "How did that go then?" not in as_(casey).get(URL).content.decode()
    assert "How did that go then?" in as_(pat).get(URL).content.decode()
