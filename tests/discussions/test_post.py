"""Writing a first post, and seeing others only afterwards."""

import pytest

from cohorts.models import ProgressEvent
from discussions import invariants
from discussions.models import Post
from foundation.drafts.models import Draft
from tests.discussions.conftest import TEN_WORDS, URL, data, opened


def test_participant_posts_and_comes_back_to_their_words(as_, pat):
    client = as_(pat)
    response = client.post(URL, data())
    post = Post.objects.get()
    assert (response.status_code, response.url) == (303, f"{URL}#post-{post.pk}")
    page = client.get(URL).content.decode()
    assert "I learned this at work" in page
    assert "Your post" in page
    assert ProgressEvent.objects.get(enrolment__user=pat, name="posted").subject == f"post:{post.pk}"
    assert list(invariants.problems()) == []


def test_participant_sees_nobody_before_their_own_post(as_, pat, casey_posted):
    client = as_(pat)
    page = client.get(URL).content.decode()
    assert "Casey wrote" not in page
    assert "open as soon as you have posted yours" in page
    assert client.get(f"{URL}posts/{casey_posted.pk}/replies/").status_code == 404
    client.post(URL, data())
    assert "Casey wrote" in client.get(URL).content.decode()


def test_facilitator_sees_everything_at_once(as_, facilitator, casey_posted):
    page = as_(facilitator).get(URL).content.decode()
    assert "Casey wrote" in page
    assert "1 post" in page


def test_withdrawing_does_not_hide_what_was_read(as_, pat, casey_posted):
    client = as_(pat)
    client.post(URL, data())
    own = Post.objects.get(author=pat)
    client.post(f"{URL}posts/{own.pk}/withdraw/", {"reason": ""})
    assert "Casey wrote" in client.get(URL).content.decode()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<p>Too short.</p>", "2 words so far; 10 asked for."),
        ("", "There is nothing here yet."),
        ("<p>" + "word " * 4_100 + "</p>", "20,499 characters so far; at most 20,000 fit."),
        ("x" * 600_000, "much longer than the 20,000 characters"),
        ("words\x00words", "can’t be stored"),
    ],
)
def test_a_post_that_cannot_be_taken_is_kept_with_the_reason(as_, pat, body, message):
    response = as_(pat).post(URL, data(body))
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page
    assert body[:40].replace("<", "&lt;").replace(">", "&gt;").replace("\x00", "") in page.replace("\x00", "")
    assert not Post.objects.exists()


def test_draft_survives_a_reload_and_goes_with_the_post(as_, pat):
    client = as_(pat)
    where = "post:fall:first/talk:0"
    sent = client.put(
        f"/drafts/{where}/", {"body": "<p>Half a thought</p>", "version": 0}, content_type="application/json"
    )
    assert sent.json()["version"] == 1
    page = client.get(URL).content.decode()
    assert 'data-html="&lt;p&gt;Half a thought&lt;/p&gt;"' in page
    assert 'data-version="1"' in page
    client.post(URL, data())
    assert not Draft.objects.exists()


def test_the_same_form_twice_is_one_post(as_, pat):
    client = as_(pat)
    form = data()
    assert client.post(URL, form).url == client.post(URL, form).url
    assert Post.objects.count() == 1


def test_other_words_in_the_same_form_are_not_dropped(as_, pat):
    client = as_(pat)
    form = data()
    client.post(URL, form)
    response = client.post(URL, form | {"body": "<p>These are other words that I wrote after going back here.</p>"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "These are other words" in page
    assert "not posted" in page
    assert form["token"] not in page.split('name="token"')[1][:80]
    assert Post.objects.get().body == TEN_WORDS


def test_two_windows_make_one_first_post_and_keep_the_other_words(as_, pat):
    client = as_(pat)
    client.post(URL, data())
    response = client.post(URL, data("<p>Second window with its own ten words about something else entirely.</p>"))
    assert response.status_code == 409
    assert "Second window" in response.content.decode()
    assert Post.objects.count() == 1


def test_after_withdrawing_one_may_post_again(as_, pat):
    client = as_(pat)
    client.post(URL, data())
    client.post(f"{URL}posts/{Post.objects.get().pk}/withdraw/", {})
    assert client.post(URL, data()).status_code == 303
    assert ProgressEvent.objects.filter(name="posted").count() == 2


def test_locked_discussion_is_refused_with_the_reason(as_, participant):
    response = as_(participant).get(URL)
    assert response.status_code == 403
    assert as_(participant).post(URL, data()).status_code == 403
    assert not Post.objects.exists()


@pytest.mark.parametrize("path", ["", "posts/{pk}/replies/", "posts/{pk}/edit/", "posts/{pk}/withdraw/"])
def test_outsiders_are_told_nothing(as_, outsider, other_facilitator, casey_posted, path):
    for person in (outsider, other_facilitator):
        client = as_(person)
        for method in (client.get, client.post):
            assert method(URL + path.format(pk=casey_posted.pk)).status_code == 404


def test_visitor_is_asked_to_sign_in_and_a_script_is_told_so(as_, casey_posted):
    assert as_(None).post(URL, data()).status_code == 302
    assert as_(None).post(URL, data(), headers={"X-Requested-With": "fetch"}).status_code == 401


def test_closed_cohort_takes_nothing_more_and_keeps_the_words_on_the_page(as_, pat, cohort):
    import datetime

    cohort.starts_on -= datetime.timedelta(days=100)
    cohort.ends_on = cohort.closes_on = cohort.starts_on + datetime.timedelta(days=42)
    cohort.save()
    response = as_(pat).post(URL, data())
    assert response.status_code == 403
    assert "I learned this at work" in response.content.decode()
    assert not Post.objects.exists()


def test_facilitator_needs_no_minimum_and_earns_nothing(as_, facilitator):
    assert as_(facilitator).post(URL, data("Welcome.")).status_code == 303
    assert Post.objects.get().enrolment is None
    assert not ProgressEvent.objects.exists()


def test_posts_under_the_old_name_of_a_discussion_are_still_there(as_, pat, casey_posted, cohort):
    from modules import outline
    from modules.models import Item

    Post.objects.update(item="first/chat")
    Item.objects.filter(slug="talk", module__slug="first").update(was="chat")
    outline._outlines.clear()
    client = as_(pat)
    client.post(URL, data())
    assert "Casey wrote" in client.get(URL).content.decode()


def test_enrolment_that_ended_sees_nothing(as_, pat, casey_posted, facilitator):
    from django.utils import timezone

    pat.enrolments.update(withdrawn_at=timezone.now(), withdrawn_by=facilitator)
    assert as_(pat).get(URL).status_code == 404
    opened(casey_posted.enrolment)
