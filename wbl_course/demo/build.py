"""The demonstration: two regions, a running cohort in which people are at different points, and a finished one.

What one sees is what the product makes: people act through `stage`, and their words stand in the TOML files beside it.
"""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from accounts.models import Consortium, Role, User
from cohorts.access import Place
from cohorts.actions import announcements, invitations, planning, roles, rosters
from cohorts.models import Cohort, Enrolment, Invitation
from discussions import actions as discussions
from discussions.models import Post
from foundation.notices.models import Mail, Notice
from foundation.notices.registry import Delivery
from modules.models import Edition
from wbl_course.demo import plans
from wbl_course.demo import stage as do
from wbl_course.demo.stage import DOMAIN, LEVELS, WORDS, Stage

HOME, ELSEWHERE = "san-diego-imperial", "lakes-and-prairie"
RUNNING, FINISHED = "Fall 2026", "Summer 2026"


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
    # All of it is past: its mail counts as sent, nothing of it is mailed any more, and most of it was read.
    Notice.objects.undecided().update(delivery=Delivery.PAGE)
    Mail.objects.filter(to__endswith=f"@{DOMAIN}").update(state=Mail.State.SENT, sent_at=now, text="", html="")
    Notice.objects.filter(created_at__lt=now - timedelta(days=2)).update(read_at=now - timedelta(days=1))


def _staff(stage: Stage, home: Consortium) -> dict[str, User]:
    admin = do.join(
        stage, "admin", "Avery", "Administrator", is_superuser=True, is_staff=True, time_zone=home.time_zone
    )
    facilitator = do.join(stage, "facilitator", "Frances", "Delacroix", time_zone=home.time_zone)
    second = do.join(stage, "facilitator.two", "Jerome", "Whitaker", time_zone=home.time_zone)
    staff = do.join(stage, "staff", "Sam", "Iwata", time_zone=home.time_zone)
    liaison = do.join(
        stage, "liaison", "Lee", "Montoya", time_zone=home.time_zone, college=do.college_of(home, "san-diego-mesa")
    )
    begun = stage.now - timedelta(days=200)
    for user, kind in ((facilitator, "facilitator"), (second, "facilitator"), (staff, "staff")):
        roles.grant_role(user=user, consortium=home, kind=Role.Kind(kind), by=admin, now=begun)
    roles.grant_role(
        user=liaison, consortium=home, kind=Role.Kind.LIAISON, college=liaison.college, by=admin, now=begun
    )
    return {"admin": admin, "facilitator": facilitator, "second": second}


def _cohort(
    stage: Stage, consortium: Consortium, title: str, term: str, weeks_ago: int, by: User, *more: User
) -> Cohort:
    """A cohort that began on a Monday so many weeks ago."""
    edition = Edition.objects.filter(consortium=consortium).newest()[0]
    today = stage.now.date()
    starts_on = today - timedelta(days=today.weekday(), weeks=weeks_ago)
    made_at = stage.now - timedelta(weeks=weeks_ago + 3)
    return planning.make_cohort(
        consortium=consortium,
        edition=edition,
        title=title,
        term=term,
        starts_on=starts_on,
        facilitators=[by, *more],
        by=by,
        now=made_at,
    )


def _running_cohort(stage: Stage, home: Consortium, staff: dict[str, User]) -> None:
    cohort = _cohort(stage, home, RUNNING, "2026-fall", 1, staff["facilitator"], staff["second"])
    cohort.ends_on, cohort.closes_on = cohort.starts_on + timedelta(days=41), cohort.starts_on + timedelta(days=55)
    cohort.save(update_fields=["ends_on", "closes_on"])
    script = tomllib.loads((Path(__file__).parent / "people.toml").read_text(encoding="utf-8"))
    enrolments = [(do.enrol(stage, cohort, person), person) for person in script["people"]]
    for number, (enrolment, person) in enumerate(enrolments):
        do.take(stage, enrolment, person, offset=timedelta(hours=3 + 5 * number))
    _reply(stage, cohort, script["replies"], staff["facilitator"])
    short = plans.read()
    for enrolment, person in enrolments:
        if "plan" in person:
            data = plans.whole(short[person["plan"]], college=person["college"], term="2027-spring")
            do.plan(stage, enrolment, data, person["reach"], staff["facilitator"])
        elif LEVELS.index(person["reach"]) >= LEVELS.index("first-module"):
            do.begin_plan(stage, enrolment, person)
    _announce(stage, cohort, staff["facilitator"])
    _roster(stage, cohort, staff["facilitator"])
    drops = do.enrol(
        stage,
        cohort,
        {
            "first_name": "Nadia",
            "last_name": "Koroma",
            "college": "palomar",
            "discipline": "chemistry",
            "position": "part-time",
        },
    )
    rosters.withdraw(enrolment=drops, by=staff["facilitator"], now=stage.now - timedelta(days=5))


