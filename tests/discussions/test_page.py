"""The page itself: what it costs, what is new, and that hostile words stay words."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from discussions.models import Post, Seen
from foundation.richtext import cleaning
from tests import factories
from tests.discussions.conftest import TEN_WORDS, URL, data, opened
from tests.hostile.texts import LEAKS, STORABLE_TEXTS


def fill(cohort, posts, replies):
    """So many threads by so many people, each with so many replies."""
    before = Post.objects.count()
    enrolments = [factories.EnrolmentFactory.create(cohort=cohort) for _ in range(posts)]
    now = timezone.now() - datetime.timedelta(hours=1)
    roots = Post.objects.bulk_create(
        Post(
            cohort=cohort,
            item="first/talk",
            author=e.user,
            enrolment=e,
            body=TEN_WORDS,
            text="x",
            words=10,
            token=f"r{before}-{n}",
            created_at=now,
        )
        for n, e in enumerate(enrolments)
    )
    Post.objects.bulk_create(
        Post(cohort=cohort, item="first/talk", author=enrolments[(n + m + 1) % posts].user, enrolment=enrolments[(n + m + 1) % posts], parent=root,
             body=TEN_WORDS, text="x", words=10, token=f"a{before}-{n}-{m}", created_at=now + datetime.timedelta(minutes=m + 1))
        for n, root in enumerate(roots) for m in range(replies)
    )  # fmt: skip
    return roots


def queries(client):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(URL).status_code == 200
    return len(captured)


def test_page_costs_the_same_for_one_post_and_for_many(as_, pat, cohort):
    client = as_(pat)
    client.post(URL, data())
    fill(cohort, 2, 1)
    client.get(URL)
    few = queries(client)
    fill(cohort, 20, 3)
    client.get(URL)
    assert queries(client) == few <= 15


def test_facilitators_page_costs_the_same(as_, facilitator, cohort):
    client = as_(facilitator)
    fill(cohort, 2, 1)
    client.get(URL)
    few = queries(client)
    fill(cohort, 20, 3)
    client.get(URL)
    assert queries(client) == few <= 15


def test_reading_again_writes_nothing(as_, pat, casey_posted):
    client = as_(pat)
    client.post(URL, data())
    client.get(URL)
    with CaptureQueriesContext(connection) as captured:
        client.get(URL)
    assert not [query["sql"] for query in captured if re.match(r"(?i)insert|update|delete", query["sql"])]


def test_what_came_since_the_last_visit_is_marked(as_, pat, cohort, casey_posted):
    client = as_(pat)
    client.post(URL, data())
    assert 'class="post-new"' not in client.get(URL).content.decode()
    Seen.objects.filter(user=pat).update(at=timezone.now() - datetime.timedelta(days=1))
    page = client.get(URL).content.decode()
    assert page.count('class="post-new"') == 1
    assert "1 new since you were here last" in page
    assert 'class="post-new"' not in client.get(URL).content.decode()


def test_threads_with_the_newest_words_come_first(as_, facilitator, cohort):
    roots = fill(cohort, 3, 0)
    Post.objects.create(
        cohort=cohort,
        item="first/talk",
        author=facilitator,
        parent=roots[1],
        body=TEN_WORDS,
        text="x",
        words=10,
        token="newest",
    )
    page = as_(facilitator).get(URL).content.decode()
    shown = [int(pk) for pk in re.findall(r'id="post-(\d+)"', page)]
    assert shown[0] == roots[1].pk


def test_dates_carry_the_cohorts_zone(as_, pat):
    page = as_(pat).get(URL).content.decode()
    assert re.search(
        r"Post by <time datetime=\"[^\"]+-0[78]:00\" data-local-time>[A-Z][a-z]{2}, .*11:59 p\.m\. P[SD]T</time>", page
    )


def test_the_model_post_is_the_facilitators_alone(as_, pat, facilitator, cohort):
    from modules.models import Item

    for item in Item.objects.filter(slug="talk"):
        item.data = {**item.data, "model_post": "A model first post"}
        item.save()
    assert "A model first post" in as_(facilitator).get(URL).content.decode()
    assert "A model first post" not in as_(pat).get(URL).content.decode()


@pytest.mark.parametrize("hostile", STORABLE_TEXTS, ids=lambda each: each.name)
def test_hostile_words_are_only_words(as_, pat, casey_posted, facilitator, hostile):
    long_enough = hostile.text + "<p>with ten more plain words here to be taken as post</p>"
    assert as_(pat).post(URL, data(long_enough)).status_code == 303
    for reader in (pat, casey_posted.author, facilitator):
        page = as_(reader).get(URL).content.decode()
        posts = re.search(r'<ol class="thread">.*</ol>', page, re.S)
        markup = re.sub(r">[^<]*<", "><", posts[0])
        assert not [leak for leak in LEAKS if leak in markup.lower()]
        assert "canary.invalid" not in markup


def test_hostile_names_are_only_names(as_, pat, casey_posted):
    type(pat).objects.filter(pk=casey_posted.author_id).update(
        first_name="<script>alert(1)</script>", last_name='"><img src=x>'
    )
    client = as_(pat)
    client.post(URL, data())
    page = client.get(URL).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_canary_without_cleaning_a_script_reaches_the_page(as_, pat, monkeypatch):
    monkeypatch.setattr(cleaning, "clean", lambda markup: markup)
    client = as_(pat)
    client.post(URL, data("<script>alert('wbl-hostile')</script>" + TEN_WORDS))
    assert "<script>alert" in client.get(URL).content.decode()


def test_nobody_reads_before_posting_even_through_a_colleague_who_is_both(as_, cohort, facilitator, casey_posted):
    """Someone who takes and facilitates a cohort sees as a facilitator."""
    opened(factories.EnrolmentFactory.create(cohort=cohort, user=facilitator))
    assert "Casey wrote" in as_(facilitator).get(URL).content.decode()
