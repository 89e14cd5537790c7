"""The demonstration: two regions, a running cohort in which people are at different points, and a finished one.

Everything is done through the applications' own actions, at times in the past, so that what one sees is what the product makes.
"""

from __future__ import annotations

import itertools
import random
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import College, Consortium, Role, User
from cohorts import actions as cohorts
from cohorts.access import Place
from cohorts.actions import announcements, invitations, planning, roles, rosters
from cohorts.models import Cohort, Enrolment, Invitation
from discussions import actions as discussions
from discussions.models import Post
from foundation.notices.models import Mail, Notice
from foundation.richtext import cleaning
from knowledgechecks import actions as checks
from knowledgechecks import scoring
from lessonplans import actions as lessonplans
from lessonplans.models import LessonPlan
from modules.models import Edition, Resource
from modules.outline import ItemOutline
from wbl_course.demo import plans

HOME, ELSEWHERE = "san-diego-imperial", "lakes-and-prairie"
DOMAIN = "demo.example"
RUNNING, FINISHED = "Fall 2026", "Summer 2026"

# How far people came, in the order in which the course lets them: each level includes those before it.
LEVELS = (
    "enrolled", "reading", "first-post", "first-check", "first-module", "second-post", "returned", "submitted", "claimed", "complete",
)  # fmt: skip

FINISHED_PEOPLE = (
    ("Marguerite", "Olsen", "san-diego-city", "full-time", "nursing-voices"),
    ("Devon", "Achebe", "grossmont", "part-time", "parking-appeal"),
    ("Lucía", "Ferrer", "southwestern", "full-time", "choir"),
    ("Ray", "Nakamura", "palomar", "full-time", "gate"),
    ("Helen", "Pappas", "san-diego-mesa", "counselor-librarian", "reference-desk"),
    ("Omar", "Siddiqui", "miracosta", "part-time", ""),
    ("Janelle", "Brooks", "cuyamaca", "full-time", ""),
    ("Ivan", "Petrov", "imperial-valley", "classified", ""),
)
AFTERWARDS = (
    "I kept a stockroom for a theater and learned to count what wasn't there. In class an inventory was a table. On the job it was a phone "
    "call to a man in another state who had lent us forty chairs and wanted them back before Easter. I made him a list, he used it, and that "
    "is why I would call it THROUGH. For my own students the equivalent might be a small thing that somebody on campus needs by a date, with "
    "that person in the room when we begin and when we end. I can think of three offices that would say yes, and one that would say it twice.",
    "A cook I worked for salted with her left hand and tasted with her right, and never let either do the other's work. I had read about "
    "mise en place and thought it was about bowls. It was about attention. I produced lunches, so THROUGH, though nobody was judging but the "
    "people who ate. In the course I chose, students read about attention as well. I would like them to watch somebody at work for an hour "
    "and to draw what the hands do. The drawing then goes to the person who was watched, who says what is missing from it.",
    "The shortest job I ever had lasted one day, at a print shop, and taught me that a deadline is a person. He came at four for his wedding "
    "programs. There was a mistake in his mother's name and it was mine. I ran them again while he waited and we talked about her. That was "
    "ABOUT, I suppose, since I was only trying it on. For my class I would take the deadline and leave out the wedding: a page that someone "
    "needs at four, and a room in which that someone is sitting. The grade would come later and matter less than the face.",
)


@dataclass
class Stage:
    """What the demonstration is built with: one random number generator, one clock that only goes forward, and the people."""

    now: datetime
    password: str
    dice: random.Random = field(default_factory=lambda: random.Random(20260907))  # noqa: S311  # believable, not secret
    people: dict[str, User] = field(default_factory=dict)
    tokens: itertools.count[int] = field(default_factory=itertools.count)

    def token(self) -> str:
        return f"demo-{next(self.tokens)}"


def is_there() -> bool:
    """Whether the demonstration was made before; then nothing is changed, and what people entered stays."""
    return User.objects.filter(email=f"participant@{DOMAIN}").exists()


@transaction.atomic
def build(*, now: datetime, password: str) -> None:
    """Make everything, or nothing. Needs the editions of both regions."""
    stage = Stage(now, password)
    home = Consortium.objects.get(slug=HOME)
    staff = _staff(stage, home)
    _finished_cohort(stage, home, staff)
    _running_cohort(stage, home, staff)
    _elsewhere(stage)
    # All of it is past: its mail counts as sent, and most of it was read.
    Mail.objects.filter(to__endswith=f"@{DOMAIN}").update(state=Mail.State.SENT, sent_at=now, text="", html="")
    Notice.objects.filter(created_at__lt=now - timedelta(days=2)).update(read_at=now - timedelta(days=1))


