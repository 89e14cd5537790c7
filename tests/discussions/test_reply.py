"""Replying: what counts, who hears of it, and that nothing is lost on the way."""

import pytest
from django.test import Client

from cohorts.models import ProgressEvent
from discussions import invariants
from discussions.models import Post
from foundation.drafts.models import Draft
from foundation.notices.models import Notice
from tests import factories
from tests.discussions.conftest import FIVE_WORDS, URL, data, opened


@pytest.fixture
def pat_posted(as_, pat):
    assert as_(pat).post(URL, data()).status_code == 303
    return Post.objects.get(author=pat)


def to(post: Post) -> str:
    return f"{URL}posts/{post.pk}/replies/"


def test_reply_stands_in_the_thread_and_counts(as_, pat, pat_posted, casey_posted):
    response = as_(pat).post(to(casey_posted), data(FIVE_WORDS))
    reply = Post.objects.get(parent=casey_posted)
    assert (response.status_code, response.url) == (303, f"{URL}#post-{reply.pk}")
    assert ProgressEvent.objects.get(name="replied").subject == f"to:{casey_posted.author_id}"
    assert list(invariants.problems()) == []


def test_two_replies_to_one_person_are_one_person_replied_to(as_, pat, pat_posted, casey_posted):
    client = as_(pat)
    client.post(to(casey_posted), data(FIVE_WORDS))
    client.post(to(casey_posted), data("<p>And one more thought on that.</p>"))
    assert Post.objects.filter(parent=casey_posted).count() == 2
    assert ProgressEvent.objects.filter(name="replied").count() == 1
    assert "Reply to two people: 1 of 2" in client.get(URL).content.decode()


def test_answering_in_ones_own_thread_or_the_facilitators_does_not_count(
    as_, pat, pat_posted, casey, facilitator, casey_posted
):
    as_(casey).post(to(pat_posted), data(FIVE_WORDS))
    ProgressEvent.objects.filter(name="replied").delete()
    as_(facilitator).post(URL, data("<p>A word from me.</p>"))
    as_(pat).post(to(pat_posted), data(FIVE_WORDS))
    as_(pat).post(to(Post.objects.get(author=facilitator)), data(FIVE_WORDS))
    assert not ProgressEvent.objects.filter(name="replied").exists()


def test_reply_to_a_reply_stands_in_the_thread_and_remembers_whom_it_answers(as_, pat, casey, pat_posted, casey_posted):
    as_(pat).post(to(casey_posted), data(FIVE_WORDS))
    first = Post.objects.get(parent=casey_posted)
    as_(casey).post(to(first), data("<p>Thanks, it went well indeed.</p>"))
    second = Post.objects.get(answers=first)
    assert second.parent == casey_posted
    assert "to Pat Participant, <time" in as_(casey).get(URL).content.decode()


def test_author_and_followers_are_told_exactly_once_and_nobody_else(
    as_, pat, casey, pat_posted, casey_posted, facilitator, cohort
):
    third = factories.EnrolmentFactory.create(cohort=cohort, user__email="third@example.org")
    opened(third)
    as_(third.user).post(URL, data())
    as_(third.user).post(to(casey_posted), data(FIVE_WORDS))
    Notice.objects.all().delete()
    form = data(FIVE_WORDS)
    client = as_(pat)
    client.post(to(casey_posted), form)
    client.post(to(casey_posted), form)
    reply = Post.objects.get(author=pat, parent=casey_posted)
    told = {notice.user: notice for notice in Notice.objects.all()}
    assert set(told) == {casey, third.user}
    assert {notice.key for notice in told.values()} == {f"reply:{reply.pk}"}
    assert (told[casey].kind, told[third.user].kind) == ("reply", "thread")
    assert told[casey].url == f"{URL}#post-{reply.pk}"


def test_someone_who_left_is_told_nothing(as_, pat, pat_posted, casey_posted, facilitator):
    from django.utils import timezone

    casey_posted.author.enrolments.update(withdrawn_at=timezone.now(), withdrawn_by=facilitator)
    as_(pat).post(to(casey_posted), data(FIVE_WORDS))
    assert not Notice.objects.exists()


