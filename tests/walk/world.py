"""Two regions with everything in them that people write, each thing with a random mark of its own.

A mark that is found in an answer says whose words leaked to whom; `Mark.seen_by` names the only people who may see it.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from cohorts import access, actions
from cohorts.actions.invitations import VALID_FOR, hash_of
from cohorts.models import Announcement, Cohort, Enrolment, Invitation, ProgressEvent, RosterImport
from discussions.models import Post
from foundation.documents.models import Document, DocumentRequest
from foundation.drafts.models import Draft
from foundation.notices.models import Notice
from knowledgechecks import actions as checks
from knowledgechecks.models import Attempt
from lessonplans import actions as plans
from lessonplans.models import LessonPlan
from modules.models import Item, Module, Resource, Upload
from surveys import actions as surveys
from tests import factories
from tests.knowledgechecks.conftest import RIGHT
from tests.lessonplans.conftest import FULL, PARTS, REGION, fresh
from tests.surveys.conftest import LEAST
from tests.surveys.conftest import SAMPLE as SURVEY
from tests.surveys.conftest import read as read_survey

PICTURE = b"\x89PNG"
DIGEST = hashlib.sha256(PICTURE).hexdigest()
MEMBERS = frozenset({"participant", "classmate", "facilitator", "administrator"})
CHARGE = frozenset({"facilitator", "administrator"})
REGION_PEOPLE = MEMBERS | {"other_facilitator", "staff", "college_liaison", "withdrawn"}


@dataclass(frozen=True)
class Mark:
    """A random word in one thing of the home region."""

    what: str
    word: str
    seen_by: frozenset[str]


@dataclass
class Things:
    """One cohort's things, by what addresses call them."""

    cohort: Cohort
    ids: dict[str, Any] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)

    def mark(self, what: str, *seen_by: str) -> str:
        made = Mark(what, f"sentinel{secrets.token_hex(5)}", frozenset(seen_by))
        self.marks.append(made)
        return made.word


@dataclass
class World:
    home: Things
    foreign: Things
    people: dict[str, User | None]

    @property
    def marks(self) -> list[Mark]:
        """Of both regions; the foreign ones are for the outsider, who takes the course there, and administrators."""
        elsewhere = frozenset({"outsider", "administrator"})
        return [*self.home.marks, *(Mark(f"foreign {m.what}", m.word, elsewhere) for m in self.foreign.marks)]


def furnish(things: Things, *, learner: Enrolment, peer: Enrolment, leader: User) -> None:
    """Fill a cohort: what the learner wrote and has not handed in, what the peer handed in, what the leader said."""
    cohort, now = things.cohort, timezone.now()
    words = things.mark("worked example", *REGION_PEOPLE)
    cohort.edition.parts = {**PARTS, "exemplars": [exemplar(f"example-{cohort.slug}", words)]}
    cohort.edition.region = REGION
    cohort.edition.save()
    things.ids["exemplar"] = f"example-{cohort.slug}"
    _survey(things, learner, peer)
    cohort.welcome = f"<p>Welcome {things.mark('words of welcome', *CHARGE, 'visitor')}</p>"
    cohort.save()
    things.ids |= {"cohort": cohort.slug, "module": "first", "slug": "continuum", "number": 1}
    things.ids["details_version"] = cohort.details_version
    _people_and_posts(things, learner, peer, leader)
    _check(things, learner)
    _plans(things, learner, peer, leader)
    made = Announcement.objects.create(
        cohort=cohort,
        author=leader,
        title=f"News {things.mark('title of an announcement', *MEMBERS)}",
        body=f"<p>{things.mark('text of an announcement', *MEMBERS)}</p>",
        token=f"token-{cohort.slug}",
    )
    secret = f"secret-of-{cohort.slug}"
    invited = Invitation.objects.create(
        cohort=cohort,
        email=f"new-{cohort.slug}@example.org",
        first_name=things.mark("name of somebody invited", *CHARGE, "staff", "visitor"),
        token_hash=hash_of(secret),
        invited_by=leader,
        invited_at=now - timedelta(hours=1),
        expires_at=now + VALID_FOR,
    )
    row = [1, f"{things.mark('address in a roster', *CHARGE)}@example.org", "Ro", "Ster", "", "new"]
    roster = RosterImport.objects.create(cohort=cohort, name="people.csv", rows=[row], checked_by=leader)
    words = things.mark("reason of an override", *CHARGE, "participant")
    actions.override(enrolment=learner, item="first/plan", by=leader, reason=words, now=now)
    told = Notice.objects.create(
        user=learner.user,
        kind="reply",
        key=f"reply:{cohort.slug}",
        data={"name": "Casey", "item": "Talk", "excerpt": things.mark("words of a notice", "participant"), "to": "Pat"},
        url=f"/c/{cohort.slug}/first/talk/",
        delivery="page",
    )
    document = Document.objects.create(
        key=secrets.token_hex(32), kind="lesson-plan", title=things.mark("title of a document", "participant")
    )
    asked = DocumentRequest.objects.create(
        user=learner.user, document=document, kind="lesson-plan", subject_id=str(things.ids["draft_id"])
    )
    Draft.objects.create(
        user=learner.user,
        place=f"post:{cohort.slug}:first/talk:0",
        body=things.mark("draft of a post", "participant"),
        updated_at=now,
    )
    things.ids |= {"announcement": made.pk, "invitation": invited.pk, "import": roster.pk, "secret": secret}
    things.ids |= {"notice": told.pk, "request_id": asked.pk, "place": f"post:{cohort.slug}:first/talk:0"}