def _person(stage: Stage, address: str, first: str, last: str, **profile: Any) -> User:
    user = User.objects.create_user(f"{address}@{DOMAIN}", stage.password, first_name=first, last_name=last, **profile)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    stage.people[f"{first} {last}"] = stage.people[address] = user
    return user


def _staff(stage: Stage, home: Consortium) -> dict[str, User]:
    admin = _person(stage, "admin", "Avery", "Administrator", is_superuser=True, is_staff=True, time_zone=home.time_zone)
    facilitator = _person(stage, "facilitator", "Frances", "Delacroix", time_zone=home.time_zone)
    second = _person(stage, "facilitator.two", "Jerome", "Whitaker", time_zone=home.time_zone)
    staff = _person(stage, "staff", "Sam", "Iwata", time_zone=home.time_zone)
    liaison = _person(stage, "liaison", "Lee", "Montoya", time_zone=home.time_zone, college=_college(home, "san-diego-mesa"))
    begun = stage.now - timedelta(days=200)
    for user, kind in ((facilitator, "facilitator"), (second, "facilitator"), (staff, "staff")):
        roles.grant_role(user=user, consortium=home, kind=Role.Kind(kind), by=admin, now=begun)
    roles.grant_role(user=liaison, consortium=home, kind=Role.Kind.LIAISON, college=liaison.college, by=admin, now=begun)
    return {"admin": admin, "facilitator": facilitator, "second": second}


def _college(consortium: Consortium, slug: str) -> College:
    return College.objects.get(consortium=consortium, slug=slug)


def _cohort(stage: Stage, consortium: Consortium, title: str, term: str, weeks_ago: int, by: User, *more: User) -> Cohort:
    """A cohort that began on a Monday so many weeks ago."""
    edition = Edition.objects.filter(consortium=consortium).newest()[0]
    today = stage.now.date()
    starts_on = today - timedelta(days=today.weekday(), weeks=weeks_ago)
    made_at = stage.now - timedelta(weeks=weeks_ago + 3)
    return planning.make_cohort(
        consortium=consortium, edition=edition, title=title, term=term, starts_on=starts_on, facilitators=[by, *more], by=by, now=made_at
    )


def _running_cohort(stage: Stage, home: Consortium, staff: dict[str, User]) -> None:
    cohort = _cohort(stage, home, RUNNING, "2026-fall", 1, staff["facilitator"], staff["second"])
    cohort.ends_on, cohort.closes_on = cohort.starts_on + timedelta(days=41), cohort.starts_on + timedelta(days=55)
    cohort.save(update_fields=["ends_on", "closes_on"])
    script = tomllib.loads((Path(__file__).parent / "people.toml").read_text(encoding="utf-8"))
    enrolments = [(_enrol(stage, cohort, person), person) for person in script["people"]]
    for number, (enrolment, person) in enumerate(enrolments):
        _take(stage, enrolment, person, offset=timedelta(hours=3 + 5 * number))
    _reply(stage, cohort, script["replies"], staff["facilitator"])
    short = plans.read()
    for enrolment, person in enrolments:
        if "plan" in person:
            data = plans.whole(short[person["plan"]], college=person["college"], term="2027-spring")
            _plan(stage, enrolment, data, person["reach"], staff["facilitator"])
        elif LEVELS.index(person["reach"]) >= LEVELS.index("first-module"):
            _begin_plan(stage, enrolment, person)
    _announce(stage, cohort, staff["facilitator"])
    _roster(stage, cohort, staff["facilitator"])
    drops = _enrol(stage, cohort, {"first_name": "Nadia", "last_name": "Koroma", "college": "palomar", "discipline": "chemistry", "position": "part-time"})
    rosters.withdraw(enrolment=drops, by=staff["facilitator"], now=stage.now - timedelta(days=5))


def _enrol(stage: Stage, cohort: Cohort, person: dict[str, Any]) -> Enrolment:
    first, last = person["first_name"], person["last_name"]
    college = _college(cohort.consortium, person["college"])
    address = person.get("key") or f"{first}.{last}".lower().replace(" ", "").encode("ascii", "ignore").decode()
    user = _person(
        stage,
        address,
        first,
        last,
        college=college,
        position=person["position"],
        discipline=person["discipline"],
        is_career_education=person.get("career_education", False),
        time_zone=cohort.time_zone,
    )
    enrolled_at = min(_start(cohort), stage.now) - timedelta(days=stage.dice.randint(3, 16), minutes=stage.dice.randint(0, 900))
    compensation = stage.dice.choice(["flex", "flex", "stipend", "stipend", "none", "undecided"])
    return Enrolment.objects.create(cohort=cohort, user=user, college=college, compensation=compensation, enrolled_at=enrolled_at)


