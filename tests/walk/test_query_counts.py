"""Each page at most fifteen queries, and no more when there is more to show. Counted with everything in the world."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Consortium
from cohorts.models import Announcement, Enrolment, Override, ProgressEvent
from discussions.models import Post
from foundation.audit import actions as audit
from foundation.notices.models import Notice
from tests import factories
from tests.conftest import SignedIn
from tests.walk.expected import ROUTES
from tests.walk.walking import address, body_of
from tests.walk.world import World

MOST = 15
READERS = ("participant", "facilitator", "staff", "administrator")


def grow(world: World, count: int) -> None:
    """More of everything that a page lists: people with their posts and facts, announcements, notices, regions."""
    cohort, now = world.home.cohort, timezone.now()
    leader, me = world.people["facilitator"], world.people["participant"]
    assert leader is not None
    assert me is not None
    college = cohort.consortium.colleges.first()
    for n in range(count):
        user = factories.UserFactory.create(college=college)
        enrolment = factories.EnrolmentFactory.create(cohort=cohort, user=user, college=college)
        ProgressEvent.objects.create(enrolment=enrolment, item="first/read-me", name="read")
        for when in (datetime.timedelta(hours=1), datetime.timedelta(days=3)):
            post = Post.objects.create(
                cohort=cohort,
                item=f"{'first' if when.days else 'second'}/talk",
                author=user,
                enrolment=enrolment,
                body="<p>Words</p>",
                text="Words",
                words=1,
                token=f"grown-{when}",
                created_at=now - when,
            )
            Post.objects.create(
                cohort=cohort, item=post.item, author=me, enrolment=me.enrolments.get(cohort=cohort), parent=post,
                body="<p>A</p>", text="A", words=1, token=f"reply-{post.pk}",
            )  # fmt: skip
        Announcement.objects.create(cohort=cohort, author=leader, title="News", body="<p>x</p>", token=f"t{user.pk}")
        data = {"name": "Casey", "item": "Talk", "excerpt": "Words", "to": "Pat"}
        Notice.objects.create(
            user=me, kind="reply", key=f"k{user.pk}", data=data, url="/c/fall/first/talk/", delivery="page"
        )
        audit.record(actor=leader, action="cohort.change", subject=cohort)
        taken = factories.CohortFactory.create(edition=cohort.edition)
        Enrolment.objects.create(cohort=taken, user=me, college=me.college)
        factories.FacilitationFactory.create(cohort=taken, user=leader)
        factories.FacilitationFactory.create(cohort=cohort, user=factories.UserFactory.create())
        factories.RoleFactory.create(user=user, consortium=cohort.consortium)
        items = ("first/check", "second/check", "second/plan", "second/talk")
        learner = me.enrolments.get(cohort=cohort)
        Override.objects.get_or_create(
            enrolment=learner, item=items[n % len(items)], defaults={"reason": "x", "by": leader}
        )
        region: Consortium = factories.ConsortiumFactory.create()
        factories.CollegeFactory.create(consortium=region)


def read(client: Any, url: str) -> None:
    body_of(client.get(url))


def count(client: Any, url: str) -> int:
    read(client, url)  # what is read once a process, and that the person was here
    with CaptureQueriesContext(connection) as queries:
        read(client, url)
    return len([query for query in queries if "SAVEPOINT" not in query["sql"]])


@pytest.mark.parametrize("who", READERS)
def test_pages_cost_few_queries_and_no_more_when_rows_grow(world: World, as_: SignedIn, who: str) -> None:
    client = as_(world.people[who])
    pages = {
        route.label: address(route, world.home)
        for route in ROUTES
        if route.get is not None and route.get[who] == 200 and route.name != "accounts:export"
    }
    if who == "participant":
        pages["home of several courses"] = "/"
    grow(world, 5)  # the home draws five courses, and says of more that there are
    few = {label: count(client, url) for label, url in pages.items()}
    grow(world, 4)
    many = {label: count(client, url) for label, url in pages.items()}
    assert {label: (few[label], many[label]) for label in pages if many[label] > few[label]} == {}
    assert {label: number for label, number in many.items() if number > MOST} == {}