def _reply(stage: Stage, cohort: Cohort, replies: list[dict[str, str]], facilitator: User) -> None:
    for number, reply in enumerate(replies):
        module = 0 if reply["discussion"] == "first" else 1
        item = do.items(cohort, module, "discussion")[0]
        thread = Post.objects.get(cohort=cohort, item=item.key, parent=None, author=stage.people[reply["to"]])
        author = facilitator if reply["by"] == "facilitator" else stage.people[reply["by"]]
        at = max(
            do.moment(stage, cohort, timedelta(days=4 + 7 * module, hours=number)),
            thread.created_at + timedelta(minutes=5),
        )
        enrolment = (
            Enrolment.objects.filter(cohort=cohort, user=author).select_related("cohort__edition", "user").first()
        )
        place = Place(author, cohort, enrolment, enrolment is None, min(at, stage.now))
        discussions.reply(place=place, item=item, answered=thread, content=do.rich(reply["text"]), token=stage.token())


def _announce(stage: Stage, cohort: Cohort, author: User) -> None:
    for words in WORDS["announcements"]:
        announcements.announce(
            cohort=cohort,
            author=author,
            title=words["title"],
            body=do.rich(words["text"]).html,
            token=stage.token(),
            now=do.moment(stage, cohort, timedelta(days=words["day"])),
        )


def _roster(stage: Stage, cohort: Cohort, by: User) -> None:
    """Two people who have not answered their invitation."""
    for first, last, college in (("Patrice", "Lumley", "grossmont"), ("Rosa", "Quintero", "imperial-valley")):
        Invitation.objects.create(
            cohort=cohort,
            email=f"{first}.{last}@{DOMAIN}".lower(),
            first_name=first,
            last_name=last,
            college=do.college_of(cohort.consortium, college),
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
    for number, person in enumerate(WORDS["finished"]):
        plan = person["plan"]
        discipline = short[plan]["discipline"] if plan else "humanities-philosophy"
        enrolment = do.enrol(stage, cohort, {**person, "discipline": discipline})
        text = WORDS["afterwards"][number % len(WORDS["afterwards"])]
        script = {"reach": "complete" if plan else "first-post", "first": text, "second": text}
        do.take(stage, enrolment, script, offset=timedelta(hours=6 * number))
        if plan:
            do.take_the_rest(stage, enrolment, WORDS["afterwards"], offset=timedelta(hours=6 * number))
        taken.append((enrolment, person))
    finishers = [enrolment for enrolment, person in taken if person["plan"]]
    for module in range(len(cohort.edition.outline.modules)):
        _answer_each_other(stage, cohort, module, finishers)
    for enrolment, person in taken:
        if person["plan"]:
            data = plans.whole(short[person["plan"]], college=person["college"], term="2026-fall")
            do.plan(stage, enrolment, data, "complete", staff["facilitator"], day=36)


def _answer_each_other(stage: Stage, cohort: Cohort, module: int, people: list[Enrolment]) -> None:
    """Everybody replies to the next two, so that the discussion counts for all."""
    item = do.items(cohort, module, "discussion")[0]
    threads = {post.author_id: post for post in Post.objects.filter(cohort=cohort, item=item.key, parent=None)}
    week = cohort.edition.outline.modules[module].week
    for turn, enrolment in enumerate(people):
        at = do.moment(stage, cohort, timedelta(days=7 * week - 2, hours=turn))
        for step in (1, 2):
            other = people[(turn + step) % len(people)].user
            discussions.reply(
                place=do.place_of(enrolment, at),
                item=item,
                answered=threads[other.pk],
                content=do.rich(WORDS["reply"].format(name=other.first_name)),
                token=stage.token(),
            )


def _elsewhere(stage: Stage) -> None:
    """The second region: one small cohort, so that nothing of it may show in the first."""
    region = Consortium.objects.get(slug=ELSEWHERE)
    facilitator = do.join(stage, "lakes.facilitator", "Ingrid", "Solheim", time_zone=region.time_zone)
    admin = stage.people["admin"]
    roles.grant_role(
        user=facilitator, consortium=region, kind=Role.Kind.FACILITATOR, by=admin, now=stage.now - timedelta(days=90)
    )
    term = str(region.region["terms"][0]["code"])
    cohort = _cohort(stage, region, "Lakes cohort 1", term, 1, facilitator)
    colleges = list(region.colleges.order_by("slug"))
    names = (("Astrid", "Beaulieu"), ("Cole", "Redfern"), ("Mina", "Osei"))
    for number, (first, last) in enumerate(names):
        person = {
            "first_name": first,
            "last_name": last,
            "college": colleges[number].slug,
            "position": "full-time",
            "discipline": "english",
        }
        enrolment = do.enrol(stage, cohort, person)
        do.take(stage, enrolment, {"reach": "reading"}, offset=timedelta(hours=9 * number))