def exemplar(slug: str, title: str) -> dict[str, Any]:
    """A worked example of the course, as an edition keeps it."""
    personal = ("co_authors", "college", "first_term", "sharing")
    data = {key: value for key, value in FULL.items() if key not in personal} | {"title": title}
    criteria = [row["key"] for row in PARTS["rubric"]["criteria"]]
    return {
        "slug": slug,
        "data": data,
        "scores": dict.fromkeys(criteria, 3),
        "comments": {},
        "overall": "Read with joy.",
    }


def _people_and_posts(things: Things, learner: Enrolment, peer: Enrolment, leader: User) -> None:
    peer.user.last_name = things.mark("name of a peer", *MEMBERS, "staff")
    peer.user.email = f"{things.mark('address of a peer', *CHARGE, 'classmate', 'staff')}@example.org"
    peer.user.save()
    for enrolment in (learner, peer):
        ProgressEvent.objects.create(enrolment=enrolment, item="first/read-me", name="read")
        ProgressEvent.objects.create(enrolment=enrolment, item="first/talk", name="posted")
        word = things.mark(f"post of {enrolment.user.first_name}", *MEMBERS)
        post = Post.objects.create(
            cohort=things.cohort,
            item="first/talk",
            author=enrolment.user,
            enrolment=enrolment,
            body=f"<p>{word}</p>",
            text=word,
            words=1,
            token=f"first-{enrolment.pk}",
        )
    things.ids |= {"post": post.pk, "own_post": Post.objects.get(enrolment=learner).pk, "enrolment": peer.pk}
    things.ids |= {"facilitator": leader.pk}


def _check(things: Things, learner: Enrolment) -> None:
    """One try that was not enough, and one that is open."""
    item, now = things.cohort.edition.outline.by_key["first/check"], timezone.now()
    # What many answered wrongly is shown to facilitators with the key.
    words = things.mark("answer in a check", *CHARGE, "participant")
    for number in (1, 2):
        begun = checks.begin(enrolment=learner, item=item, now=now)
        begun = Attempt.objects.select_related("source", "enrolment__cohort").get(pk=begun.pk)
        begun.enrolment = learner
        given = {"stage-name": words} if number == 1 else {"one": RIGHT["one"]}
        saved = checks.save(attempt=begun, answers=given, version=0, now=now)
        if number == 1:
            checks.submit(attempt=saved, answers={}, version=saved.version, now=now)


