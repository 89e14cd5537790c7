"""What the home pages say about a person's course, from facts that are at hand: no queries but the certificate's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cohorts import schedule
from cohorts.access import Place
from cohorts.completion import ItemStanding, ModuleStanding, Standing, Turn
from cohorts.models import Certificate, Enrolment
from cohorts.schedule import Due
from foundation.notices import registry
from foundation.notices.models import Notice
from lessonplans.models import LessonPlan

MISSED_SHOWN = 3
VERBS = {"page": "Read", "discussion": "Join in", "check": "Take", "plan": "Write", "survey": "Answer"}


@dataclass(frozen=True)
class Station:
    """A module on the course's line."""

    standing: ModuleStanding
    url: str
    css: str
    words: str


@dataclass(frozen=True)
class NextStep:
    """The one thing to do now."""

    standing: ItemStanding
    module: str
    url: str
    verb: str
    waits: str


@dataclass(frozen=True)
class DatedStep:
    """A date of the cohort as this person sees it; `locked` says why its page is not open to them yet."""

    due: Due
    url: str
    is_done: bool
    is_late: bool
    turn: Turn
    locked: str = ""


@dataclass(frozen=True)
class Dates:
    """What a home page lists, and how many missed dates it does not."""

    steps: list[DatedStep]
    hidden: int


def stations(place: Place) -> list[Station]:
    words = {"done": "Done", "begun": "Begun", "open": "Open"}
    result = []
    for standing in place.standing.modules:
        state = standing.state
        is_here = bool(place.standing.next) and place.standing.next.item.module == standing.module.slug  # type: ignore[union-attr]
        css = (
            "station-here"
            if is_here and state != "done"
            else {"done": "station-done", "begun": "station-part", "locked": "station-locked"}.get(state, "")
        )
        said = standing.locked or (
            f"{standing.count_done} of {len(standing.items)} done" if state == "begun" else words[state]
        )
        result.append(Station(standing, f"/c/{place.cohort.slug}/{standing.module.slug}/", css, said))
    return result


def week_of(place: Place) -> int:
    """Which week of the cohort it is; 0 before the start, and past the last week after the end."""
    today = place.now.astimezone(place.cohort.zone).date()
    return (today - place.cohort.starts_on).days // 7 + 1 if today >= place.cohort.starts_on else 0


def next_step(place: Place) -> NextStep | None:
    """The next step in words, with what it waits for when only others can move it on."""
    standing = place.standing.next
    if standing is None:
        return None
    waits = "; ".join(standing.missing) if standing.passable and standing.turn is not Turn.AGAIN else ""
    return NextStep(
        standing=standing,
        module=place.outline.module_by_slug[standing.item.module].title,
        url=f"/c/{place.cohort.slug}/{standing.item.key}/",
        verb=VERBS.get(standing.item.kind, "Open"),
        waits=waits,
    )


def coming_dates(place: Place, *, within: timedelta) -> Dates:
    """Dates that were missed, what came back since, and all that come soon, in order. Of missed ones only the first
    few: somebody weeks behind needs the next step, not a list of all.
    """
    steps = []
    for due in schedule.of(place.cohort, place.outline):
        met = place.enrolment is not None and is_met(place.standing, due)
        item = place.standing.by_key[due.item.key]
        turn = item.turn
        is_past = due.at < place.now
        if due.at > place.now + within or (is_past and (met or place.enrolment is None) and turn is not Turn.AGAIN):
            continue
        url = f"/c/{place.cohort.slug}/{due.item.key}/"
        locked = item.locked if place.is_participant else ""
        steps.append(DatedStep(due, url, met and turn is Turn.NOBODYS, is_past and not met, turn, locked))
    late = [step for step in steps if step.is_late]
    hidden = late[MISSED_SHOWN:]
    return Dates([step for step in steps if step not in hidden], len(hidden))


def is_met(standing: Standing, due: Due) -> bool:
    """A date to post by is met by the post alone, one to hand in by by handing in; the others by the whole item."""
    item = standing.by_key[due.item.key]
    return item.done or item.is_handed_in or (due.key.endswith(":post_by") and item.begun)


def replies_to(place: Place) -> list[tuple[Notice, str]]:
    """What others answered and this person has not read yet, newest first, each with its words."""
    kind = registry.get("reply")
    mine = Notice.objects.filter(
        user=place.user, read_at=None, kind=kind.name, url__startswith=f"/c/{place.cohort.slug}/"
    )
    return [(notice, kind.subject(notice.data)) for notice in mine[:5]]


def plan_stage(plan: LessonPlan | None) -> str:
    stage = (plan.data.get("stage") or {}) if plan else {}
    return str(stage.get("primary") or "") if isinstance(stage, dict) else ""


def certificate(enrolment: Enrolment) -> Certificate | None:
    return Certificate.objects.filter(enrolment=enrolment).first()


def days_since(moment: datetime | None, now: datetime) -> int | None:
    return (now - moment).days if moment else None
