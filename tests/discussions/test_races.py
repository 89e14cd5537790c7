"""Many at once: a submission counts once, and its answer is the same for all."""

import pytest
from django.test import Client

from cohorts.models import ProgressEvent
from discussions import actions, invariants
from discussions.models import Post
from foundation.notices.models import Notice
from tests import factories
from tests.discussions.conftest import FIVE_WORDS, TEN_WORDS, URL, data, opened, place_of, words
from tests.drafts.test_drafts import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


def client_of(user):
    client = Client()
    client.force_login(user, backend="accounts.adapters.Backend")
    return client


@pytest.fixture
def pat(cohort):
    user = factories.EnrolmentFactory.create(cohort=cohort, user__email="pat@example.org").user
    opened(user.enrolments.get())
    return user


def test_sixty_submits_of_one_form_are_one_post(pat):
    clients = [client_of(pat) for _ in range(60)]
    form = data()
    answers = in_threads(60, lambda n: clients[n].post(URL, form))
    assert {(answer.status_code, answer.url) for answer in answers} == {(303, f"{URL}#post-{Post.objects.get().pk}")}
    assert ProgressEvent.objects.filter(name="posted").count() == 1
    assert list(invariants.problems()) == []


def test_two_windows_at_once_leave_one_first_post(pat):
    clients = [client_of(pat) for _ in range(8)]
    answers = in_threads(8, lambda n: clients[n].post(URL, data(TEN_WORDS.replace("long ago", f"{n} years ago"))))
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 7
    assert Post.objects.count() == 1


def test_a_reply_sent_many_times_tells_its_author_once(pat, cohort):
    casey = factories.EnrolmentFactory.create(cohort=cohort, user__email="casey@example.org").user
    opened(casey.enrolments.get())
    client_of(pat).post(URL, data())
    client_of(casey).post(URL, data())
    thread = Post.objects.get(author=casey)
    clients = [client_of(pat) for _ in range(20)]
    form = data(FIVE_WORDS)
    answers = in_threads(20, lambda n: clients[n].post(f"{URL}posts/{thread.pk}/replies/", form))
    assert {answer.status_code for answer in answers} == {303}
    assert Post.objects.filter(parent=thread).count() == 1
    assert Notice.objects.filter(user=casey).count() == 1


def test_edits_at_once_keep_one_and_tell_the_others(pat):
    client_of(pat).post(URL, data())
    own = Post.objects.get()
    clients = [client_of(pat) for _ in range(10)]
    edits = [data(TEN_WORDS.replace("long ago", f"{n} years ago"), version=1) for n in range(10)]
    answers = in_threads(10, lambda n: clients[n].post(f"{URL}posts/{own.pk}/edit/", edits[n]))
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 9
    own.refresh_from_db()
    assert own.version == 2


def test_canary_without_the_token_many_submits_are_many_posts(pat, cohort, monkeypatch):
    """The proof above would be red if the form's token did not bind."""
    place = place_of(pat, cohort)
    talk = cohort.edition.outline.by_key["first/talk"]
    place.enrolment = None  # and without the second rule, one first post a participant
    for n in range(3):
        actions.post(place=place, item=talk, content=words(TEN_WORDS), token=f"token-{n}")
    assert Post.objects.count() == 3