def test_reply_form_comes_as_a_page_or_alone(as_, pat, pat_posted, casey_posted):
    client = as_(pat)
    page = client.get(to(casey_posted)).content.decode()
    assert "Your reply to Casey Classmate" in page
    assert "Casey wrote" in page
    alone = client.get(to(casey_posted), headers={"X-Requested-With": "fetch"}).content.decode()
    assert alone.lstrip().startswith("<form")


def test_short_reply_is_kept_with_the_reason(as_, pat, pat_posted, casey_posted):
    response = as_(pat).post(to(casey_posted), data("Nice work there"))
    assert response.status_code == 422
    assert "3 words so far; 5 asked for." in response.content.decode()
    assert "Nice work there" in response.content.decode()


def test_draft_of_a_reply_goes_with_it_and_a_late_save_does_not_bring_it_back(as_, pat, pat_posted, casey_posted):
    client = as_(pat)
    where = f"post:fall:first/talk:{casey_posted.pk}"

    def save(version):
        client.put(f"/drafts/{where}/", {"body": FIVE_WORDS, "version": version}, content_type="application/json")

    save(0)
    client.post(to(casey_posted), data(FIVE_WORDS))
    assert not Draft.objects.exists()
    save(1)
    assert "data-html" not in client.get(to(casey_posted)).content.decode()
    Draft.objects.update(body="<p>Another thought.</p>")
    assert "Another thought" in client.get(to(casey_posted)).content.decode()


def test_withdrawn_post_takes_no_reply_and_keeps_the_words(as_, pat, pat_posted, casey, casey_posted):
    as_(casey).post(f"{URL}posts/{casey_posted.pk}/withdraw/", {})
    client = as_(pat)
    assert client.get(to(casey_posted)).status_code == 403
    response = client.post(to(casey_posted), data(FIVE_WORDS))
    assert response.status_code == 403
    assert "How did that go then?" in response.content.decode()
    assert not Post.objects.filter(parent=casey_posted).exists()


def test_a_reply_to_a_withdrawn_post_does_not_bring_its_words_back(as_, pat, pat_posted, casey, casey_posted):
    as_(casey).post(f"{URL}posts/{casey_posted.pk}/withdraw/", {})
    assert casey_posted.text not in as_(pat).post(to(casey_posted), data(FIVE_WORDS)).content.decode()


def test_reply_lands_nowhere_else_than_its_address_says(as_, pat, pat_posted, casey_posted, cohort):
    other = factories.EnrolmentFactory.create(
        cohort=factories.CohortFactory.create(slug="next", edition=cohort.edition), user=pat
    )
    opened(other)
    stray = f"/c/next/first/talk/posts/{casey_posted.pk}/replies/"
    assert as_(pat).post(stray, data(FIVE_WORDS)).status_code == 404
    second = f"/c/fall/second/talk/posts/{casey_posted.pk}/replies/"
    assert as_(pat).post(second, data(FIVE_WORDS)).status_code in (403, 404)
    assert not Post.objects.filter(parent=casey_posted).exists()


def test_extra_fields_change_nothing(as_, pat, pat_posted, casey, casey_posted):
    as_(pat).post(
        to(casey_posted),
        data(
            FIVE_WORDS,
            author=casey.pk,
            enrolment=casey_posted.enrolment_id,
            parent=pat_posted.pk,
            withdrawn_at="2026-01-01",
        ),
    )
    reply = Post.objects.get(parent=casey_posted)
    assert (reply.author, reply.withdrawn_at) == (pat, None)


def test_stale_token_is_refused_and_a_fresh_one_is_at_hand(pat, pat_posted, casey_posted):
    client = Client(enforce_csrf_checks=True)
    client.force_login(pat, backend="accounts.adapters.Backend")
    assert client.post(to(casey_posted), data(FIVE_WORDS)).status_code == 403
    fresh = client.get("/drafts/token/").json()
    assert fresh["person"] == pat.pk
    assert client.post(to(casey_posted), data(FIVE_WORDS, csrfmiddlewaretoken=fresh["token"])).status_code == 303