def _survey(things: Things, learner: Enrolment, peer: Enrolment) -> None:
    """One that the learner is answering, and the peer has submitted."""
    module = Module.objects.get(edition=things.cohort.edition, slug="first")
    data = {**read_survey(SURVEY)[0], "required": False}
    Item.objects.create(module=module, slug="survey", position=9, kind="survey", title="Survey", data=data)
    found, now = things.cohort.edition.outline.by_key["first/survey"], timezone.now()
    being_written = {"why": things.mark("survey that is being answered", "participant")}
    surveys.save(enrolment=fresh(learner), item=found, answers=being_written, version=0, now=now)
    submitted = {**LEAST, "why": things.mark("answer in a survey", "classmate")}
    surveys.submit(enrolment=fresh(peer), item=found, answers=submitted, now=now)


def _plans(things: Things, learner: Enrolment, peer: Enrolment, leader: User) -> None:
    now = timezone.now()
    # The completion report has every plan's title, handed in or not, for whoever may report on its author.
    titled = things.mark("title of a plan", *CHARGE, "participant", "staff", "college_liaison")
    words = {**FULL, "title": titled, "activity_summary": things.mark("plan that is not handed in", "participant")}
    draft = plans.save(enrolment=fresh(learner), changes=words, base=0, now=now).plan
    seen = {**FULL, "activity_summary": things.mark("plan handed in", *CHARGE, "classmate")}
    handed = plans.save(enrolment=fresh(peer), changes=seen, base=0, now=now).plan
    review = plans.submit(enrolment=fresh(peer), base=handed.version, now=now, resources={"continuum"})
    plans.claim(review=review, by=leader, seen=None, now=now)
    notes = {"comment:field:title": things.mark("comment of an open review", *CHARGE)}
    plans.note(review=review, by=leader, changes=notes, base=1, now=now)
    review.refresh_from_db()
    things.ids |= {"plan_id": handed.pk, "draft_id": draft.pk, "review": review.pk, "review_version": review.version}


def graduate(things: Things, leader: User) -> None:
    """Somebody who shared an approved plan and has a certificate, which anybody may verify."""
    college = factories.CollegeFactory.create(consortium=things.cohort.consortium)
    user = factories.UserFactory.create(first_name="Gray", last_name="Graduate", college=college)
    enrolment = factories.EnrolmentFactory.create(cohort=things.cohort, user=user)
    enrolment = fresh(enrolment)
    words = {**FULL, "title": things.mark("shared plan", *REGION_PEOPLE)}
    plan = plans.save(enrolment=enrolment, changes=words, base=0, now=timezone.now()).plan
    # Approved by force: the walk is about who sees it, not about how it came there.
    LessonPlan.objects.filter(pk=plan.pk).update(
        status="approved",
        sharing="named",
        submitted_at=timezone.now(),
        approved_at=timezone.now(),
        approved_by=leader,
    )
    from cohorts.actions.progress import issue_certificate

    enrolment.completed_at = timezone.now()
    enrolment.save()
    certificate = issue_certificate(enrolment=enrolment, now=timezone.now())
    things.ids |= {"shared_id": plan.pk, "certificate": certificate.number, "calendar": user.calendar_secret}


def upload_of(administrator: User) -> Upload:
    return Upload.objects.create(
        uploaded_by=administrator,
        name="course.zip",
        archive="course-uploads/none.zip",
        sha256="0" * 64,
        state="broken",
        report={"problems": []},
    )


def picture() -> None:
    if not default_storage.exists(f"pictures/{DIGEST}.png"):
        default_storage.save(f"pictures/{DIGEST}.png", ContentFile(PICTURE))


def withdrawn_person(cohort: Cohort, by: User) -> User:
    user = factories.UserFactory.create(email="withdrawn@example.org", first_name="Wynn", last_name="Withdrawn")
    factories.EnrolmentFactory.create(cohort=cohort, user=user, withdrawn_at=timezone.now(), withdrawn_by=by)
    return user


def mark_resource(things: Things, *seen_by: str) -> None:
    word = things.mark("resource of the region", *seen_by)
    Resource.objects.filter(edition=things.cohort.edition).update(body=f"<p>{word}</p>")


def place_of(user: User, cohort: Cohort) -> access.Place:
    """Where a person stands, as the views make it."""
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    request.user = user
    return access.place(request, cohort.slug)