def _start(cohort: Cohort) -> datetime:
    return datetime.combine(cohort.starts_on, datetime.min.time(), tzinfo=cohort.zone) + timedelta(hours=8)


def _at(stage: Stage, cohort: Cohort, after: timedelta) -> datetime:
    """A moment of the cohort, never in the future."""
    return min(_start(cohort) + after, stage.now - timedelta(minutes=stage.dice.randint(20, 500)))


def _place(enrolment: Enrolment, at: datetime) -> Place:
    return Place(enrolment.user, enrolment.cohort, enrolment, False, at)


def _items(cohort: Cohort, module: int, kind: str) -> list[ItemOutline]:
    return [item for item in cohort.edition.outline.modules[module].items if item.kind == kind]


def _take(stage: Stage, enrolment: Enrolment, person: dict[str, Any], offset: timedelta) -> None:
    """Read, post and pass what belongs to the level that this person reached."""
    level = LEVELS.index(person["reach"])
    cohort = enrolment.cohort
    if level >= LEVELS.index("reading"):
        pages = _items(cohort, 0, "page")
        read = pages if level > LEVELS.index("reading") else pages[:3]
        _read(stage, enrolment, read, offset)
    if level >= LEVELS.index("first-post"):
        _post(stage, enrolment, _items(cohort, 0, "discussion")[0], person["first"], offset + timedelta(days=1))
    if level >= LEVELS.index("first-check"):
        _check(stage, enrolment, _items(cohort, 0, "check")[0], offset + timedelta(days=2))
    if level >= LEVELS.index("second-post"):
        _read(stage, enrolment, _items(cohort, 1, "page"), offset + timedelta(days=7))
        _post(stage, enrolment, _items(cohort, 1, "discussion")[0], person["second"], offset + timedelta(days=8))
    if level > LEVELS.index("second-post"):
        _check(stage, enrolment, _items(cohort, 1, "check")[0], offset + timedelta(days=9))


def _read(stage: Stage, enrolment: Enrolment, pages: list[ItemOutline], offset: timedelta) -> None:
    for number, page in enumerate(pages):
        at = _at(stage, enrolment.cohort, offset + timedelta(minutes=12 * number))
        cohorts.record(enrolment=enrolment, item=page.key, name="read", now=at)


def _rich(text: str) -> cleaning.RichText:
    return cleaning.read(text)


def _post(stage: Stage, enrolment: Enrolment, item: ItemOutline, text: str, offset: timedelta) -> None:
    place = _place(enrolment, _at(stage, enrolment.cohort, offset))
    discussions.post(place=place, item=item, content=_rich(text), token=stage.token())


def _check(stage: Stage, enrolment: Enrolment, item: ItemOutline, offset: timedelta) -> None:
    """Pass, some at the second try: the first one misses three questions."""
    tries = 2 if stage.dice.random() < 0.35 else 1
    for number in range(1, tries + 1):
        at = _at(stage, enrolment.cohort, offset + timedelta(minutes=25 * number))
        attempt = checks.begin(enrolment=enrolment, item=item, now=at)
        questions = attempt.source.data["questions"]
        missed = {q["id"] for q in stage.dice.sample(questions, 3)} if number < tries else set()
        answers = {q["id"]: _wrong(q) if q["id"] in missed else scoring.right_answer(q) for q in questions}
        checks.submit(attempt=attempt, answers=answers, version=attempt.version, now=at + timedelta(minutes=11))


def _wrong(question: dict[str, Any]) -> Any:
    match question["type"]:
        case "single" | "scenario":
            return next(option["id"] for option in question["options"] if not option["right"])
        case "multiple":
            return [option["id"] for option in question["options"] if not option["right"]]
        case "truefalse":
            return "false" if question["right"] else "true"
        case "order":
            return {step["id"]: place for place, step in enumerate(reversed(question["steps"]), 1)}
        case "number":
            return "0"
        case "match":
            first = question["pairs"][0]["right"]
            return {pair["id"]: first for pair in question["pairs"]}
        case _:
            return "I'm not sure"


