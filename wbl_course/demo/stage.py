"""What people of the demonstration do, each through the applications' own actions, at times in the past."""

from __future__ import annotations

import itertools
import random
import tomllib
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress

from accounts.models import College, Consortium, User
from cohorts import actions as cohorts
from cohorts.access import Place
from cohorts.models import Cohort, Enrolment
from discussions import actions as discussions
from foundation.richtext import cleaning
from knowledgechecks import actions as checks
from knowledgechecks import scoring
from lessonplans import actions as lessonplans
from lessonplans.models import LessonPlan
from modules.models import Item, Resource
from modules.outline import ItemOutline
from surveys import actions as surveys
from surveys import questions

DOMAIN = "demo.example"
WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))

AT_ONCE = 6  # fields of a plan that are saved between two pauses

# How far people came, in the order in which the course lets them: each level includes those before it.
LEVELS = (
    "enrolled",
    "reading",
    "first-post",
    "first-check",
    "first-module",
    "second-post",
    "returned",
    "submitted",
    "claimed",
    "complete",
)


@dataclass
class Stage:
    """What the demonstration is built with: one random number generator, one clock that only goes forward, and the
    people.
    """

    now: datetime
    password: str
    dice: random.Random = field(default_factory=lambda: random.Random(20260907))  # noqa: S311  # believable, not secret
    people: dict[str, User] = field(default_factory=dict)
    tokens: itertools.count[int] = field(default_factory=itertools.count)

    def token(self) -> str:
        return f"demo-{next(self.tokens)}"


def join(stage: Stage, address: str, first: str, last: str, **profile: Any) -> User:
    user = User.objects.create_user(f"{address}@{DOMAIN}", stage.password, first_name=first, last_name=last, **profile)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    stage.people[f"{first} {last}"] = stage.people[address] = user
    return user


def college_of(consortium: Consortium, slug: str) -> College:
    return College.objects.get(consortium=consortium, slug=slug)


