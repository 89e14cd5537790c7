"""One cohort of sixty people, each with a post in the first discussion, all signed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import College, Consortium, Role, User
from cohorts import actions as cohorts
from cohorts.access import Place
from cohorts.actions import planning
from cohorts.models import Cohort, Enrolment
from discussions import actions as discussions
from discussions.models import Post
from foundation.richtext import cleaning
from knowledgechecks import scoring
from modules.models import Edition, Item
from modules.outline import ItemOutline

PEOPLE = 60
FACTS = {"page": "read", "survey": "submitted"}
WORDS = "When I first worked in a place like that I learned to ask before I did anything, and to note what I was told. "


@dataclass(frozen=True)
class World:
    """The cohort, its items of the first module by kind, sessions of participants and of staff, and right answers of
    the check.
    """

    cohort: Cohort
    item: dict[str, ItemOutline]
    sessions: list[str]
    staff_session: str
    threads: list[int]
    answers: dict[str, Any]


def make(now: datetime) -> World:
    consortium = Consortium.objects.get(slug="san-diego-imperial")
    colleges = list(College.objects.filter(consortium=consortium))
    staff = User.objects.create_user("staff@bench.example", "not used here", first_name="Staff", last_name="Member")
    Role.objects.create(user=staff, consortium=consortium, kind=Role.Kind.STAFF)
    edition = Edition.objects.filter(consortium=consortium).newest()[0]
    monday = now.date() - timedelta(days=now.date().weekday() + 7)
    cohort = planning.make_cohort(
        consortium=consortium,
        edition=edition,
        title="Bench",
        term="2026-fall",
        starts_on=monday,
        facilitators=[staff],
        by=staff,
        now=now,
    )
    first = {item.kind: item for item in reversed(cohort.edition.outline.modules[0].items)}
    enrolments = [_enrol(number, cohort, colleges[number % len(colleges)], now) for number in range(PEOPLE)]
    for enrolment in enrolments:
        _take(enrolment, first["discussion"], now)
    threads = list(Post.objects.filter(cohort=cohort, parent=None).order_by("pk").values_list("pk", flat=True))
    questions = Item.objects.get(pk=first["check"].pk).data["questions"]
    return World(
        cohort=cohort,
        item=first,
        sessions=[_sign_in(enrolment.user) for enrolment in enrolments],
        staff_session=_sign_in(staff),
        threads=threads,
        answers={q["id"]: scoring.right_answer(q) for q in questions},
    )


def _enrol(number: int, cohort: Cohort, college: College, now: datetime) -> Enrolment:
    user = User(
        email=f"person{number}@bench.example",
        first_name="Person",
        last_name=f"Number {number}",
        college=college,
        position="full-time",
    )
    user.set_unusable_password()
    user.save()
    return Enrolment.objects.create(cohort=cohort, user=user, college=college, enrolled_at=now, last_active_at=now)


def _take(enrolment: Enrolment, discussion: ItemOutline, now: datetime) -> None:
    """All pages of the first module read, its survey submitted, and a post of a hundred words."""
    for item in enrolment.cohort.edition.outline.modules[0].items:
        if item.kind in FACTS:
            cohorts.record(enrolment=enrolment, item=item.key, name=FACTS[item.kind], now=now)
    place = Place(enrolment.user, enrolment.cohort, enrolment, False, now)
    discussions.post(place=place, item=discussion, content=cleaning.read(WORDS * 5), token=f"bench-post-{enrolment.pk}")


def _sign_in(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)