def _reply(stage: Stage, cohort: Cohort, replies: list[dict[str, str]], facilitator: User) -> None:
    for number, reply in enumerate(replies):
        module = 0 if reply["discussion"] == "first" else 1
        item = _items(cohort, module, "discussion")[0]
        thread = Post.objects.get(cohort=cohort, item=item.key, parent=None, author=stage.people[reply["to"]])
        author = facilitator if reply["by"] == "facilitator" else stage.people[reply["by"]]
        at = max(_at(stage, cohort, timedelta(days=4 + 7 * module, hours=number)), thread.created_at + timedelta(minutes=5))
        enrolment = Enrolment.objects.filter(cohort=cohort, user=author).select_related("cohort__edition", "user").first()
        place = Place(author, cohort, enrolment, enrolment is None, min(at, stage.now))
        discussions.reply(place=place, item=item, answered=thread, content=_rich(reply["text"]), token=stage.token())


def _begin_plan(stage: Stage, enrolment: Enrolment, person: dict[str, Any]) -> None:
    """Section A and a first idea, as the first plan step asks."""
    at = _at(stage, enrolment.cohort, timedelta(days=5, hours=stage.dice.randint(0, 20)))
    label = person["discipline"].replace("-", " ").title()
    first = {
        "title": f"A first plan for {label}",
        "college": person["college"],
        "discipline": person["discipline"],
        "course_code_title": f"Introduction to {label}",
        "credit_status": "credit",
        "delivery_modality": "in-person",
        "student_context": "About thirty students, most of them working. Few have met anyone who does the work the course leads to.",
        "stage": {"primary": "THROUGH"},
        "activity_summary": "Teams make one small thing that somebody outside the class needs, and hear from that person whether it helps.",
    }
    lessonplans.save(enrolment=enrolment, changes=first, base=0, now=at)


def _plan(stage: Stage, enrolment: Enrolment, data: dict[str, Any], reach: str, reviewer: User) -> None:
    """Write the plan, and take it as far as this person came: handed in, in review, returned or approved."""
    written = _at(stage, enrolment.cohort, timedelta(days=10, hours=stage.dice.randint(0, 12)))
    for key, value in data.items():
        plan = LessonPlan.objects.filter(enrolment=enrolment).first()
        lessonplans.save(enrolment=enrolment, changes={key: value}, base=plan.version if plan else 0, now=written)
    plan = LessonPlan.objects.get(enrolment=enrolment)
    toolbox = set(Resource.objects.filter(edition=enrolment.cohort.edition).values_list("slug", flat=True))
    handed_in = min(written + timedelta(hours=3), stage.now - timedelta(minutes=15))
    review = lessonplans.submit(enrolment=enrolment, base=plan.version, now=handed_in, resources=toolbox)
    if reach == "submitted":
        return
    seen = min(handed_in + timedelta(hours=9), stage.now - timedelta(minutes=10))
    review = lessonplans.claim(review=review, by=reviewer, seen=None, now=seen)
    criteria = [row["key"] for row in enrolment.cohort.edition.parts["rubric"]["criteria"]]
    decided = min(seen + timedelta(hours=1), stage.now - timedelta(minutes=5))
    notes: dict[str, Any]
    if reach == "claimed":
        notes = {f"score:{key}": 2 for key in criteria[:3]} | {"comment:field:partner_status": "Whom will you ask first, and when?"}
        lessonplans.note(review=review, by=reviewer, changes=notes, base=review.version, now=seen)
    elif reach == "returned":
        notes = {f"score:{key}": 2 for key in criteria} | {
            f"score:{criteria[0]}": 1,
            f"comment:criterion:{criteria[0]}": "The outcome has no verb that I could watch, and no date. What would a student do, by when, and how well?",
            "comment:field:reflection_prompts": "Ask about one decision and its reason. “Did you like it?” gets an answer nobody can use.",
            "overall": "The heart of this is good and your partner is real. Two things to sharpen, then it's there.",
        }
        lessonplans.send_back(review=review, by=reviewer, changes=notes, base=review.version, now=decided)
    else:
        notes = {f"score:{key}": 3 if number % 3 else 2 for number, key in enumerate(criteria)} | {
            "comment:field:equal_alternative": "This is the part I will show others: nobody could tell which version is the “real” one.",
            "overall": "Approved. Teach it, and tell us how the first ten minutes went.",
        }
        lessonplans.approve(review=review, by=reviewer, changes=notes, base=review.version, now=decided)


