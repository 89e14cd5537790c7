"""The invented region's whole site, walked by its links as a participant, a facilitator, staff and an administrator;
its gallery read, its checks and surveys taken, its PDFs as HTML, its letters: no word of the real region is anywhere.
"""

import datetime
import html
import re
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
import time_machine
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import Role
from cohorts import actions as cohort_actions
from cohorts import schedule
from cohorts.access import Place
from cohorts.actions import planning, progress, reminders, rosters
from cohorts.models import Override
from cohorts.roster import read
from discussions import actions as discussions
from foundation.documents import registry
from foundation.notices import actions as notices
from foundation.notices import registry as told_of
from foundation.notices.models import Mail, Notice
from foundation.notices.registry import Delivery
from foundation.richtext import cleaning
from knowledgechecks import actions as checks
from knowledgechecks import scoring
from knowledgechecks.models import Attempt
from lessonplans import actions as plans
from lessonplans import exemplars, template
from modules import actions, exports
from modules.models import Edition
from surveys import tasks as surveys
from tests import factories
from tests.letters import letters

CONTENT = Path(settings.BASE_DIR) / "modules" / "content"
FORBIDDEN = re.compile("San Diego|Imperial|Mesa|Title 5")
LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"|<link\b[^>]*\bhref="(/regions/[^"]+)"')
# Away from the site, or away from one's session.
NOT_WALKED = re.compile(r"^/(?:static|admin|accounts|media)/|/logout|\.ics$")
OF_THE_TESTS = {"sheet", "binder"}


def told(text: str) -> list[str]:
    """The forbidden words in what somebody reads, each with what stands around it."""
    text = html.unescape(text)
    return [text[max(found.start() - 40, 0) : found.end() + 40] for found in FORBIDDEN.finditer(text)]


def walk(client, starts, within="/"):
    """Every page that can be reached by links, as text by address."""
    pages, waiting = {}, list(starts)
    while waiting:
        address = urldefrag(waiting.pop())[0]
        path = address.partition("?")[0]
        if address in pages or NOT_WALKED.search(path) or not path.startswith(within):
            continue
        answer = client.get(address, follow=True)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        is_text = answer.headers["Content-Type"].startswith("text/")
        pages[address] = content.decode() if is_text else ""
        if "html" in answer.headers["Content-Type"]:
            # A text may link to the reader's own plan, which a facilitator does not have.
            assert answer.status_code in (200, 403), (address, answer.status_code)
            links = [html.unescape(one or other) for one, other in LINK.findall(pages[address])]
            here = answer.request["PATH_INFO"]
            waiting += [urljoin(here, link) for link in links if not re.match(r"[a-z]+:|//", link)]
    return pages


@pytest.fixture
def edition() -> Edition:
    loaded = actions.load_folder(path=CONTENT, now=timezone.now())
    return next(each.edition for each in loaded if each.consortium.slug == "lakes-and-prairie")


@pytest.fixture
def facilitator(edition):
    person = factories.UserFactory.create(first_name="Fran", last_name="Facilitator")
    for kind in (Role.Kind.FACILITATOR, Role.Kind.STAFF):
        factories.RoleFactory.create(user=person, consortium=edition.consortium, kind=kind)
    return person


@pytest.fixture
def cohort(edition, facilitator):
    """In its last week, so that every module has begun."""
    return planning.make_cohort(
        consortium=edition.consortium, edition=edition, title="Fall", term="2026-fall", by=facilitator,
        starts_on=timezone.localdate() - datetime.timedelta(weeks=6, days=1), facilitators=[facilitator],
        now=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def enrolment(cohort, edition):
    college = edition.consortium.colleges.first()
    return factories.EnrolmentFactory.create(cohort=cohort, user=factories.UserFactory.create(college=college))


def open_everything(enrolment, by, besides=()):
    """What locks others counts as done; checks and surveys stay to be taken, the plan to be written."""
    for item in enrolment.cohort.edition.outline.items:
        if item.key in besides:
            continue
        Override.objects.create(enrolment=enrolment, item=item.key, reason="was ill", by=by)


def take_checks(enrolment, now):
    """One try of each check handed in, and one that is open. Facilitators see all the feedback with the key."""
    for item in enrolment.cohort.edition.outline.of_kind("check"):
        for number in (1, 2):
            begun = checks.begin(enrolment=enrolment, item=item, now=now)
            attempt = Attempt.objects.select_related("source", "enrolment__cohort").get(pk=begun.pk)
            right = {each["id"]: scoring.right_answer(each) for each in attempt.source.data["questions"]}
            if number == 1:
                checks.submit(attempt=attempt, answers=right, version=attempt.version, now=now)


def discuss(enrolment, facilitator, now):
    """A post, the facilitator's reply, and a classmate's, of which the author and the facilitator hear."""
    cohort = enrolment.cohort
    classmate = factories.EnrolmentFactory.create(cohort=cohort)
    item = next(cohort.edition.outline.of_kind("discussion"))
    author = Place(enrolment.user, cohort, enrolment, is_facilitator=False, now=now)
    post = discussions.post(place=author, item=item, content=cleaning.read("A post."), token="post")
    for place in (
        Place(facilitator, cohort, None, is_facilitator=True, now=now),
        Place(classmate.user, cohort, classmate, is_facilitator=False, now=now),
    ):
        discussions.reply(place=place, item=item, answered=post, content=cleaning.read("A reply."), token="reply")


def review_a_plan(enrolment, facilitator, now):
    """An exemplar in the participant's name: submitted, returned, submitted again, approved."""
    edition = enrolment.cohort.edition
    course = template.of(edition)
    changes = dict(next(iter(course.exemplars.values())).data)
    changes |= {
        key: field.options[0].code
        for key, field in course.template.fields.items()
        if field.required and exemplars.is_personal(field)
    }
    plan = plans.save(enrolment=enrolment, changes=changes, base=0, now=now).plan
    best = {f"score:{criterion.key}": max(course.rubric.points) for criterion in course.rubric.criteria}
    slugs = set(edition.resources.values_list("slug", flat=True))
    for decide, notes in ((plans.send_back, {"overall": "Nearly there."}), (plans.approve, best)):
        review = plans.submit(enrolment=enrolment, base=plan.version, now=now, resources=slugs)
        review = plans.claim(review=review, by=facilitator, seen=None, now=now)
        decide(review=review, by=facilitator, changes=notes, base=review.version, now=now)


def reach_the_follow_up(enrolment, by):
    """The day on which the survey opens that waits for the cohort's end."""
    outline = enrolment.cohort.edition.outline
    opens = schedule.opens_at(enrolment.cohort, outline)
    (later,) = [item for item in outline.of_kind("survey") if item.key in opens]
    open_everything(enrolment, by, besides={later.key})
    with time_machine.travel(opens[later.key] + datetime.timedelta(hours=1)):
        surveys.tell()
        letters()


def test_the_whole_site_of_the_invented_region_names_no_other(
    as_, edition, cohort, enrolment, facilitator, administrator
):
    open_everything(enrolment, facilitator)
    take_checks(enrolment, timezone.now())
    home, items = f"/c/{cohort.slug}/", edition.outline.items
    tries = [f"{home}{item.key}/attempts/{number}/" for item in items if item.kind == "check" for number in (1, 2)]
    pages = {("visitor", address): text for address, text in walk(as_(None), ["/"]).items()}
    everywhere = ["/", home, "/toolbox/", "/gallery/", "/settings/", f"{home}finish/"]
    for who, person, starts in (
        ("participant", enrolment.user, [*everywhere, *tries, f"{home}plan/", f"{home}plan/preview/"]),
        ("facilitator", facilitator, [*everywhere[:-1], "/cohorts/new/", "/reports/completions/", f"{home}board/"]),
    ):
        pages |= {(who, address): text for address, text in walk(as_(person), starts).items()}
    ours = f"/regions/{edition.consortium.slug}/"
    read = walk(as_(administrator), [f"{ours}course/"], within=ours)
    pages |= {("administrator", address): text for address, text in read.items()}

    assert {place: told(text) for place, text in pages.items() if told(text)} == {}
    # Nothing was missed because a link was.
    for item in items:
        for who in ("participant", "facilitator"):
            assert (who, f"{home}{item.key}/") in pages
        assert ("administrator", f"{ours}course/{item.key}/") in pages
    for slug in template.of(edition).exemplars:
        for who in ("participant", "facilitator"):
            assert (who, f"/gallery/exemplars/{slug}/?region={edition.consortium.slug}") in pages
    for slug in edition.resources.values_list("slug", flat=True):
        assert ("participant", f"/toolbox/{slug}/") in pages
        assert ("administrator", f"{ours}toolbox/{slug}/") in pages
    assert {("participant", address) for address in tries} <= set(pages)


def test_no_document_of_the_invented_region_names_another(edition, cohort, enrolment, facilitator):
    now = timezone.now()
    plan = plans.save(enrolment=enrolment, changes={"title": "A plan"}, base=0, now=now).plan
    enrolment.completed_at = now
    enrolment.save()
    certificate = progress.issue_certificate(enrolment=enrolment, now=now)
    subjects = {
        "resource": [str(pk) for pk in edition.resources.values_list("pk", flat=True)],
        "toolbox": [str(edition.pk)],
        "lesson-plan": [str(plan.pk)],
        "certificate": [certificate.number],
    }
    assert set(subjects) == set(registry._kinds) - OF_THE_TESTS, "Say here what a new kind of document is about."
    found = {}
    for name, keys in subjects.items():
        for key in keys:
            kind = registry.get(name)
            content = kind.build(key, facilitator)
            page = render_to_string(kind.template, {**content.context, "title": content.title, "contents": []})
            assert content.title in html.unescape(page)
            found |= {(name, content.title): told(page)} if told(page) else {}
    assert found == {}


def test_no_letter_of_the_invented_region_names_another(edition, cohort, enrolment, facilitator):
    now = timezone.now()
    sheet = read(b"someone@example.org")
    imported = rosters.check_roster(cohort=cohort, by=facilitator, name="people.csv", sheet=sheet, now=now)
    rosters.apply_roster(roster_import=imported, by=facilitator, now=now)
    cohort_actions.announce(cohort=cohort, author=facilitator, title="News", body="<p>x</p>", token="t", now=now)
    progress.issue_certificate(enrolment=enrolment, now=now)
    notices.choose(user=facilitator, deliveries={"replies": Delivery.NOW})  # a thread's would come as a line a day
    discuss(enrolment, facilitator, now)
    review_a_plan(enrolment, facilitator, now)
    letters()  # before the reminders: past a day's measure, letters wait for the digest
    start = datetime.datetime.combine(cohort.starts_on, datetime.time(20), tzinfo=datetime.UTC)
    assert sum(reminders.remind(now=start + datetime.timedelta(days=day)) for day in range(42)) > 0
    letters()
    reach_the_follow_up(enrolment, facilitator)
    mailed = Notice.objects.exclude(mail=None)
    assert set(mailed.values_list("kind", flat=True)) == set(told_of._kinds), "Let a new kind of notice be sent here."
    sent = Mail.objects.all()
    assert all(mail.subject and mail.text and mail.html for mail in sent)
    read_by_people = [f"{mail.subject}\n{mail.text}\n{mail.html}" for mail in sent]
    assert [told(letter) for letter in read_by_people if told(letter)] == []


def test_the_words_would_be_found(edition):
    """In an attribute, in an entity, in a document: wherever the walk looks."""
    assert told('<a title="at Mesa College">x</a>')
    assert told("<p>San&#32;Diego</p>")
    resource = edition.resources.first()
    resource.body += "<p>See Title 5.</p>"
    resource.save()
    assert told(exports.resource_content(str(resource.pk), factories.UserFactory.create()).context["body"])


def test_the_real_region_names_itself(as_, administrator):
    """Were the layers and the values lost, the invented region would be clean for the wrong reason."""
    actions.load_folder(path=CONTENT, now=timezone.now())
    pages = walk(as_(administrator), ["/regions/san-diego-imperial/course/"], within="/regions/san-diego-imperial/")
    assert sum(bool(told(text)) for text in pages.values()) > 10