def enrol(stage: Stage, cohort: Cohort, person: dict[str, Any]) -> Enrolment:
    first, last = person["first_name"], person["last_name"]
    college = college_of(cohort.consortium, person["college"])
    plain = unicodedata.normalize("NFKD", f"{first}.{last}").encode("ascii", "ignore").decode()
    address = person.get("key") or plain.lower().replace(" ", "")
    user = join(
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
    enrolled_at = min(start(cohort), stage.now) - timedelta(
        days=stage.dice.randint(3, 16), minutes=stage.dice.randint(0, 900)
    )
    compensation = stage.dice.choice(["flex", "flex", "stipend", "stipend", "none", "undecided"])
    return Enrolment.objects.create(
        cohort=cohort, user=user, college=college, compensation=compensation, enrolled_at=enrolled_at
    )


def start(cohort: Cohort) -> datetime:
    return datetime.combine(cohort.starts_on, datetime.min.time(), tzinfo=cohort.zone) + timedelta(hours=8)


def moment(stage: Stage, cohort: Cohort, after: timedelta) -> datetime:
    """A moment of the cohort, never in the future."""
    return min(start(cohort) + after, stage.now - timedelta(minutes=stage.dice.randint(20, 500)))


def place_of(enrolment: Enrolment, at: datetime) -> Place:
    return Place(enrolment.user, enrolment.cohort, enrolment, False, at)


def items(cohort: Cohort, module: int, kind: str) -> list[ItemOutline]:
    return [item for item in cohort.edition.outline.modules[module].items if item.kind == kind]


def take(stage: Stage, enrolment: Enrolment, person: dict[str, Any], offset: timedelta) -> None:
    """Read, post and pass what belongs to the level that this person reached."""
    level = LEVELS.index(person["reach"])
    cohort = enrolment.cohort
    if level >= LEVELS.index("reading"):
        pages = items(cohort, 0, "page")
        read = pages if level > LEVELS.index("reading") else pages[:3]
        read_pages(stage, enrolment, read[:1], offset)
        answer_surveys(stage, enrolment, 0, offset + timedelta(minutes=9))
        read_pages(stage, enrolment, read[1:], offset + timedelta(minutes=12))
    if level >= LEVELS.index("first-post"):
        post(stage, enrolment, items(cohort, 0, "discussion")[0], person["first"], offset + timedelta(days=1))
    if level >= LEVELS.index("first-check"):
        check(stage, enrolment, items(cohort, 0, "check")[0], offset + timedelta(days=2))
    if level >= LEVELS.index("second-post"):
        read_pages(stage, enrolment, items(cohort, 1, "page"), offset + timedelta(days=7))
        post(stage, enrolment, items(cohort, 1, "discussion")[0], person["second"], offset + timedelta(days=8))
    if level > LEVELS.index("second-post"):
        check(stage, enrolment, items(cohort, 1, "check")[0], offset + timedelta(days=9))


def take_the_rest(stage: Stage, enrolment: Enrolment, texts: list[str], offset: timedelta) -> None:
    """Modules three to the last, in their weeks: pages, a post in turn from `texts`, the check, the end survey."""
    for number, module in enumerate(enrolment.cohort.edition.outline.modules[2:], 2):
        begun = offset + timedelta(weeks=module.week - 1)
        read_pages(stage, enrolment, items(enrolment.cohort, number, "page"), begun)
        talk = items(enrolment.cohort, number, "discussion")[0]
        post(stage, enrolment, talk, texts[number % len(texts)], begun + timedelta(days=1))
        check(stage, enrolment, items(enrolment.cohort, number, "check")[0], begun + timedelta(days=2))
        answer_surveys(stage, enrolment, number, begun + timedelta(days=4))


def answer_surveys(stage: Stage, enrolment: Enrolment, module: int, offset: timedelta) -> None:
    """Those that completion asks for; what may be left out is left out."""
    for survey in items(enrolment.cohort, module, "survey"):
        if survey.facts["required"]:
            asked = questions.of(Item.objects.get(pk=survey.pk).data)
            answers: dict[str, Any] = {}
            for question in asked:
                if questions.is_required(question, answers):
                    answers[question["id"]] = answer(stage, enrolment, question)
            at = moment(stage, enrolment.cohort, offset)
            surveys.submit(enrolment=enrolment, item=survey, answers=answers, now=at)


def answer(stage: Stage, enrolment: Enrolment, question: questions.Question) -> Any:
    """What a satisfied person might answer."""
    match question["type"]:
        case "scale":
            return stage.dice.randint(3, len(question["steps"]))
        case "pair":
            return {"before": stage.dice.randint(1, 3), "now": stage.dice.randint(4, 5)}
        case "yesno":
            return "yes"
        case "choice":
            return stage.dice.choice(question["options"])["code"]
        case "multi":
            return [stage.dice.choice(question["options"])["code"]]
        case "number":
            return str(max(1, question["min"]))
        case "text":
            return enrolment.user.name
        case _:
            return "The plan, and that somebody read it."


def read_pages(stage: Stage, enrolment: Enrolment, pages: list[ItemOutline], offset: timedelta) -> None:
    for number, page in enumerate(pages):
        at = moment(stage, enrolment.cohort, offset + timedelta(minutes=12 * number))
        cohorts.record(enrolment=enrolment, item=page.key, name="read", now=at)


def rich(text: str) -> cleaning.RichText:
    return cleaning.read(text)


def post(stage: Stage, enrolment: Enrolment, item: ItemOutline, text: str, offset: timedelta) -> None:
    place = place_of(enrolment, moment(stage, enrolment.cohort, offset))
    discussions.post(place=place, item=item, content=rich(text), token=stage.token())


def check(stage: Stage, enrolment: Enrolment, item: ItemOutline, offset: timedelta) -> None:
    """Pass, some at the second try: the first one misses three questions."""
    tries = 2 if stage.dice.random() < 0.35 else 1
    for number in range(1, tries + 1):
        at = moment(stage, enrolment.cohort, offset + timedelta(minutes=25 * number))
        attempt = checks.begin(enrolment=enrolment, item=item, now=at)
        asked = attempt.source.data["questions"]
        missed = {q["id"] for q in stage.dice.sample(asked, 3)} if number < tries else set()
        answers = {q["id"]: wrong(q) if q["id"] in missed else scoring.right_answer(q) for q in asked}
        checks.submit(attempt=attempt, answers=answers, version=attempt.version, now=at + timedelta(minutes=11))


def wrong(question: dict[str, Any]) -> Any:
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


def begin_plan(stage: Stage, enrolment: Enrolment, person: dict[str, Any]) -> None:
    """Section A and a first idea, as the first plan step asks."""
    at = moment(stage, enrolment.cohort, timedelta(days=5, hours=stage.dice.randint(0, 20)))
    label = person["discipline"].replace("-", " ").title()
    first = {
        "title": f"A first plan for {label}",
        "college": person["college"],
        "discipline": person["discipline"],
        "course_code_title": f"Introduction to {label}",
        "credit_status": "credit",
        "delivery_modality": "in-person",
        "student_context": "About thirty students, most of them working. Few have met anyone in the field.",
        "stage": {"primary": "THROUGH"},
        "activity_summary": "Teams make one thing that somebody outside the class needs, and hear whether it helps.",
    }
    lessonplans.save(enrolment=enrolment, changes=first, base=0, now=at)


def plan(
    stage: Stage, enrolment: Enrolment, data: dict[str, Any], reach: str, reviewer: User, *, day: int = 10
) -> None:
    """Write the plan, and take it as far as this person came: handed in, in review, returned or approved."""
    written = moment(stage, enrolment.cohort, timedelta(days=day, hours=stage.dice.randint(0, 12)))
    answers = list(data.items())
    for n in range(0, len(answers), AT_ONCE):
        begun = LessonPlan.objects.filter(enrolment=enrolment).first()
        changes = dict(answers[n : n + AT_ONCE])
        lessonplans.save(enrolment=enrolment, changes=changes, base=begun.version if begun else 0, now=written)
    whole = LessonPlan.objects.get(enrolment=enrolment)
    toolbox = set(Resource.objects.filter(edition=enrolment.cohort.edition).values_list("slug", flat=True))
    handed_in = min(written + timedelta(hours=3), stage.now - timedelta(minutes=15))
    review = lessonplans.submit(enrolment=enrolment, base=whole.version, now=handed_in, resources=toolbox)
    if reach == "submitted":
        return
    seen = min(handed_in + timedelta(hours=9), stage.now - timedelta(minutes=10))
    review = lessonplans.claim(review=review, by=reviewer, seen=None, now=seen)
    criteria = [row["key"] for row in enrolment.cohort.edition.parts["rubric"]["criteria"]]
    decided = min(seen + timedelta(hours=1), stage.now - timedelta(minutes=5))
    if reach == "claimed":
        notes = {f"score:{key}": 2 for key in criteria[:3]} | WORDS["notes"]["claimed"]
        lessonplans.note(review=review, by=reviewer, changes=notes, base=review.version, now=seen)
    elif reach == "returned":
        words = dict(WORDS["notes"]["returned"])
        first = {f"score:{criteria[0]}": 1, f"comment:criterion:{criteria[0]}": words.pop("criterion")}
        notes = {f"score:{key}": 2 for key in criteria} | first | words
        lessonplans.send_back(review=review, by=reviewer, changes=notes, base=review.version, now=decided)
    else:
        scores = {f"score:{key}": 3 if number % 3 else 2 for number, key in enumerate(criteria)}
        notes = scores | WORDS["notes"]["approved"]
        lessonplans.approve(review=review, by=reviewer, changes=notes, base=review.version, now=decided)