def _announce(stage: Stage, cohort: Cohort, author: User) -> None:
    words = (
        ("Welcome, and one request", 0, "Begin with “Start here,” it takes ten minutes. Then post before Thursday night, even if the idea is half made. The replies are where the course happens, and nobody can reply to a draft."),
        ("Week 2: who would miss it?", 7, "Thank you for the laundry, the ladders and the man with the tall glass of water. This week's question is narrower and harder. Picture one student who would miss your activity, and start there."),
    )  # fmt: skip
    for title, day, text in words:
        at = _at(stage, cohort, timedelta(days=day))
        announcements.announce(cohort=cohort, author=author, title=title, body=_rich(text).html, token=stage.token(), now=at)


def _roster(stage: Stage, cohort: Cohort, by: User) -> None:
    """Two people who have not answered their invitation."""
    for first, last, college in (("Patrice", "Lumley", "grossmont"), ("Rosa", "Quintero", "imperial-valley")):
        Invitation.objects.create(
            cohort=cohort,
            email=f"{first}.{last}@{DOMAIN}".lower(),
            first_name=first,
            last_name=last,
            college=_college(cohort.consortium, college),
            token_hash=invitations.hash_of(invitations.new_secret()),
            invited_at=stage.now - timedelta(days=12),
            invited_by=by,
            sent_count=1,
            expires_at=stage.now + timedelta(days=18),
        )


def _finished_cohort(stage: Stage, home: Consortium, staff: dict[str, User]) -> None:
    cohort = _cohort(stage, home, FINISHED, "2026-summer", 14, staff["facilitator"])
    cohort.ends_on, cohort.closes_on = cohort.starts_on + timedelta(days=41), cohort.starts_on + timedelta(days=55)
    cohort.save(update_fields=["ends_on", "closes_on"])
    short = plans.read()
    taken = []
    for number, (first, last, college, position, plan) in enumerate(FINISHED_PEOPLE):
        discipline = short[plan]["discipline"] if plan else "humanities-philosophy"
        person = {"first_name": first, "last_name": last, "college": college, "position": position, "discipline": discipline}
        enrolment = _enrol(stage, cohort, person)
        text = AFTERWARDS[number % len(AFTERWARDS)]
        reach = "complete" if plan else "first-post"
        _take(stage, enrolment, {"reach": reach, "first": text, "second": text}, offset=timedelta(hours=6 * number))
        taken.append((enrolment, plan))
    finishers = [enrolment for enrolment, plan in taken if plan]
    for module in range(2):
        item = _items(cohort, module, "discussion")[0]
        threads = {post.author_id: post for post in Post.objects.filter(cohort=cohort, item=item.key, parent=None)}
        for turn, enrolment in enumerate(finishers):
            for step in (1, 2):
                other = finishers[(turn + step) % len(finishers)]
                at = _at(stage, cohort, timedelta(days=5 + 7 * module, hours=turn))
                text = (
                    f"{other.user.first_name}, I keep thinking about the person at the other end of this, the one who waits for what your students "
                    "make. Would you ask them to come twice, once before and once after? The second visit changed my course more than the first, and "
                    "it cost them an hour."
                )
                discussions.reply(
                    place=_place(enrolment, at), item=item, answered=threads[other.user_id], content=_rich(text), token=stage.token()
                )
    for enrolment, plan in taken:
        if plan:
            data = plans.whole(short[plan], college=enrolment.user.college.slug, term="2026-fall")  # type: ignore[union-attr]
            _plan(stage, enrolment, data, "complete", staff["facilitator"])


def _elsewhere(stage: Stage) -> None:
    """The second region: one small cohort, so that nothing of it may show in the first."""
    region = Consortium.objects.get(slug=ELSEWHERE)
    facilitator = _person(stage, "lakes.facilitator", "Ingrid", "Solheim", time_zone=region.time_zone)
    admin = stage.people["admin"]
    roles.grant_role(user=facilitator, consortium=region, kind=Role.Kind.FACILITATOR, by=admin, now=stage.now - timedelta(days=90))
    term = str(region.region["terms"][0]["code"])
    cohort = _cohort(stage, region, "Lakes cohort 1", term, 1, facilitator)
    colleges = list(region.colleges.order_by("slug"))
    names = (("Astrid", "Beaulieu"), ("Cole", "Redfern"), ("Mina", "Osei"))
    for number, (first, last) in enumerate(names):
        person = {"first_name": first, "last_name": last, "college": colleges[number].slug, "position": "full-time", "discipline": "english"}
        enrolment = _enrol(stage, cohort, person)
        _take(stage, enrolment, {"reach": "reading"}, offset=timedelta(hours=9 * number))
